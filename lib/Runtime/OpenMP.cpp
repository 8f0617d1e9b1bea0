//===- OpenMP.cpp - Parallel loops of compiled code -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A parallel region is a function that every thread of a team calls, and that
// asks for its part of the loop. Here the members of a team are shares of the
// pool: more than there are threads, so that who is faster does more.
//
//===----------------------------------------------------------------------===//

#include "OpenMP.h"

using namespace mlir;
using namespace mlir::iquant;

/// Shares of a loop for each thread.
static constexpr uint32_t kSharesPerThread = 4;

namespace {
using Microtask = void (*)(int32_t *globalId, int32_t *id, void *captured);

struct Fork {
  Microtask region;
  void *captured;
  uint32_t shares;
};

/// Which member of which team this thread is.
struct Member {
  uint32_t id, count;
};
} // namespace

static thread_local ThreadPool *currentPool = nullptr;
static thread_local Member currentMember{0, 1};

PoolScope::PoolScope(ThreadPool *pool) : before(currentPool) {
  currentPool = pool;
}
PoolScope::~PoolScope() { currentPool = before; }

static void runShare(void *context, uint32_t share) {
  const Fork &fork = *static_cast<Fork *>(context);
  Member before = currentMember;
  currentMember = {share, fork.shares};
  int32_t id = share;
  fork.region(&id, &id, fork.captured);
  currentMember = before;
}

static void runRegion(Microtask region, void *captured, bool isShared) {
  bool hasPool = isShared && currentPool;
  Fork fork{region, captured,
            hasPool ? currentPool->getNumThreads() * kSharesPerThread : 1};
  if (hasPool)
    currentPool->run(fork.shares, runShare, &fork);
  else
    runShare(&fork, 0);
}

//===----------------------------------------------------------------------===//
// Functions of the runtime
//===----------------------------------------------------------------------===//

/// `__kmpc_fork_call_if`, which all regions have become: see
/// `simplify-parallel-regions`.
static void forkCallIf(void *, int32_t, Microtask region, int32_t condition,
                       void *captured) {
  runRegion(region, captured, condition != 0);
}

/// `__kmpc_global_thread_num`.
static int32_t getGlobalId(void *) { return currentMember.id; }

/// `__kmpc_for_static_init_8u`: of the steps `*lower` to `*upper`, which are
/// none if there are 2^64 of them, those of this member.
static void getStaticPart(void *, int32_t, int32_t, int32_t *isLast,
                          uint64_t *lower, uint64_t *upper, int64_t *, int64_t,
                          int64_t) {
  auto [id, members] = currentMember;
  uint64_t count = *upper - *lower + 1;
  uint64_t each = count / members, more = count % members;
  *lower += id * each + std::min<uint64_t>(id, more);
  *upper = *lower + each + (id < more) - 1;
  *isLast = id + 1 == members;
}

/// `__kmpc_for_static_fini`.
static void endStaticPart(void *, int32_t) {}

ArrayRef<HostFunction> iquant::getOpenMPFunctions() {
  static const HostFunction functions[] = {
      {"__kmpc_fork_call_if", reinterpret_cast<void *>(forkCallIf)},
      {"__kmpc_global_thread_num", reinterpret_cast<void *>(getGlobalId)},
      {"__kmpc_for_static_init_8u", reinterpret_cast<void *>(getStaticPart)},
      {"__kmpc_for_static_fini", reinterpret_cast<void *>(endStaticPart)},
  };
  return functions;
}

//===- OpenMPTest.cpp - Parallel loops of compiled code -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls the functions that compiled code calls, in the order in which it does.
//
//===----------------------------------------------------------------------===//

#include "lib/Runtime/OpenMP.h"

#include <gtest/gtest.h>

using namespace mlir::iquant;

/// The function of this name.
template <typename Function> static Function *find(llvm::StringRef name) {
  for (auto [own, address] : getOpenMPFunctions())
    if (own == name)
      return reinterpret_cast<Function *>(address);
  return nullptr;
}

namespace {
/// A loop that counts how often each of its steps runs.
struct Loop {
  explicit Loop(uint64_t steps) : runs(steps) {}

  static void region(int32_t *, int32_t *, void *captured) {
    auto *self = static_cast<Loop *>(captured);
    auto *getId = find<int32_t(void *)>("__kmpc_global_thread_num");
    auto *start =
        find<void(void *, int32_t, int32_t, int32_t *, uint64_t *, uint64_t *,
                  int64_t *, int64_t, int64_t)>("__kmpc_for_static_init_8u");
    auto *end = find<void(void *, int32_t)>("__kmpc_for_static_fini");
    int32_t id = getId(nullptr), isLast = 0;
    uint64_t lower = 0, upper = self->runs.size() - 1;
    int64_t stride = 1;
    start(nullptr, id, /*schedule=*/34, &isLast, &lower, &upper, &stride,
          /*increment=*/1, /*chunk=*/0);
    // As compiled: none if `upper` is one less than `lower`.
    for (uint64_t i = 0, count = upper - lower + 1; i < count; ++i)
      ++self->runs[lower + i];
    end(nullptr, id);
  }

  std::vector<int> runs;
};

using Microtask = void(int32_t *, int32_t *, void *);
using Fork = void(void *, int32_t, Microtask *, int32_t, void *);

class OpenMPTest : public ::testing::TestWithParam<unsigned> {};
} // namespace

TEST_P(OpenMPTest, EveryStepRunsOnce) {
  auto *fork = find<Fork>("__kmpc_fork_call_if");
  ThreadPool pool(GetParam());
  PoolScope scope(&pool);
  for (uint64_t steps : {0, 1, 2, 5, 27, 28, 29, 1000}) {
    Loop loop(steps);
    fork(nullptr, 1, Loop::region, /*condition=*/1, &loop);
    EXPECT_EQ(loop.runs, std::vector<int>(steps, 1));
    fork(nullptr, 1, Loop::region, /*condition=*/1, &loop);
    EXPECT_EQ(loop.runs, std::vector<int>(steps, 2));
    fork(nullptr, 1, Loop::region, /*condition=*/0, &loop);
    EXPECT_EQ(loop.runs, std::vector<int>(steps, 3));
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, OpenMPTest, ::testing::Values(1, 2, 3, 7));

static std::atomic<int> regions{0};

// What captures nothing gets nothing; a thread without a pool is a team of one.
TEST(OpenMP, WithoutPool) {
  auto *fork = find<Fork>("__kmpc_fork_call_if");
  Microtask *region = [](int32_t *globalId, int32_t *id, void *captured) {
    EXPECT_EQ(*globalId, 0);
    EXPECT_EQ(*id, 0);
    EXPECT_EQ(captured, nullptr);
    ++regions;
  };
  fork(nullptr, 0, region, /*condition=*/1, nullptr);
  EXPECT_EQ(regions, 1);
}

//===- OpenMP.h - Parallel loops of compiled code ---------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What compiled code calls of LLVM's OpenMP runtime, on a pool of ours: a
// runtime of OpenMP waits at the end of a loop for all its threads, also for
// those that other programs keep from their core.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_RUNTIME_OPENMP_H
#define IQUANT_LIB_RUNTIME_OPENMP_H

#include "iquant/Runtime/Executable.h"
#include "iquant/Runtime/ThreadPool.h"

namespace mlir::iquant {

/// The functions that loops call, by the names of LLVM's runtime.
ArrayRef<HostFunction> getOpenMPFunctions();

/// While there is one, loops of this thread are shared by `pool`; without one
/// they are not shared.
class PoolScope {
public:
  explicit PoolScope(ThreadPool *pool);
  ~PoolScope();

private:
  ThreadPool *before;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_RUNTIME_OPENMP_H

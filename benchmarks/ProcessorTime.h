//===- ProcessorTime.h - How long this process computed ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Processor time, in which other processes matter little.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_BENCHMARKS_PROCESSORTIME_H
#define IQUANT_BENCHMARKS_PROCESSORTIME_H

#include <ctime>

namespace mlir::iquant {

/// The seconds that all threads together have computed so far.
inline double getProcessorSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

} // namespace mlir::iquant

#endif // IQUANT_BENCHMARKS_PROCESSORTIME_H

//===- Stopwatch.h - How long something takes -------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Wall-clock time for the speeds that the commands report.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TOOLS_QUANT_RUN_STOPWATCH_H
#define IQUANT_TOOLS_QUANT_RUN_STOPWATCH_H

#include <chrono>

namespace mlir::iquant::run {

/// Runs from its construction on.
class Stopwatch {
public:
  double getSeconds() const {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start = Clock::now();
};

} // namespace mlir::iquant::run

#endif // IQUANT_TOOLS_QUANT_RUN_STOPWATCH_H

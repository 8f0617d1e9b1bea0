//===- Stopwatch.h - How long something takes -------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Wall-clock time for speeds that commands report, and for what is left of a
// step.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_STOPWATCH_H
#define IQUANT_SUPPORT_STOPWATCH_H

#include <chrono>

namespace mlir::iquant {

/// Runs from its construction on.
class Stopwatch {
public:
  double getSeconds() const {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

  /// The seconds so far; those from now on count from 0.
  double restart() {
    Clock::time_point now = Clock::now();
    double seconds = std::chrono::duration<double>(now - start).count();
    start = now;
    return seconds;
  }

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start = Clock::now();
};

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_STOPWATCH_H

//===- OpTimes.h - Where the time of a model goes ---------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Measures the time of every kind of op while compiled code runs as a whole.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TOOLS_QUANT_RUN_OPTIMES_H
#define IQUANT_TOOLS_QUANT_RUN_OPTIMES_H

#include "iquant/Runtime/Executable.h"
#include "iquant/Support/Stopwatch.h"

#include <string>
#include <vector>

namespace mlir::iquant::run {

/// Instrumented code calls this object at the end of each op, and the time
/// since the call before is the op's. So every moment between `start` and
/// `stop` belongs to a kind: what passes from the last op of one call of the
/// module to the first of the next, to the rest.
class OpTimes {
public:
  struct Kind {
    std::string name;
    int64_t count = 0;
    double seconds = 0;
  };

  OpTimes() = default;
  /// Instrumented code holds the address.
  OpTimes(const OpTimes &) = delete;

  /// Makes ops of the transformer and iquant dialects tell when they are done.
  void instrument(ModuleOp module);

  /// What instrumented code needs of this process.
  static HostFunction getHostFunction();

  void start() { watch.restart(); }
  void stop() { finish(kRest); }

  /// Forgets what was measured.
  void clear();

  /// The kinds that took time, the longest first, then the rest.
  std::vector<Kind> getKinds() const;

private:
  static constexpr size_t kRest = 0;

  void finish(size_t kind);

  std::vector<Kind> kinds{{"rest"}};
  Stopwatch watch;
};

} // namespace mlir::iquant::run

#endif // IQUANT_TOOLS_QUANT_RUN_OPTIMES_H

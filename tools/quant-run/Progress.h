//===- Progress.h - How far a long step has come ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bar on standard error, for people: nothing where it is no terminal.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TOOLS_QUANT_RUN_PROGRESS_H
#define IQUANT_TOOLS_QUANT_RUN_PROGRESS_H

#include "Stopwatch.h"

#include "mlir/Support/LLVM.h"

#include <string>

namespace mlir::iquant::run {

/// One line that is written over until the object dies:
///   [==========          ] 2/4 windows, 5 s left, perplexity 12.487
class Progress {
public:
  /// A step of `total` parts, which are called `parts`.
  Progress(StringRef parts, size_t total);
  ~Progress();

  /// One more part is done; `note` is what there is to say.
  void advance(StringRef note = "");

private:
  void show(StringRef note);

  std::string parts;
  size_t total, done = 0;
  bool isShown;
  Stopwatch watch;
};

} // namespace mlir::iquant::run

#endif // IQUANT_TOOLS_QUANT_RUN_PROGRESS_H

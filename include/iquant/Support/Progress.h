//===- Progress.h - How far a long step has come ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bar on standard error, for people: nothing where it is no terminal.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_PROGRESS_H
#define IQUANT_SUPPORT_PROGRESS_H

#include "iquant/Support/Stopwatch.h"

#include "mlir/Support/LLVM.h"

#include <mutex>
#include <string>

namespace mlir::iquant {

/// One line that is written over until the object dies:
///   [==========          ] 2/4 windows, 5 s left, perplexity 12.487
class Progress {
public:
  /// A step of `total` parts, which are called `parts`.
  Progress(StringRef parts, size_t total);
  ~Progress();

  /// One more part is done, in any thread; `note` is what there is to say.
  void advance(StringRef note = "");

private:
  void show(StringRef note);

  std::string parts;
  size_t total, done = 0;
  std::mutex mutex;
  bool isShown;
  Stopwatch watch;
};

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_PROGRESS_H

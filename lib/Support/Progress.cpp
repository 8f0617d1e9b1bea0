//===- Progress.cpp - How far a long step has come ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/Progress.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::iquant;

static constexpr size_t kWidth = 20;

Progress::Progress(StringRef parts, size_t total)
    : parts(parts), total(total),
      isShown(llvm::sys::Process::StandardErrIsDisplayed()) {
  show("");
}

Progress::~Progress() {
  if (isShown)
    llvm::errs() << '\n';
}

void Progress::advance(StringRef note) {
  std::lock_guard<std::mutex> lock(mutex);
  ++done;
  show(note);
}

void Progress::show(StringRef note) {
  if (!isShown)
    return;
  size_t filled = total == 0 ? kWidth : done * kWidth / total;
  // Back to the start of the line, and away with what it says.
  llvm::errs() << "\r\x1b[K[" << std::string(filled, '=')
               << std::string(kWidth - filled, ' ') << "] " << done << '/'
               << total << ' ' << parts;
  if (done != 0)
    llvm::errs() << llvm::format(", %.0f s left",
                                 watch.getSeconds() / done * (total - done));
  if (!note.empty())
    llvm::errs() << ", " << note;
}

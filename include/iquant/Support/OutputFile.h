//===- OutputFile.h - Files that are complete or absent ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares how tools write their results.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_OUTPUTFILE_H
#define IQUANT_SUPPORT_OUTPUTFILE_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::iquant {

/// Calls `write` with a stream to `path`; `-` is the standard output. A regular
/// file is written under a temporary name beside `path` and renamed when it is
/// complete, so that an error, even a signal, leaves what was there before.
llvm::Error
writeOutputFile(llvm::StringRef path,
                llvm::function_ref<llvm::Error(llvm::raw_ostream &)> write);

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_OUTPUTFILE_H

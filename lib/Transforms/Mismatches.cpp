//===- Mismatches.cpp - Files that do not fit a module --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Mismatches.h"

#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace mlir::iquant;

/// How many mismatches an error names.
static constexpr size_t kMaxNotes = 5;

LogicalResult iquant::checkMismatches(ModuleOp module, StringRef what,
                                      StringRef file,
                                      ArrayRef<Mismatch> mismatches) {
  if (mismatches.empty())
    return success();
  InFlightDiagnostic error = emitError(module.getLoc())
                             << what << " of '" << file
                             << "' are not of this module";
  size_t named = std::min(mismatches.size(), kMaxNotes);
  for (const Mismatch &mismatch : mismatches.take_front(named))
    error.attachNote(mismatch.location) << mismatch.sentence;
  if (mismatches.size() > named)
    error.attachNote() << "and " << mismatches.size() - named
                       << " more that do not fit";
  return error;
}

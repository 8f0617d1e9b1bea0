//===- CodeThresholds.h - Codes that are not equally far apart --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the attributes of both dialects that have thresholds check of them.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_CODETHRESHOLDS_H
#define IQUANT_SUPPORT_CODETHRESHOLDS_H

#include "mlir/IR/Diagnostics.h"

namespace mlir::iquant {

/// Checks that there are `numCodes - 1` thresholds for each of `heads`, which
/// are called `what`, and that those of a head rise in 1 .. 255.
inline LogicalResult
verifyThresholds(function_ref<InFlightDiagnostic()> emitError,
                 ArrayRef<int64_t> thresholds, int64_t heads, StringRef what,
                 int64_t numCodes) {
  int64_t count = numCodes - 1;
  if (static_cast<int64_t>(thresholds.size()) != heads * count)
    return emitError() << "expects " << count << " thresholds for each of "
                       << heads << " " << what << ", got " << thresholds.size();
  for (; !thresholds.empty(); thresholds = thresholds.drop_front(count)) {
    int64_t before = 0;
    for (int64_t threshold : thresholds.take_front(count)) {
      if (threshold <= before || threshold > 255)
        return emitError() << "expects a threshold in " << before + 1
                           << " .. 255, got " << threshold;
      before = threshold;
    }
  }
  return success();
}

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_CODETHRESHOLDS_H

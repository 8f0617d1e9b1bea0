//===- IQuantAttributes.cpp - Verification of attributes ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/IQuant/IQuant.h"

#include "iquant/Support/CodeThresholds.h"

using namespace mlir;
using namespace mlir::iquant;

LogicalResult TableAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                unsigned bits, DenseI64ArrayAttr multiplier,
                                DenseI64ArrayAttr exponent,
                                DenseI64ArrayAttr entries,
                                CodeRounding rounding,
                                DenseI64ArrayAttr thresholds) {
  if (bits < 2 || bits > 5)
    return emitError() << "expects codes of 2, 3, 4 or 5 bits, got " << bits;
  if (multiplier.empty() || multiplier.size() != exponent.size())
    return emitError()
           << "expects as many exponents as multipliers, one or more, got "
           << exponent.size() << " and " << multiplier.size();
  int64_t codes = int64_t(1) << bits;
  if (entries.size() != multiplier.size() * codes)
    return emitError() << "expects " << codes << " entries for each of "
                       << multiplier.size() << " multipliers, got "
                       << entries.size();
  for (int64_t m : multiplier.asArrayRef())
    if (m < 32768 || m > 65535)
      return emitError() << "expects multipliers in 32768 .. 65535, got " << m;
  for (int64_t e : exponent.asArrayRef())
    if (e < 0 || e > 62)
      return emitError() << "expects exponents in 0 .. 62, got " << e;
  for (auto [position, entry] : llvm::enumerate(entries.asArrayRef())) {
    int64_t least = position % codes == 0 ? 1 : 0;
    if (entry < least || entry > kLargestTableEntry)
      return emitError() << "expects entry " << position % codes
                         << " of a head in " << least << " .. "
                         << kLargestTableEntry << ", got " << entry;
  }
  if (!thresholds)
    return success();
  return verifyThresholds(emitError, thresholds.asArrayRef(), multiplier.size(),
                          "multipliers", codes);
}

//===- LinearScale.h - From the sums of a linear to its result --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the second half of rule L1, on single channels or on vectors of
// them, in 32 bits.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_IQUANTTOLINALG_LINEARSCALE_H
#define IQUANT_LIB_CONVERSION_IQUANTTOLINALG_LINEARSCALE_H

#include "IntegerBuilder.h"

namespace mlir::iquant {

struct LinearScale {
  Int rowMultiplier, rowExponent, multiplier, exponent, resultExponent;
  std::optional<Int> bias;

  Int apply(Int sum) const;

  /// The same of a sum of `inputs` products with half of the work, from the
  /// upper halves of its products, for scales that `allowsHigh`.
  Int applyHigh(Int sum, int64_t inputs) const;
};

/// Whether a row's sums of `inputs` products can be scaled by `applyHigh`: if
/// the scales are not so large that a result could saturate. `exponent` is the
/// smallest of the channels.
Int allowsHigh(Int rowExponent, Int exponent, Int resultExponent,
               int64_t inputs);

} // namespace mlir::iquant

#endif // IQUANT_LIB_CONVERSION_IQUANTTOLINALG_LINEARSCALE_H

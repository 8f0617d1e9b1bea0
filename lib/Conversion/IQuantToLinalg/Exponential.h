//===- Exponential.h - The table exponential --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares rules S1 and S2, which softmax and attention share.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_IQUANTTOLINALG_EXPONENTIAL_H
#define IQUANT_LIB_CONVERSION_IQUANTTOLINALG_EXPONENTIAL_H

#include "IntegerBuilder.h"

namespace mlir::iquant {

/// A and B of S1, constants `tensor<16xi32>`.
struct ExponentialTables {
  Value coarse, fine;
};
ExponentialTables createExponentialTables(ImplicitLocOpBuilder &builder);

/// What S2 makes of a scale, in one width for all differences of a row.
struct CodeScale {
  Int multiplier, cap, alignment, shift;
};
/// Of the scale `multiplier * 2^-k`. With 32 bits, differences must stay below
/// 2^31, with 64 below 2^32.
CodeScale codeScale(Int multiplier, Int k);

/// S2 and S1: E of the code of a difference, in the width of `difference`.
Int exponentialOf(Int difference, CodeScale scale,
                  const ExponentialTables &tables);

} // namespace mlir::iquant

#endif // IQUANT_LIB_CONVERSION_IQUANTTOLINALG_EXPONENTIAL_H

//===- Contraction.h - Products of matrices of codes ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the two forms that matrix products have after the lowering, which
// are what targets recognise.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_IQUANTTOLINALG_CONTRACTION_H
#define IQUANT_LIB_CONVERSION_IQUANTTOLINALG_CONTRACTION_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::iquant {

enum class Extension { Signed, Unsigned };

/// A matrix of 8-bit codes.
struct Factor {
  Value codes;
  Extension extension;
};

/// The tensor `c[m, n] = sum_k extend(a[m, k]) * extend(b[n, k])` of 32 bits.
Value createContraction(ImplicitLocOpBuilder &builder, Factor a, Factor b);

/// The tensor `c[m, n] = sum_k extend(a[m, k]) * extend(b[k, n])` of 32 bits:
/// sums of the rows of `b` with the rows of `a` as weights.
Value createWeightedSum(ImplicitLocOpBuilder &builder, Factor a, Factor b);

} // namespace mlir::iquant

#endif // IQUANT_LIB_CONVERSION_IQUANTTOLINALG_CONTRACTION_H

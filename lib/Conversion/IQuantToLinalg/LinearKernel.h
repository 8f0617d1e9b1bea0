//===- LinearKernel.h - Linear layers as register-tiled loops ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the two lowerings of a linear layer that follow from where the codes
// of its weight lie, and what they share.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_IQUANTTOLINALG_LINEARKERNEL_H
#define IQUANT_LIB_CONVERSION_IQUANTTOLINALG_LINEARKERNEL_H

#include "Patterns.h"

#include "iquant/Target/MatrixInstruction.h"

namespace mlir::iquant {

/// What a linear computes with, its rows joined into one dimension.
struct LinearOperands {
  /// `[rows, K]`.
  Value codes;
  /// `[rows]`; of several groups, the smallest exponent.
  Value multiplier, exponent;
  /// `[rows]`, with groups `[rows, groups]`; null for `si8` codes.
  Value zeroPoint;
  /// By how much the sum of a group is shifted: `[rows, groups]`, or null.
  Value shift;
  WeightComponents weight;
  /// `[N]`, or null.
  Value bias;
};

/// The result `[rows, N]` of a linear whose weight is in tiles, by a call of a
/// function of `module` for all linears of these types: loops over tiles of
/// rows and channels around one step of a matrix instruction.
Value callLinearKernel(ImplicitLocOpBuilder &builder, ModuleOp module,
                       WeightType type, const LinearOperands &operands,
                       int64_t resultExponent);

} // namespace mlir::iquant

#endif // IQUANT_LIB_CONVERSION_IQUANTTOLINALG_LINEARKERNEL_H

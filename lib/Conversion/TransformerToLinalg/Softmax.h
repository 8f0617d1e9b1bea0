//===- Softmax.h - Exponentials of rows -------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the part of a softmax that attention shares.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_SOFTMAX_H
#define IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_SOFTMAX_H

#include "RowSpace.h"

namespace mlir::iquant::to_linalg {

/// `exp(x - max x)` of every row, and one over their sum.
struct Exponentials {
  Value values;
  /// One per row; 1 where all exponentials are 0.
  Value factors;
};

/// Computes the values in the place of `destination`, which has the type that
/// the space computes in and may be `scores`. Minus infinity gives exactly 0.
Exponentials createExponentials(const RowSpace &space, Value scores,
                                Value destination);

} // namespace mlir::iquant::to_linalg

#endif // IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_SOFTMAX_H

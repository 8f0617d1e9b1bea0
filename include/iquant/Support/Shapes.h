//===- Shapes.h - Views of rows and channels --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares reshapes that bufferize to views.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_SHAPES_H
#define IQUANT_SUPPORT_SHAPES_H

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::iquant {

/// The sizes of `tensor`, constants where they are static.
SmallVector<OpFoldResult> sizesOf(ImplicitLocOpBuilder &builder, Value tensor);

/// Splits the channels, the last dimension, into `parts`.
Value splitChannels(ImplicitLocOpBuilder &builder, Value tensor,
                    ArrayRef<int64_t> parts);

/// Joins the last `count` dimensions.
Value joinChannels(ImplicitLocOpBuilder &builder, Value tensor, unsigned count);

/// Joins all dimensions but the last `kept` into one; adds one when there is
/// none.
Value joinRows(ImplicitLocOpBuilder &builder, Value tensor, unsigned kept);

/// The inverse of `joinRows`: brings the first dimension back to `rows`.
Value splitRows(ImplicitLocOpBuilder &builder, Value tensor,
                ArrayRef<OpFoldResult> rows);

/// Adds or drops a first dimension of size 1.
Value addBatch(ImplicitLocOpBuilder &builder, Value tensor);
Value dropBatch(ImplicitLocOpBuilder &builder, Value tensor);

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_SHAPES_H

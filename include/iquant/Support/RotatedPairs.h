//===- RotatedPairs.h - Channels that rotate, row by row --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the rotations of both dialects check of their operands.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_ROTATEDPAIRS_H
#define IQUANT_SUPPORT_ROTATEDPAIRS_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::iquant {

/// Checks that the channels of `input`, which has this shape, are pairs in
/// `heads`.
inline LogicalResult verifyPairs(Operation *op, Type input,
                                 ArrayRef<int64_t> shape, int64_t heads) {
  if (shape.size() < 2)
    return op->emitOpError()
           << "expects an input of rank 2 or more, got " << input;
  int64_t channels = shape.back();
  if (ShapedType::isDynamic(channels) || channels % heads != 0 ||
      channels / heads % 2 != 0)
    return op->emitOpError() << "expects a static number of channels that is a "
                                "multiple of twice its "
                             << heads << " heads, got " << input;
  return success();
}

/// Whether `shape` has an element, or channels of this shape, for every row of
/// an input, alike in all batches or not.
inline bool isPerRow(ArrayRef<int64_t> shape, ArrayRef<int64_t> input,
                     ArrayRef<int64_t> channels) {
  SmallVector<int64_t> ofAll(input.drop_back());
  SmallVector<int64_t> ofOne = {ofAll.back()};
  llvm::append_range(ofAll, channels);
  llvm::append_range(ofOne, channels);
  return succeeded(verifyCompatibleShape(shape, ofOne)) ||
         succeeded(verifyCompatibleShape(shape, ofAll));
}

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_ROTATEDPAIRS_H

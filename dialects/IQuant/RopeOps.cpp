//===- RopeOps.cpp - Verification of rotations ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/IQuant/IQuant.h"

using namespace mlir;
using namespace mlir::iquant;

/// Checks that the channels of `input` are pairs in heads.
template <typename OpTy> static LogicalResult verifyPairs(OpTy op) {
  FixedType input = op.getInput().getType();
  int64_t heads = op.getHeads();
  if (input.getShape().size() < 2)
    return op.emitOpError()
           << "expects an input of rank 2 or more, got " << input;
  int64_t channels = input.getShape().back();
  if (ShapedType::isDynamic(channels) || channels % heads != 0 ||
      channels / heads % 2 != 0)
    return op.emitOpError() << "expects a static number of channels that is a "
                               "multiple of twice its "
                            << heads << " heads, got " << input;
  return success();
}

/// Whether `type` has an element, or channels of this shape, for every row of
/// `input`, alike in all batches or not.
static bool isPerRow(Type type, FixedType input, ArrayRef<int64_t> channels) {
  SmallVector<int64_t> ofAll(input.getShape().drop_back());
  SmallVector<int64_t> ofOne = {ofAll.back()};
  llvm::append_range(ofAll, channels);
  llvm::append_range(ofOne, channels);
  return succeeded(verifyCompatibleShape(getShape(type), ofOne)) ||
         succeeded(verifyCompatibleShape(getShape(type), ofAll));
}

LogicalResult RopeOp::verify() {
  if (failed(verifyPairs(*this)))
    return failure();
  FixedType input = getInput().getType();
  int64_t heads = getHeads(), pairs = input.getShape().back() / heads / 2;
  FixedType cosine = getCosine().getType(), sine = getSine().getType();
  ArrayRef<int64_t> table = cosine.getShape();
  if (cosine != sine || table.size() != 2 ||
      ShapedType::isDynamicShape(table) || table[0] == 0 || table[1] != pairs)
    return emitOpError()
           << "expects two tables of one type and of shape [positions, "
           << pairs << "], got " << cosine << " and " << sine;
  Type position = getPosition().getType();
  if (isa<RankedTensorType>(position) && !isPerRow(position, input, {}))
    return emitOpError() << "expects a position per row of " << input
                         << ", got " << position;
  return success();
}

LogicalResult RotatePairsOp::verify() {
  if (failed(verifyPairs(*this)))
    return failure();
  FixedType input = getInput().getType();
  int64_t heads = getHeads(), width = input.getShape().back() / heads;
  if (!isPerRow(getCosine().getType(), input, width))
    return emitOpError() << "expects " << width << " cosines per row of "
                         << input << ", got " << getCosine().getType();
  return success();
}

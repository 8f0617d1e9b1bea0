//===- RopeOps.cpp - Verification of rotations ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/IQuant/IQuant.h"
#include "iquant/Support/RotatedPairs.h"

using namespace mlir;
using namespace mlir::iquant;

LogicalResult RopeOp::verify() {
  FixedType input = getInput().getType();
  if (failed(verifyPairs(*this, input, input.getShape(), getHeads())))
    return failure();
  int64_t heads = getHeads(), pairs = input.getShape().back() / heads / 2;
  FixedType cosine = getCosine().getType(), sine = getSine().getType();
  ArrayRef<int64_t> table = cosine.getShape();
  if (cosine != sine || table.size() != 2 ||
      ShapedType::isDynamicShape(table) || table[0] == 0 || table[1] != pairs)
    return emitOpError()
           << "expects two tables of one type and of shape [positions, "
           << pairs << "], got " << cosine << " and " << sine;
  Type position = getPosition().getType();
  if (isa<RankedTensorType>(position) &&
      !isPerRow(getShape(position), input.getShape(), {}))
    return emitOpError() << "expects a position per row of " << input
                         << ", got " << position;
  return success();
}

LogicalResult RotatePairsOp::verify() {
  FixedType input = getInput().getType();
  if (failed(verifyPairs(*this, input, input.getShape(), getHeads())))
    return failure();
  int64_t heads = getHeads(), width = input.getShape().back() / heads;
  if (!isPerRow(getCosine().getType().getShape(), input.getShape(), width))
    return emitOpError() << "expects " << width << " cosines per row of "
                         << input << ", got " << getCosine().getType();
  return success();
}

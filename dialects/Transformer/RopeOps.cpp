//===- RopeOps.cpp - Verification and interfaces of rotations -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Transformer/Transformer.h"
#include "iquant/Support/RotatedPairs.h"

using namespace mlir;
using namespace mlir::transformer;

/// The rotation of a pair commutes with a factor that both channels share.
template <typename OpTy> static SmallVector<ChannelTie> getPairTies(OpTy op) {
  int64_t heads = op.getHeads();
  int64_t width = op.getType().getShape().back() / heads;
  bool half = op.getPairing() == RopePairing::Half;
  SmallVector<int64_t> channels;
  for (int64_t head = 0; head < heads; ++head)
    for (int64_t pair = 0; pair < width / 2; ++pair) {
      int64_t first = head * width + (half ? pair : 2 * pair);
      channels.append({first, first + (half ? width / 2 : 1)});
    }
  return {{op.getInputMutable(), cast<OpResult>(op.getResult()), channels,
           channels, /*groupSize=*/2, ChannelMapKind::Scalar}};
}

LogicalResult RopeOp::verify() {
  RankedTensorType input = getInput().getType(),
                   frequencies = getFrequencies().getType();
  if (failed(iquant::verifyPairs(*this, input, input.getShape(), getHeads())))
    return failure();
  int64_t heads = getHeads(), pairs = input.getShape().back() / heads / 2;
  if (frequencies.getShape() != ArrayRef(pairs))
    return emitOpError() << "expects frequencies of shape [" << pairs
                         << "], got " << frequencies;
  auto positions = dyn_cast<RankedTensorType>(getPosition().getType());
  if (positions &&
      !iquant::isPerRow(positions.getShape(), input.getShape(), {}))
    return emitOpError() << "expects a position per row of " << input
                         << ", got " << positions;
  return success();
}

SmallVector<ChannelTie> RopeOp::getChannelTies() { return getPairTies(*this); }

LogicalResult RotatePairsOp::verify() {
  RankedTensorType input = getInput().getType();
  if (failed(iquant::verifyPairs(*this, input, input.getShape(), getHeads())))
    return failure();
  int64_t heads = getHeads(), width = input.getShape().back() / heads;
  if (!iquant::isPerRow(getCosine().getType().getShape(), input.getShape(),
                        width))
    return emitOpError() << "expects " << width << " cosines per row of "
                         << input << ", got " << getCosine().getType();
  return success();
}

SmallVector<ChannelTie> RotatePairsOp::getChannelTies() {
  return getPairTies(*this);
}

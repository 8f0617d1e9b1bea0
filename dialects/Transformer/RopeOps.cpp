//===- RopeOps.cpp - Verification and interfaces of rotations -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Transformer/Transformer.h"

using namespace mlir;
using namespace mlir::transformer;

/// Checks that the channels of `input` are pairs in heads.
template <typename OpTy> static LogicalResult verifyPairs(OpTy op) {
  RankedTensorType input = op.getInput().getType();
  int64_t heads = op.getHeads();
  if (input.getRank() < 2)
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
static bool isPerRow(RankedTensorType type, RankedTensorType input,
                     ArrayRef<int64_t> channels) {
  SmallVector<int64_t> ofAll(input.getShape().drop_back());
  SmallVector<int64_t> ofOne = {ofAll.back()};
  llvm::append_range(ofAll, channels);
  llvm::append_range(ofOne, channels);
  return succeeded(verifyCompatibleShape(type.getShape(), ofOne)) ||
         succeeded(verifyCompatibleShape(type.getShape(), ofAll));
}

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
  if (failed(verifyPairs(*this)))
    return failure();
  RankedTensorType input = getInput().getType(),
                   frequencies = getFrequencies().getType();
  int64_t heads = getHeads(), pairs = input.getShape().back() / heads / 2;
  if (frequencies.getShape() != ArrayRef(pairs))
    return emitOpError() << "expects frequencies of shape [" << pairs
                         << "], got " << frequencies;
  auto positions = dyn_cast<RankedTensorType>(getPosition().getType());
  if (positions && !isPerRow(positions, input, {}))
    return emitOpError() << "expects a position per row of " << input
                         << ", got " << positions;
  return success();
}

SmallVector<ChannelTie> RopeOp::getChannelTies() { return getPairTies(*this); }

LogicalResult RotatePairsOp::verify() {
  if (failed(verifyPairs(*this)))
    return failure();
  RankedTensorType input = getInput().getType();
  int64_t heads = getHeads(), width = input.getShape().back() / heads;
  if (!isPerRow(getCosine().getType(), input, width))
    return emitOpError() << "expects " << width << " cosines per row of "
                         << input << ", got " << getCosine().getType();
  return success();
}

SmallVector<ChannelTie> RotatePairsOp::getChannelTies() {
  return getPairTies(*this);
}

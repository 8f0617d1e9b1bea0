//===- FoldRotation.cpp - Rotations of channels into weights --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantFolding.h"
#include "FoldNormScale.h"

#include "iquant/Analysis/ChannelFreedom.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_TRANSFORMERFOLDROTATION
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

namespace {
struct TransformerFoldRotation
    : public iquant::impl::TransformerFoldRotationBase<
          TransformerFoldRotation> {
  using TransformerFoldRotationBase::TransformerFoldRotationBase;

  void runOnOperation() override {
    // A norm with a scale lets no rotation pass. Both foldings share their
    // arithmetic, so that weights are rounded once.
    ConstantFolding folding;
    foldNormScales(getOperation(), folding, getArgument());
    ChannelFreedom freedom(getOperation(), MapFamily::Rotations);
    SplitMix64 random(seed);
    for (const MapPlace &place : freedom.getPlaces())
      rotate(place, freedom, random, folding);
    folding.apply(&getContext());
  }

private:
  void rotate(const MapPlace &place, const ChannelFreedom &freedom,
              SplitMix64 &random, ConstantFolding &folding);
};
} // namespace

void TransformerFoldRotation::rotate(const MapPlace &place,
                                     const ChannelFreedom &freedom,
                                     SplitMix64 &random,
                                     ConstantFolding &folding) {
  if (place.producers.size() + place.consumers.size() < 2 || place.width == 1)
    return;
  Location loc = place.values.front().getLoc();
  if (place.numClasses == 0) {
    remark::missed(
        loc, remark::RemarkOpts::name("NotRotated").category(getArgument()))
        << "not rotated, since " + place.obstacle->reason;
    return;
  }
  ChannelMap::Rotations rotations;
  for (int64_t i = 0; i < place.numClasses; ++i)
    rotations.push_back(
        std::make_shared<Rotation>(place.width, random, place.keepsMean));
  auto getMap = [&](Value value) {
    ChannelMap::Rotations blocks;
    for (ChannelFreedom::Block block : freedom.getBlocks(value))
      blocks.push_back(block.classNumber < 0 ? nullptr
                                             : rotations[block.classNumber]);
    return ChannelMap::rotate(place.width, std::move(blocks));
  };
  // A rotation is its own inverse transpose.
  folding.absorb(place, getMap, getMap);
  remark::passed(loc,
                 remark::RemarkOpts::name("Rotated").category(getArgument()))
      << "rotated its channels" << remark::metric("width", place.width)
      << remark::metric("rotations", place.numClasses)
      << remark::metric("values", place.values.size());
}

//===- Rope.cpp - Rotary embedding ----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rule P1. A head is viewed as pairs of channels, `[2, D / 2]` or `[D / 2, 2]`;
// every element then is itself times a cosine plus its partner times a sine.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "RowBuilder.h"
#include "Rules.h"

#include "iquant/Support/Shapes.h"

using namespace mlir;
using namespace mlir::iquant;

static SmallVector<Value> lowerRope(RopeOp op, LowerOp<RopeOp>::Adaptor adaptor,
                                    ImplicitLocOpBuilder &b) {
  ArrayRef<int64_t> table = op.getCosine().getType().getShape();
  int64_t h = op.getCosine().getType().getExponent();
  int64_t positions = table[0], pairs = table[1], heads = op.getHeads();
  int64_t sequenceDim = op.getInput().getType().getShape().size() - 2;
  bool isHalf = op.getPairing() == RopePairing::Half;
  int64_t sideDim = isHalf ? sequenceDim + 2 : sequenceDim + 3;
  int64_t pairDim = isHalf ? sequenceDim + 3 : sequenceDim + 2;

  Value input = splitChannels(b, codesOf(adaptor.getInput()),
                              {heads, isHalf ? 2 : pairs, isHalf ? pairs : 2});
  Value cosine = codesOf(adaptor.getCosine()),
        sine = codesOf(adaptor.getSine());
  Value offset = adaptor.getOffset().front();

  RowBuilder space(b, input);
  Access self = space.whole(input);
  SmallVector<AffineExpr> partnerPosition(self.map.getResults());
  partnerPosition[sideDim] = 1 - partnerPosition[sideDim];
  Access partner = {input, AffineMap::get(self.map.getNumDims(), 0,
                                          partnerPosition, b.getContext())};

  Value result = space.perElement(32, {self, partner}, [&](Int x, Int other) {
    ImplicitLocOpBuilder &body = x.getBuilder();
    Int zero = fromIndex(body, 64, linalg::IndexOp::create(body, sequenceDim));
    Int position = zero + fromIndex(body, 64, offset);
    position = min(max(position, 0), positions - 1);
    Value entry[] = {position.toIndex(),
                     linalg::IndexOp::create(body, pairDim)};
    Int c(body, tensor::ExtractOp::create(body, cosine, entry));
    Int s(body, tensor::ExtractOp::create(body, sine, entry));
    c = c.sext(64), s = s.sext(64);
    // a' = a C - b S and b' = b C + a S.
    s = select(equal(positionAlong(x, sideDim), 0), -s, s);
    return sat32(rshr(x.sext(64) * c + other.sext(64) * s, h));
  });
  return {joinChannels(b, result, 3)};
}

void mlir::iquant::populateRopePatterns(const TypeConverter &converter,
                                        RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerRope);
}

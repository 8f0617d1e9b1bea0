//===- Rope.cpp - Rotary embedding ----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules P1 and P2. A head is viewed as pairs of channels, `[2, D / 2]` or
// `[D / 2, 2]`; every element then is itself times a cosine plus its partner
// times a sine.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "RowBuilder.h"
#include "Rules.h"

#include "iquant/Support/Shapes.h"

using namespace mlir;
using namespace mlir::iquant;

namespace {
/// The space `[rows..., heads, 2, pairs]` or `[rows..., heads, pairs, 2]`.
class PairSpace {
public:
  /// Gives cosine and sine of an element, from those of more inputs.
  using Turn = function_ref<std::pair<Int, Int>(Int x, ArrayRef<Int> more)>;

  PairSpace(ImplicitLocOpBuilder &b, FixedType type, int64_t heads,
            RopePairing pairing)
      : b(b), heads(heads), pairs(type.getShape().back() / heads / 2),
        isHalf(pairing == RopePairing::Half),
        sequenceDim(type.getShape().size() - 2) {}

  int64_t getSequenceDim() const { return sequenceDim; }
  int64_t getSideDim() const { return sequenceDim + (isHalf ? 2 : 3); }
  int64_t getPairDim() const { return sequenceDim + (isHalf ? 3 : 2); }

  /// A tensor with an element per row, of one batch or of all.
  Access perRow(Value tensor) const { return shared(tensor, {}); }

  /// A tensor with the channels of a head per row, of one batch or of all.
  Access perHead(Value tensor) const {
    return shared(splitChannels(b, tensor, getSides()),
                  {b.getAffineDimExpr(sequenceDim + 2),
                   b.getAffineDimExpr(sequenceDim + 3)});
  }

  /// `a' = a C - b S` and `b' = b C + a S`, with `h` fraction bits in both.
  Value rotate(Value input, ArrayRef<Access> more, int64_t h, Turn turn) const {
    SmallVector<int64_t> parts = {heads};
    llvm::append_range(parts, getSides());
    Value split = splitChannels(b, input, parts);
    RowBuilder space(b, split);
    Access self = space.whole(split);
    SmallVector<AffineExpr> partner(self.map.getResults());
    partner[getSideDim()] = 1 - partner[getSideDim()];
    SmallVector<Access> inputs = {
        self,
        {split,
         AffineMap::get(self.map.getNumDims(), 0, partner, b.getContext())}};
    llvm::append_range(inputs, more);
    Value result = space.perElement(32, inputs, [&](ArrayRef<Int> elements) {
      Int x = elements[0], other = elements[1];
      auto [c, s] = turn(x, elements.drop_front(2));
      s = select(equal(positionAlong(x, getSideDim()), 0), -s, s);
      return sat32(rshr(x.sext(64) * c + other.sext(64) * s, h));
    });
    return joinChannels(b, result, 3);
  }

private:
  SmallVector<int64_t> getSides() const {
    return {isHalf ? 2 : pairs, isHalf ? pairs : 2};
  }

  /// The rows that `tensor` has are the innermost of the space.
  Access shared(Value tensor, ArrayRef<AffineExpr> channels) const {
    int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
    int64_t rows = rank - channels.size();
    SmallVector<AffineExpr> position;
    for (int64_t dim = sequenceDim + 1 - rows; dim <= sequenceDim; ++dim)
      position.push_back(b.getAffineDimExpr(dim));
    llvm::append_range(position, channels);
    return {tensor,
            AffineMap::get(sequenceDim + 4, 0, position, b.getContext())};
  }

  ImplicitLocOpBuilder &b;
  int64_t heads, pairs;
  bool isHalf;
  int64_t sequenceDim;
};
} // namespace

static SmallVector<Value> lowerRope(RopeOp op, LowerOp<RopeOp>::Adaptor adaptor,
                                    ImplicitLocOpBuilder &b) {
  PairSpace space(b, op.getInput().getType(), op.getHeads(), op.getPairing());
  FixedType table = op.getCosine().getType();
  Value cosine = codesOf(adaptor.getCosine()),
        sine = codesOf(adaptor.getSine()),
        first = adaptor.getPosition().front();
  SmallVector<Access, 1> positions;
  if (isa<RankedTensorType>(first.getType()))
    positions.push_back(space.perRow(first));
  auto turn = [&](Int x, ArrayRef<Int> position) {
    ImplicitLocOpBuilder &body = x.getBuilder();
    auto count = [&] {
      Value row = linalg::IndexOp::create(body, space.getSequenceDim());
      return fromIndex(body, 64, row) + fromIndex(body, 64, first);
    };
    Int p = position.empty() ? count() : position.front();
    Value entry[] = {nearestRow(p, table.getShape()[0]),
                     linalg::IndexOp::create(body, space.getPairDim())};
    Int c(body, tensor::ExtractOp::create(body, cosine, entry));
    Int s(body, tensor::ExtractOp::create(body, sine, entry));
    return std::pair(c.sext(64), s.sext(64));
  };
  return {space.rotate(codesOf(adaptor.getInput()), positions,
                       table.getExponent(), turn)};
}

static SmallVector<Value>
lowerRotatePairs(RotatePairsOp op, LowerOp<RotatePairsOp>::Adaptor adaptor,
                 ImplicitLocOpBuilder &b) {
  PairSpace space(b, op.getInput().getType(), op.getHeads(), op.getPairing());
  Access cosine = space.perHead(codesOf(adaptor.getCosine())),
         sine = space.perHead(codesOf(adaptor.getSine()));
  auto turn = [](Int, ArrayRef<Int> entries) {
    auto t = [](Int entry) {
      constexpr int64_t limit = (int64_t(1) << 30) - 1;
      return min(max(entry, -limit), limit).sext(64);
    };
    return std::pair(t(entries[0]), t(entries[1]));
  };
  return {space.rotate(codesOf(adaptor.getInput()), {cosine, sine},
                       op.getCosine().getType().getExponent(), turn)};
}

void mlir::iquant::populateRopePatterns(const TypeConverter &converter,
                                        RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerRope);
  addLowering(converter, patterns, lowerRotatePairs);
}

//===- Rope.cpp - Rotary embedding ----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A head is viewed as pairs of channels, `[2, D / 2]` or `[D / 2, 2]`; every
// element then is itself times a cosine plus its partner times a sine.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "RowSpace.h"

#include "iquant/Support/ConstantBuilder.h"
#include "iquant/Support/FloatElements.h"
#include "iquant/Support/Shapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_linalg;

/// Angles past this number are computed where they are used, not in a table.
static constexpr int64_t kMaxTableElements = int64_t(1) << 24;

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

/// The tables `[positions, frequencies]` with elements of type T.
template <typename T>
static RotationTable computeTable(RankedTensorType type,
                                  ArrayRef<double> frequencies) {
  ConstantBuilder<T> cosine(type), sine(type);
  size_t width = frequencies.size();
  for (size_t element = 0; element < cosine.data().size(); ++element) {
    double angle =
        static_cast<double>(element / width) * frequencies[element % width];
    cosine.data()[element] = static_cast<T>(std::cos(angle));
    sine.data()[element] = static_cast<T>(std::sin(angle));
  }
  return {cosine.finish("cosine"), sine.finish("sine")};
}

std::optional<RotationTable>
RotationTables::get(Value frequencies, int64_t positions, Type elementType) {
  ElementsAttr constant;
  if (!matchPattern(frequencies, m_Constant(&constant)))
    return std::nullopt;
  auto [entry, isNew] =
      tables.try_emplace({constant, positions, elementType}, std::nullopt);
  if (!isNew)
    return entry->second;
  FailureOr<FloatElements> elements =
      FloatElements::get(constant, [](const Twine &) { return failure(); });
  if (failed(elements) || elements->size() == 0 ||
      positions > kMaxTableElements / elements->size())
    return std::nullopt;
  std::vector<double> values(elements->size());
  elements->read(0, values);
  auto type = RankedTensorType::get({positions, elements->size()}, elementType);
  return entry->second = elementType.isF64()
                             ? computeTable<double>(type, values)
                             : computeTable<float>(type, values);
}

//===----------------------------------------------------------------------===//
// Lowering
//===----------------------------------------------------------------------===//

namespace {
/// Gives cosine and sine of the angle at a position and pair of channels.
class Angles {
public:
  Angles(ImplicitLocOpBuilder &b, transformer::RopeOp op, Type type,
         RotationTables &tables)
      : frequencies(op.getFrequencies()), positions(op.getMaxPositions()),
        type(type) {
    auto table = tables.get(frequencies, positions, type);
    if (!table)
      return;
    cosine = arith::ConstantOp::create(b, table->cosine);
    sine = arith::ConstantOp::create(b, table->sine);
  }

  std::pair<Real, Real> get(ImplicitLocOpBuilder &body, Value position,
                            Value pair) const {
    return cosine ? read(body, position, pair) : compute(body, position, pair);
  }

private:
  /// A position outside of the table reads its nearest row, not other memory.
  std::pair<Real, Real> read(ImplicitLocOpBuilder &body, Value position,
                             Value pair) const {
    Value first = arith::ConstantIndexOp::create(body, 0);
    Value last = arith::ConstantIndexOp::create(body, positions - 1);
    Value row = arith::MinSIOp::create(
        body, arith::MaxSIOp::create(body, position, first), last);
    auto extract = [&](Value table) {
      return Real(
          body, tensor::ExtractOp::create(body, table, ValueRange{row, pair}));
    };
    return {extract(cosine), extract(sine)};
  }

  /// In double precision: a position times a frequency has more than 24 bits.
  std::pair<Real, Real> compute(ImplicitLocOpBuilder &body, Value position,
                                Value pair) const {
    Type wide = body.getF64Type();
    Value integer =
        arith::IndexCastOp::create(body, body.getI64Type(), position);
    Real number(body, arith::SIToFPOp::create(body, wide, integer));
    Real frequency(body, tensor::ExtractOp::create(body, frequencies, pair));
    Real angle = number * frequency.to(wide);
    return {cos(angle).to(type), sin(angle).to(type)};
  }

  Value frequencies;
  int64_t positions;
  Type type;
  Value cosine, sine;
};

/// The space `[rows..., heads, 2, pairs]` or `[rows..., heads, pairs, 2]` of
/// the channels of an op, and the rotation of all of them.
class PairSpace {
public:
  /// Gives cosine and sine of an element, from those of more inputs.
  using Turn = function_ref<std::pair<Real, Real>(ImplicitLocOpBuilder &body,
                                                  ArrayRef<Real> more)>;

  template <typename OpTy>
  PairSpace(ImplicitLocOpBuilder &b, OpTy op)
      : b(b), input(op.getInput()), heads(op.getHeads()),
        pairs(op.getType().getShape().back() / heads / 2),
        isHalf(op.getPairing() == transformer::RopePairing::Half),
        sequenceDim(op.getType().getRank() - 2) {}

  int64_t getSequenceDim() const { return sequenceDim; }
  int64_t getSideDim() const { return sequenceDim + (isHalf ? 2 : 3); }
  int64_t getPairDim() const { return sequenceDim + (isHalf ? 3 : 2); }

  /// A tensor with the channels of a head per row, of one batch or of all.
  Access perHead(Value tensor) const {
    Value split = splitChannels(b, tensor, getSides());
    int64_t rank = cast<RankedTensorType>(split.getType()).getRank();
    SmallVector<AffineExpr> position;
    for (int64_t dim = sequenceDim + 3 - rank; dim <= sequenceDim; ++dim)
      position.push_back(b.getAffineDimExpr(dim));
    for (int64_t dim : {sequenceDim + 2, sequenceDim + 3})
      position.push_back(b.getAffineDimExpr(dim));
    return {split,
            AffineMap::get(sequenceDim + 4, 0, position, b.getContext())};
  }

  /// a' = a cos - b sin and b' = b cos + a sin.
  Value rotate(Type computeType, ArrayRef<Access> more, Turn turn) const {
    SmallVector<int64_t> parts = {heads};
    llvm::append_range(parts, getSides());
    Value split = splitChannels(b, input, parts);
    RowSpace space(b, split, computeType);
    Access self = space.whole(split);
    SmallVector<AffineExpr> partner(self.map.getResults());
    partner[getSideDim()] = 1 - partner[getSideDim()];
    SmallVector<Access> inputs = {
        self,
        {split,
         AffineMap::get(self.map.getNumDims(), 0, partner, b.getContext())}};
    llvm::append_range(inputs, more);
    Type type = getElementTypeOrSelf(input.getType());
    Value rotated = space.map(type, inputs, [&](ArrayRef<Real> in) {
      ImplicitLocOpBuilder &body = in[0].getBuilder();
      auto [cosine, sine] = turn(body, in.drop_front(2));
      Value side = linalg::IndexOp::create(body, getSideDim());
      Value zero = arith::ConstantIndexOp::create(body, 0);
      Value isFirst =
          arith::CmpIOp::create(body, arith::CmpIPredicate::eq, side, zero);
      return in[0] * cosine + in[1] * select(isFirst, -sine, sine);
    });
    return joinChannels(b, rotated, 3);
  }

private:
  SmallVector<int64_t> getSides() const {
    return {isHalf ? 2 : pairs, isHalf ? pairs : 2};
  }

  ImplicitLocOpBuilder &b;
  Value input;
  int64_t heads, pairs;
  bool isHalf;
  int64_t sequenceDim;
};

struct LowerRope : public OpRewritePattern<transformer::RopeOp> {
  LowerRope(MLIRContext *context, RotationTables &tables)
      : OpRewritePattern(context), tables(tables) {}

  LogicalResult matchAndRewrite(transformer::RopeOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type type = getComputeType(op.getInput());
    PairSpace space(b, op);
    Angles angles(b, op, type, tables);
    auto turn = [&](ImplicitLocOpBuilder &body, ArrayRef<Real>) {
      Value position = getPosition(body, op.getPosition(), space);
      Value pair = linalg::IndexOp::create(body, space.getPairDim());
      return angles.get(body, position, pair);
    };
    rewriter.replaceOp(op, space.rotate(type, {}, turn));
    return success();
  }

private:
  /// The position of a row, counted from the first or that of its own.
  static Value getPosition(ImplicitLocOpBuilder &body, Value position,
                           const PairSpace &space) {
    auto type = dyn_cast<RankedTensorType>(position.getType());
    if (!type) {
      Value row = linalg::IndexOp::create(body, space.getSequenceDim());
      return arith::AddIOp::create(body, row, position);
    }
    SmallVector<Value> row;
    for (int64_t dim = space.getSequenceDim() + 1 - type.getRank();
         dim <= space.getSequenceDim(); ++dim)
      row.push_back(linalg::IndexOp::create(body, dim));
    return arith::IndexCastOp::create(
        body, body.getIndexType(),
        tensor::ExtractOp::create(body, position, row));
  }

  RotationTables &tables;
};
} // namespace

static Value lowerRotatePairs(transformer::RotatePairsOp op,
                              ImplicitLocOpBuilder &b) {
  PairSpace space(b, op);
  Type type = getComputeType({op.getInput(), op.getCosine()});
  return space.rotate(
      type, {space.perHead(op.getCosine()), space.perHead(op.getSine())},
      [](ImplicitLocOpBuilder &, ArrayRef<Real> entries) {
        return std::pair(entries[0], entries[1]);
      });
}

void to_linalg::populateRopePatterns(RewritePatternSet &patterns,
                                     RotationTables &tables) {
  patterns.add<LowerRope>(patterns.getContext(), tables);
  addLowering(patterns, lowerRotatePairs);
}

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
  /// A position past the table reads its last row, not other memory.
  std::pair<Real, Real> read(ImplicitLocOpBuilder &body, Value position,
                             Value pair) const {
    Value last = arith::ConstantIndexOp::create(body, positions - 1);
    Value row = arith::MinUIOp::create(body, position, last);
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

struct LowerRope : public OpRewritePattern<transformer::RopeOp> {
  LowerRope(MLIRContext *context, RotationTables &tables)
      : OpRewritePattern(context), tables(tables) {}

  LogicalResult matchAndRewrite(transformer::RopeOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value input = op.getInput();
    Type type = op.getType().getElementType();
    Type computeType = getComputeType(input);
    int64_t heads = op.getHeads();
    int64_t pairs = op.getType().getShape().back() / heads / 2;
    int64_t sequenceDim = op.getType().getRank() - 2;
    bool isHalf = op.getPairing() == transformer::RopePairing::Half;
    int64_t sideDim = isHalf ? sequenceDim + 2 : sequenceDim + 3;
    int64_t pairDim = isHalf ? sequenceDim + 3 : sequenceDim + 2;

    Value split = splitChannels(
        b, input, {heads, isHalf ? 2 : pairs, isHalf ? pairs : 2});
    Angles angles(b, op, computeType, tables);
    RowSpace space(b, split, computeType);
    Access self = space.whole(split);
    SmallVector<AffineExpr> partnerPosition(self.map.getResults());
    partnerPosition[sideDim] = 1 - partnerPosition[sideDim];
    Access partner = {split, AffineMap::get(self.map.getNumDims(), 0,
                                            partnerPosition, b.getContext())};

    Value rotated = space.map(type, {self, partner}, [&](ArrayRef<Real> in) {
      ImplicitLocOpBuilder &body = in[0].getBuilder();
      Value row = linalg::IndexOp::create(body, sequenceDim);
      Value position = arith::AddIOp::create(body, row, op.getOffset());
      Value pair = linalg::IndexOp::create(body, pairDim);
      auto [cosine, sine] = angles.get(body, position, pair);
      // a' = a cos - b sin and b' = b cos + a sin.
      Value side = linalg::IndexOp::create(body, sideDim);
      Value zero = arith::ConstantIndexOp::create(body, 0);
      Value isFirst =
          arith::CmpIOp::create(body, arith::CmpIPredicate::eq, side, zero);
      return in[0] * cosine + in[1] * select(isFirst, -sine, sine);
    });
    rewriter.replaceOp(op, joinChannels(b, rotated, 3));
    return success();
  }

  RotationTables &tables;
};
} // namespace

void to_linalg::populateRopePatterns(RewritePatternSet &patterns,
                                     RotationTables &tables) {
  patterns.add<LowerRope>(patterns.getContext(), tables);
}

//===- Elementwise.cpp - Sum, products, rescaling, argmax and mean --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules F1 to F3 and F5 to F7.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "RowBuilder.h"
#include "Rules.h"

#include "iquant/Support/Shapes.h"

using namespace mlir;
using namespace mlir::iquant;

static SmallVector<Value> lowerRescale(RescaleOp op,
                                       LowerOp<RescaleOp>::Adaptor adaptor,
                                       ImplicitLocOpBuilder &b) {
  Value input = codesOf(adaptor.getInput());
  int64_t s = op.getInput().getType().getExponent() -
              op.getResult().getType().getExponent();
  RowBuilder space(b, input);
  return {space.perElement(32, space.whole(input), [&](Int x) {
    // A shift to the right stays in 32 bits.
    return s >= 0 ? rshrAny(x, s) : sat32(shift(x.sext(64), s));
  })};
}

static SmallVector<Value> lowerAdd(AddOp op, LowerOp<AddOp>::Adaptor adaptor,
                                   ImplicitLocOpBuilder &b) {
  Value lhs = codesOf(adaptor.getLhs()), rhs = codesOf(adaptor.getRhs());
  RowBuilder space(b, lhs);
  return {space.perElement(32, {space.whole(lhs), space.whole(rhs)},
                           [&](Int x, Int y) { return addSaturated(x, y); })};
}

static SmallVector<Value> lowerMul(MulOp op, LowerOp<MulOp>::Adaptor adaptor,
                                   ImplicitLocOpBuilder &b) {
  Value gate = codesOf(adaptor.getGate()), up = codesOf(adaptor.getUp());
  int64_t s = op.getGate().getType().getExponent() +
              op.getUp().getType().getExponent() -
              op.getResult().getType().getExponent();
  RowBuilder space(b, gate);
  return {
      space.perElement(32, {space.whole(gate), space.whole(up)},
                       [&](Int x, Int y) { return fixedProduct(x, y, s); })};
}

static SmallVector<Value> lowerScale(ScaleOp op,
                                     LowerOp<ScaleOp>::Adaptor adaptor,
                                     ImplicitLocOpBuilder &b) {
  Value input = codesOf(adaptor.getInput());
  Value factors = codesOf(adaptor.getFactors());
  int64_t g = op.getFactors().getType().getExponent();
  RowBuilder space(b, input);
  return {space.perElement(
      32, {space.whole(input), space.channel(factors)},
      [&](Int x, Int factor) { return fixedProduct(x, factor.sext(32), g); })};
}

static SmallVector<Value> lowerArgmax(ArgmaxOp op,
                                      LowerOp<ArgmaxOp>::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) {
  Value input = codesOf(adaptor.getInput());
  RowBuilder rows(b, input);
  int64_t channels = op.getInput().getType().getShape().size() - 1;
  Value largest = rows.reduce(Accumulator{32, INT32_MIN}, rows.whole(input),
                              [&](Int x, Int most) { return max(x, most); })
                      .front();
  // A second pass for the index: both reductions vectorise, a pair does not.
  return rows.reduce(Accumulator{32, INT32_MAX},
                     {rows.whole(input), rows.row(largest)},
                     [&](Int x, Int most, Int first) {
                       Int here = positionAlong(x, channels);
                       return min(first, select(equal(x, most), here, first));
                     });
}

/// The sums of the valid rows of every sequence, in 64 bits.
static Value sumRows(ImplicitLocOpBuilder &b, Value input, Value mask) {
  RowBuilder space(b, input);
  Access rows = space.whole(input);
  SmallVector<OpFoldResult> sizes = sizesOf(b, input);
  int64_t rowDim = sizes.size() - 2;
  sizes.erase(sizes.begin() + rowDim);
  Value empty = tensor::EmptyOp::create(b, sizes, b.getI64Type());
  Value zero = constant(b, 64, 0);
  Value sums = linalg::FillOp::create(b, zero, empty).getResult(0);
  SmallVector<utils::IteratorType> iterators(rows.map.getNumDims(),
                                             utils::IteratorType::parallel);
  iterators[rowDim] = utils::IteratorType::reduction;
  return createGeneric(b, {rows, space.row(mask)},
                       {{sums, rows.map.dropResult(rowDim)}}, iterators,
                       [](ArrayRef<Int> in) -> SmallVector<Int> {
                         return {select(in[1], in[2] + in[0].sext(64), in[2])};
                       })
      .front();
}

static SmallVector<Value> lowerMeanPool(MeanPoolOp op,
                                        LowerOp<MeanPoolOp>::Adaptor adaptor,
                                        ImplicitLocOpBuilder &b) {
  Value mask = adaptor.getMask().front();
  RowBuilder rows(b, mask);
  Value counts =
      rows.reduce(Accumulator{64, 0}, rows.whole(mask),
                  [](Int isValid, Int n) { return n + isValid.zext(64); })
          .front();
  Value sums = sumRows(b, codesOf(adaptor.getInput()), mask);
  RowBuilder space(b, sums);
  return {space.perElement(
      32, {space.whole(sums), space.row(counts)}, [](Int sum, Int n) {
        Int d = max(n, 1);
        // With 2^31 more in every row all that is divided is positive.
        Int positive = ((sum + (d << 31)) << 1) + d;
        return (positive / (d << 1) - (int64_t(1) << 31)).trunc(32);
      })};
}

void mlir::iquant::populateElementwisePatterns(const TypeConverter &converter,
                                               RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerAdd);
  addLowering(converter, patterns, lowerArgmax);
  addLowering(converter, patterns, lowerMeanPool);
  addLowering(converter, patterns, lowerMul);
  addLowering(converter, patterns, lowerScale);
  addLowering(converter, patterns, lowerRescale);
}

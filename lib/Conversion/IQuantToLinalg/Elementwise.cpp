//===- Elementwise.cpp - Sum, rescaling and argmax ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules F1 to F3.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "RowBuilder.h"
#include "Rules.h"

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
  return {space.perElement(
      32, {space.whole(lhs), space.whole(rhs)},
      [&](Int x, Int y) { return sat32(x.sext(64) + y.sext(64)); })};
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

void mlir::iquant::populateElementwisePatterns(const TypeConverter &converter,
                                               RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerAdd);
  addLowering(converter, patterns, lowerArgmax);
  addLowering(converter, patterns, lowerRescale);
}

//===- Quantize.cpp - Between fixed point and codes -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules Q1 to Q4.
//
//===----------------------------------------------------------------------===//

#include "Coders.h"
#include "Patterns.h"

#include "iquant/Support/Shapes.h"

using namespace mlir;
using namespace mlir::iquant;

/// Q1: codes, multipliers, exponents and zero points.
static SmallVector<Value> quantizeAsymmetric(const RowBuilder &rows,
                                             Value input, int64_t exponent) {
  auto range = rows.groupsAsRows().reduce(
      {{32, 0}, {32, 0}}, rows.whole(input), [](Int x, Int lo, Int hi) {
        return SmallVector<Int>{min(x, lo), max(x, hi)};
      });
  Coders coders = createCoders(rows.groups(), range[0], range[1], {},
                               [&](Int range, ArrayRef<Int>) {
                                 Dyadic scale = dyadic(range, range.like(255));
                                 scale.exponent = scale.exponent + exponent;
                                 return scale;
                               });
  Value codes = coders.encode(rows, rows.whole(input),
                              [](ArrayRef<Int> x) { return x.front(); });
  return {codes, coders.multiplier, coders.exponent, coders.zeroPoint};
}

/// The largest magnitude of every group (Q2), or the range that it is given
/// (Q4).
static Value getLargest(const RowBuilder &rows, Value input, QuantizeOp op,
                        ImplicitLocOpBuilder &b) {
  if (!op.getRanges())
    return rows.groupsAsRows()
        .reduce(Accumulator{32, 0}, rows.whole(input),
                [](Int x, Int most) { return umax(abs(x), most); })
        .front();
  RowBuilder groups = rows.groups();
  Value ranges =
      arith::ConstantOp::create(b, b.getI32TensorAttr(*op.getRanges()));
  return groups.perElement(32, groups.channel(ranges),
                           [](Int range) { return range; });
}

/// Q2: the code of `x`, at most `a` in magnitude.
static Int symmetricCode(Int x, Int multiplier, Int t) {
  // |x * I| <= 127 * 2^t, so the code fits. 2^8 more of it, which its 8 bits do
  // not show, make the sum that is shifted positive, when read as unsigned.
  Int s = t.zext(64), added = (1 << (s + 8)) + (1 << (s - 1));
  return ushr(wideProduct(x, multiplier) + added, s).trunc(32).trunc(8);
}

/// Q2 and Q4: codes, multipliers and exponents. Elements are at most `largest`
/// in magnitude, unless `saturates`.
static SmallVector<Value> quantizeSymmetric(const RowBuilder &rows, Value input,
                                            Value largest, bool saturates,
                                            int64_t exponent) {
  auto scales = rows.perRow({32, 32, 32, 32}, largest, [&](Int largest) {
    Int a = largest.zext(64);
    Int t = bits(a) + 23;
    // A group of zeros has the code 0 whatever it is multiplied with.
    Int divisor = max(a, 1);
    Int multiplier = (127 << t) / divisor;
    Dyadic scale = dyadic(divisor, a.like(127));
    scale.exponent = scale.exponent + exponent;
    scale = unlessZero(equal(a, 0), scale);
    return SmallVector<Int>{scale.multiplier, scale.exponent,
                            multiplier.trunc(32), t.trunc(32)};
  });
  auto encode = [&](Int x, Int largest, Int multiplier, Int t) {
    // What is beyond has the code of the largest, 127 or -127.
    if (saturates)
      x = min(max(x, -largest), largest);
    return symmetricCode(x, multiplier, t);
  };
  Value codes = rows.perElement(8,
                                {rows.whole(input), rows.row(largest),
                                 rows.row(scales[2]), rows.row(scales[3])},
                                encode);
  return {codes, scales[0], scales[1]};
}

static SmallVector<Value> lowerQuantize(QuantizeOp op,
                                        LowerOp<QuantizeOp>::Adaptor adaptor,
                                        ImplicitLocOpBuilder &b) {
  DynType type = op.getResult().getType();
  Value input = codesOf(adaptor.getInput());
  bool hasGroups = type.getGroup() != 0;
  if (hasGroups)
    input = splitChannels(b, input, {type.getNumGroups(), type.getGroup()});
  int64_t exponent = op.getInput().getType().getExponent();
  RowBuilder rows(b, input, hasGroups ? 2 : 1);
  SmallVector<Value> results =
      type.isAsymmetric()
          ? quantizeAsymmetric(rows, input, exponent)
          : quantizeSymmetric(rows.groupsAsRows(), input,
                              getLargest(rows, input, op, b),
                              op.getRanges().has_value(), exponent);
  if (hasGroups)
    results[0] = joinChannels(b, results[0], 2);
  return results;
}

static SmallVector<Value>
lowerDequantize(DequantizeOp op, LowerOp<DequantizeOp>::Adaptor adaptor,
                ImplicitLocOpBuilder &b) {
  DynType type = op.getInput().getType();
  DynComponents input(adaptor.getInput());
  bool hasGroups = type.getGroup() != 0;
  Value codes = input.codes;
  if (hasGroups)
    codes = splitChannels(b, codes, {type.getNumGroups(), type.getGroup()});
  int64_t exponent = op.getResult().getType().getExponent();
  RowBuilder rows(b, codes, hasGroups ? 2 : 1), groups = rows.groupsAsRows();
  SmallVector<Access> inputs = {
      rows.whole(codes),
      (type.isAsymmetric() ? rows : groups).row(input.multiplier),
      groups.row(input.exponent)};
  if (input.zeroPoint)
    inputs.push_back(groups.row(input.zeroPoint));
  Value result = rows.perElement(32, inputs, [&](ArrayRef<Int> in) {
    Int q = input.zeroPoint ? in[0].zext(32) - in[3] : in[0].sext(32);
    return sat32(shift((q * in[1]).sext(64), in[2] - exponent));
  });
  if (hasGroups)
    result = joinChannels(b, result, 2);
  return {result};
}

void mlir::iquant::populateQuantizePatterns(const TypeConverter &converter,
                                            RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerDequantize);
  addLowering(converter, patterns, lowerQuantize);
}

//===- Quantize.cpp - Between fixed point and codes -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules Q1 to Q3.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "RowBuilder.h"
#include "Rules.h"

#include "iquant/Support/Shapes.h"

using namespace mlir;
using namespace mlir::iquant;

/// Q1: codes, multipliers, exponents and zero points.
static SmallVector<Value> quantizeAsymmetric(RowBuilder rows, Value input,
                                             int64_t exponent) {
  auto range = rows.reduce({{32, 0}, {32, 0}}, rows.whole(input),
                           [](Int x, Int lo, Int hi) {
                             return SmallVector<Int>{min(x, lo), max(x, hi)};
                           });
  auto scales = rows.perRow({32, 32, 32, 32, 32}, range, [&](Int lo, Int hi) {
    lo = lo.sext(64), hi = hi.sext(64);
    Int r = hi - lo;
    Coder coder = asymmetricCoder(lo, hi);
    Dyadic scale = dyadic(max(r, 1), r.like(255));
    scale.exponent = scale.exponent + exponent;
    scale = unlessZero(equal(r, 0), scale);
    return SmallVector<Int>{scale.multiplier, scale.exponent, coder.zeroPoint,
                            coder.multiplier, coder.shift};
  });
  Value m = scales[0], e = scales[1], z = scales[2];
  Value codes = rows.perElement(8,
                                {rows.whole(input), rows.row(scales[3]),
                                 rows.row(scales[4]), rows.row(z)},
                                [](Int x, Int multiplier, Int t, Int z) {
                                  return asymmetricCode(x, {multiplier, t, z});
                                });
  return {codes, m, e, z};
}

/// Q2: codes, multipliers and exponents.
static SmallVector<Value> quantizeSymmetric(RowBuilder rows, Value input,
                                            int64_t exponent) {
  auto largest =
      rows.reduce(Accumulator{32, 0}, rows.whole(input),
                  [](Int x, Int most) { return umax(abs(x), most); });
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
  Value codes = rows.perElement(
      8, {rows.whole(input), rows.row(scales[2]), rows.row(scales[3])},
      [](Int x, Int multiplier, Int t) {
        Int scaled = rshr(wideProduct(x, multiplier), t.zext(64));
        return min(max(scaled.trunc(32), -127), 127).trunc(8);
      });
  return {codes, scales[0], scales[1]};
}

static SmallVector<Value> lowerQuantize(QuantizeOp op,
                                        LowerOp<QuantizeOp>::Adaptor adaptor,
                                        ImplicitLocOpBuilder &b) {
  DynType type = op.getResult().getType();
  Value input = codesOf(adaptor.getInput());
  int64_t group = type.getGroup();
  if (group)
    input = splitChannels(b, input, {type.getShape().back() / group, group});
  int64_t exponent = op.getInput().getType().getExponent();
  SmallVector<Value> results =
      type.isAsymmetric()
          ? quantizeAsymmetric(RowBuilder(b, input), input, exponent)
          : quantizeSymmetric(RowBuilder(b, input), input, exponent);
  if (group)
    results[0] = joinChannels(b, results[0], 2);
  return results;
}

static SmallVector<Value>
lowerDequantize(DequantizeOp op, LowerOp<DequantizeOp>::Adaptor adaptor,
                ImplicitLocOpBuilder &b) {
  DynType type = op.getInput().getType();
  DynComponents input(adaptor.getInput());
  int64_t group = type.getGroup();
  Value codes = input.codes;
  if (group)
    codes = splitChannels(b, codes, {type.getShape().back() / group, group});
  int64_t exponent = op.getResult().getType().getExponent();
  RowBuilder rows(b, codes);
  SmallVector<Access> inputs = {rows.whole(codes), rows.row(input.multiplier),
                                rows.row(input.exponent)};
  if (input.zeroPoint)
    inputs.push_back(rows.row(input.zeroPoint));
  Value result = rows.perElement(32, inputs, [&](ArrayRef<Int> in) {
    Int q = input.zeroPoint ? in[0].zext(32) - in[3] : in[0].sext(32);
    return sat32(shift((q * in[1]).sext(64), in[2] - exponent));
  });
  if (group)
    result = joinChannels(b, result, 2);
  return {result};
}

void mlir::iquant::populateQuantizePatterns(const TypeConverter &converter,
                                            RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerDequantize);
  addLowering(converter, patterns, lowerQuantize);
}

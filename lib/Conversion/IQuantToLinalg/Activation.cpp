//===- Activation.cpp - SiLU, SwiGLU, GELU and ReLU -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules X1 to X3, G1 to G4, D5 and D6. The sigmoid takes 32 bits throughout.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "PublishedExponential.h"
#include "RowBuilder.h"
#include "Rules.h"

using namespace mlir;
using namespace mlir::iquant;

static Int clamp(Int x, int64_t bound) { return min(max(x, -bound), bound); }

/// X1.
static Int pow2(Int r) {
  Int a = r.like(449);
  for (int64_t c : {-3489, 15692, -45420, 65536})
    a = c + rshr(a * r, 15);
  return a;
}

/// X2.
static Int exponential(Int t) {
  Int u = t * 23637;
  return rshr(pow2((u >> 11) & 0x7fff), u >> 26);
}

/// floor((2^32 + d) / 2d) for d in 2^16 .. 2^17, by Newton's iteration: vector
/// units do not divide integers. All of it fits 32 bits, products with d
/// because their differences from 2^31 do.
static Int halfReciprocal(Int d) {
  Int one = d.like(int64_t(1) << 31);
  // A line within 6 % of 2^31 / d; each step squares the relative error.
  Int s = 46261 - ((d * 15420) >> 16);
  s = s + ((s * ((one - d * s) >> 12)) >> 19);
  s = s + ((s * ((one - d * s) >> 7)) >> 24);
  // Exact, or one too small.
  Int rest = one + ushr(d, 1) - d * s;
  return s + lessEqual(d, rest).zext(32);
}

/// X3.
static Int sigmoid(Int x) {
  Int d = exponential(min(abs(x), 1 << 16)) + (1 << 16);
  Int s = halfReciprocal(d);
  return select(less(x, 0), (1 << 15) - s, s);
}

/// `x` of exponent `f` with 12 fraction bits, in `-bound` .. `bound`. A bound
/// is a multiple of 2^12, so that it can be applied before a shift to the left.
static Int toTwelveBits(Int x, int64_t f, int64_t bound) {
  if (f >= 12)
    return clamp(rshrAny(x, f - 12), bound);
  return clamp(x, bound >> (12 - f)) << (12 - f);
}

/// x * s * 2^-15, which cannot exceed x: a sigmoid is at most 1.
static Int timesSigmoid(Int x, Int s) {
  // Either half of x times the 16 bits of s fits 32, and the upper one is even
  // after the shift: only the lower one is rounded.
  Int high = (x >> 16) * s, low = (x & 0xffff) * s;
  return (high << 1) + rshr(low, 15);
}

/// G1.
static Int silu(Int x, int64_t f) {
  return timesSigmoid(x, sigmoid(toTwelveBits(x, f, 1 << 16)));
}

/// D6: what I-BERT multiplies an element with, from `y`, 15 fraction bits.
static Int polynomialGate(Int y) {
  Int rest = 10247 - umin(abs(y), 10247);
  Int erf = (116183478 - rest * rest) >> 14;
  Int s = select(less(y, 0), 7091 - erf, erf + 7091);
  return rshr(s * 75712, 15);
}

/// G3, or D6.
static Int gelu(Int x, int64_t f, GeluForm form) {
  bool isPolynomial = form != GeluForm::Sigmoid;
  Int y = toTwelveBits(x, f, isPolynomial ? 20480 : 1 << 16);
  if (form == GeluForm::IBert)
    return timesSigmoid(x, polynomialGate(y));
  Int w = y.like(111542);
  if (isPolynomial) {
    Int q = rshr(y * y, 12);
    w = form == GeluForm::Erf
            ? rshr(q * (rshr(q * -46, 12) + 4850), 12) + 104531
            : rshr(q * 4676, 12) + 104581;
  }
  // |y| <= 2^16, w < 2^18.
  return timesSigmoid(x, sigmoid(rshrHigh(y << 14, w << 12, 10)));
}

//===----------------------------------------------------------------------===//
// Sigmoids of rows
//===----------------------------------------------------------------------===//

namespace {
/// D5: SiLU with the sigmoid of DI-SwiGLU.
class RowMaximumSilu {
public:
  RowMaximumSilu(ImplicitLocOpBuilder &b, Value x, int64_t f)
      : f(f), most(RowBuilder(b, x)
                       .reduce(Accumulator{32, 0}, RowBuilder(b, x).whole(x),
                               [](Int x, Int most) { return max(x, most); })
                       .front()) {}

  /// X of every row.
  Value getMaxima() const { return most; }

  Int evaluate(Int x, Int most) const {
    Int e = exponential(most - x), d = max(e + exponential(most), 1);
    Int s = ((e << 8) + d) / (d << 1);
    return timesSigmoid(x, s << 8);
  }

private:
  /// D2; its numbers are constants here.
  Int exponential(Int difference) const {
    PublishedExponential diExp(ExponentialForm::DiExp);
    return diExp.evaluate(difference,
                          diExp.numbers(difference.like(1 << 15),
                                        difference.like(15 + f), difference));
  }

  int64_t f;
  Value most;
};
} // namespace

static SmallVector<Value> lowerSilu(SiluOp op, LowerOp<SiluOp>::Adaptor adaptor,
                                    ImplicitLocOpBuilder &b) {
  Value input = codesOf(adaptor.getInput());
  int64_t f = op.getInput().getType().getExponent();
  RowBuilder space(b, input);
  if (!op.getSigmoid())
    return {space.perElement(32, space.whole(input),
                             [&](Int x) { return silu(x, f); })};
  RowMaximumSilu ofRows(b, input, f);
  return {space.perElement(
      32, {space.whole(input), space.row(ofRows.getMaxima())},
      [&](Int x, Int most) { return ofRows.evaluate(x, most); })};
}

static SmallVector<Value> lowerSwiGlu(SwiGluOp op,
                                      LowerOp<SwiGluOp>::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) {
  Value gate = codesOf(adaptor.getGate()), up = codesOf(adaptor.getUp());
  int64_t f = op.getGate().getType().getExponent();
  int64_t s = f + op.getUp().getType().getExponent() -
              op.getResult().getType().getExponent();
  RowBuilder space(b, gate);
  if (!op.getSigmoid())
    return {space.perElement(
        32, {space.whole(gate), space.whole(up)},
        [&](Int gate, Int up) { return fixedProduct(silu(gate, f), up, s); })};
  RowMaximumSilu ofRows(b, gate, f);
  return {space.perElement(
      32, {space.whole(gate), space.whole(up), space.row(ofRows.getMaxima())},
      [&](Int gate, Int up, Int most) {
        return fixedProduct(ofRows.evaluate(gate, most), up, s);
      })};
}

static SmallVector<Value> lowerGelu(GeluOp op, LowerOp<GeluOp>::Adaptor adaptor,
                                    ImplicitLocOpBuilder &b) {
  Value input = codesOf(adaptor.getInput());
  int64_t f = op.getInput().getType().getExponent();
  RowBuilder space(b, input);
  return {space.perElement(32, space.whole(input),
                           [&](Int x) { return gelu(x, f, op.getForm()); })};
}

static SmallVector<Value> lowerRelu(ReluOp op, LowerOp<ReluOp>::Adaptor adaptor,
                                    ImplicitLocOpBuilder &b) {
  Value input = codesOf(adaptor.getInput());
  RowBuilder space(b, input);
  return {space.perElement(32, space.whole(input),
                           [](Int x) { return max(x, 0); })};
}

void mlir::iquant::populateActivationPatterns(const TypeConverter &converter,
                                              RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerGelu);
  addLowering(converter, patterns, lowerRelu);
  addLowering(converter, patterns, lowerSilu);
  addLowering(converter, patterns, lowerSwiGlu);
}

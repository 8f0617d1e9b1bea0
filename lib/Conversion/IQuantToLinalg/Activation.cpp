//===- Activation.cpp - SiLU, SwiGLU, GELU and ReLU -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules X1 to X3 and G1 to G4. The sigmoid takes 32 bits throughout.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
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
  return rshr(wideProduct(x, s), 15).trunc(32);
}

/// G1.
static Int silu(Int x, int64_t f) {
  return timesSigmoid(x, sigmoid(toTwelveBits(x, f, 1 << 16)));
}

/// G3.
static Int gelu(Int x, int64_t f, GeluForm form) {
  bool isPolynomial = form != GeluForm::Sigmoid;
  Int y = toTwelveBits(x, f, isPolynomial ? 20480 : 1 << 16);
  Int w = y.like(111542);
  if (isPolynomial) {
    Int q = rshr(y * y, 12);
    w = form == GeluForm::Erf
            ? rshr(q * (rshr(q * -46, 12) + 4850), 12) + 104531
            : rshr(q * 4676, 12) + 104581;
  }
  return timesSigmoid(x, sigmoid(rshr(wideProduct(y, w), 16).trunc(32)));
}

static SmallVector<Value> lowerSilu(SiluOp op, LowerOp<SiluOp>::Adaptor adaptor,
                                    ImplicitLocOpBuilder &b) {
  Value input = codesOf(adaptor.getInput());
  int64_t f = op.getInput().getType().getExponent();
  RowBuilder space(b, input);
  return {space.perElement(32, space.whole(input),
                           [&](Int x) { return silu(x, f); })};
}

static SmallVector<Value> lowerSwiGlu(SwiGluOp op,
                                      LowerOp<SwiGluOp>::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) {
  Value gate = codesOf(adaptor.getGate()), up = codesOf(adaptor.getUp());
  int64_t f = op.getGate().getType().getExponent();
  int64_t s = f + op.getUp().getType().getExponent() -
              op.getResult().getType().getExponent();
  RowBuilder space(b, gate);
  return {space.perElement(
      32, {space.whole(gate), space.whole(up)},
      [&](Int gate, Int up) { return fixedProduct(silu(gate, f), up, s); })};
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

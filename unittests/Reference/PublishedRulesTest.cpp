//===- PublishedRulesTest.cpp - Integer operators of other systems --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules D of docs/Numerics.md.
//
//===----------------------------------------------------------------------===//

#include "RandomRows.h"
#include "dialects/IQuant/IQuant.h"
#include "iquant/Reference/Rules.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;
using namespace mlir::iquant::reference;
using mlir::iquant::ExponentialForm;

namespace {

constexpr ExponentialForm kForms[] = {
    ExponentialForm::DiExp, ExponentialForm::DiExpGuarded,
    ExponentialForm::DiClipped, ExponentialForm::DiClippedGuarded,
    ExponentialForm::IBert};

constexpr int64_t kLargestDifference = (int64_t(1) << 32) - 1;

TEST(PublishedRulesTest, D1ByHand) {
  EXPECT_EQ(roundToEightBits({32768, 15}), (Dyadic{128, 7}));
  EXPECT_EQ(roundToEightBits({32896, 15}), (Dyadic{129, 7}));
  EXPECT_EQ(roundToEightBits({65535, 15}), (Dyadic{256, 7}));
}

TEST(PublishedRulesTest, D2ByHand) {
  // 16 steps a unit: (2 * 2^11 + 184) / (2 * 184) of them halve, 11.
  Dyadic scale = {128, 11};
  EXPECT_EQ(diExponential(0, scale, 0), 11);
  EXPECT_EQ(diExponential(5, scale, 0), 8);
  EXPECT_EQ(diExponential(11, scale, 0), 5);
  EXPECT_EQ(diExponential(16, scale, 0), 4);
  EXPECT_EQ(diExponential(44, scale, 0), 0);
  EXPECT_EQ(diExponential(0, scale, 8), 11 * 256);
  EXPECT_EQ(diExponential(16, scale, 8), 4 * 256);
  EXPECT_EQ(diExponential(44, scale, 8), 11 * 16);
  // A step of more than a halving.
  EXPECT_EQ(diExponential(0, {128, 0}, 0), 1);
  EXPECT_EQ(diExponential(1, {128, 0}, 0), 0);
}

TEST(PublishedRulesTest, D2ErrorIsBounded) {
  Random random;
  for (int i = 0; i < 100000; ++i) {
    Dyadic scale = {random.between(128, 256), random.between(23, 37)};
    double x = random.real(0, 12),
           unit = std::ldexp(scale.multiplier, -scale.exponent);
    int64_t D = std::min<int64_t>(x / unit, kLargestDifference);
    double exact = std::exp(-D * unit);
    double E = diExponential(D, scale, 0) / double(diExponential(0, scale, 0));
    // The line for the fraction is up to 6.2 % high, and log2 e, whose shifts
    // round down, up to 0.7 % low.
    EXPECT_LE(E, exact * (1.0625 + 0.007 * x) + std::ldexp(1, -13));
    EXPECT_GE(E, exact * 0.995 - std::ldexp(1, -13));
  }
}

TEST(PublishedRulesTest, D3ByHand) {
  // The clip is 15 units of 2^4 steps: a code is a step, less a seventeenth.
  ClippedRow row = clipDifferences({0, 16, 239, 240, 1000}, {128, 11});
  EXPECT_EQ(row.codes, (SmallVector<int64_t>{0, 17, 254, 255, 255}));
  EXPECT_NEAR(std::ldexp(row.scale.multiplier, -row.scale.exponent), 15 / 255.0,
              1e-6);
  // A narrower row has finer codes, one of equals the finest.
  row = clipDifferences({0, 1, 5}, {128, 11});
  EXPECT_EQ(row.codes, (SmallVector<int64_t>{0, 51, 255}));
  EXPECT_EQ(clipDifferences({0, 0}, {128, 11}).codes,
            SmallVector<int64_t>(2, 0));
}

/// Exponentials of rows with 2^16 steps a unit.
SmallVector<int64_t> exponentialsOf(ArrayRef<double> x, ExponentialForm form) {
  auto D = llvm::map_to_vector(
      x, [](double x) { return std::llround(std::ldexp(x, 16)); });
  return publishedExponentials(llvm::to_vector_of<int64_t>(D), {32768, 31},
                               form);
}

TEST(PublishedRulesTest, D3HasFewLevelsWithoutGuardBits) {
  // Twelve codes halve, and an exponential of less than a twelfth is none.
  EXPECT_EQ(exponentialsOf({0, 2, 2.8, 20}, ExponentialForm::DiClipped),
            (SmallVector<int64_t>{12, 1, 0, 0}));
  auto guarded =
      exponentialsOf({0, 2, 2.8, 20}, ExponentialForm::DiClippedGuarded);
  EXPECT_EQ(guarded[0], 12 * 256);
  EXPECT_NEAR(guarded[1] / double(guarded[0]), std::exp(-2), 0.02);
  EXPECT_NEAR(guarded[2] / double(guarded[0]), std::exp(-2.8), 0.02);
  EXPECT_EQ(guarded[3], 0);
}

TEST(PublishedRulesTest, D4ErrorIsBounded) {
  Random random;
  for (int i = 0; i < 100000; ++i) {
    Dyadic scale = {random.between(32768, 65535), random.between(26, 46)};
    double x = random.real(0, 12),
           unit = std::ldexp(scale.multiplier, -scale.exponent);
    int64_t D = std::min<int64_t>(x / unit, kLargestDifference);
    double E = polynomialExponential(D, scale) /
               double(polynomialExponential(0, scale));
    EXPECT_NEAR(E, std::exp(-D * unit), 3e-3);
  }
}

TEST(PublishedRulesTest, ExponentialsTakeAnyDifferenceAndScale) {
  for (ExponentialForm form : kForms)
    for (int64_t k = -60; k < 200; ++k)
      for (int64_t M : {32768, 40000, 65535}) {
        SmallVector<int64_t> D = {
            0, 1, 2, 1000, 1 << 20, 1 << 30, kLargestDifference};
        SmallVector<int64_t> E = publishedExponentials(D, {M, k}, form);
        EXPECT_GE(E[0], 1);
        for (int64_t e : E) {
          EXPECT_GE(e, 0);
          EXPECT_LT(e, 1 << 15);
          EXPECT_LE(e, E[0]);
        }
        // A row of equals.
        EXPECT_GE(publishedExponentials({0}, {M, k}, form)[0], 1);
      }
}

TEST(PublishedRulesTest, SoftmaxOfEveryForm) {
  for (ExponentialForm form : kForms) {
    EXPECT_EQ(softmax({123}, 16, form), (SmallVector<int64_t>{1 << 16}));
    EXPECT_EQ(softmax({5, 5, 5, 5}, 16, form),
              SmallVector<int64_t>(4, 1 << 14));
    EXPECT_EQ(softmax({0, 21 << 16}, 16, form),
              (SmallVector<int64_t>{0, 1 << 16}));
    EXPECT_EQ(softmax({INT32_MIN, INT32_MAX}, 0, form),
              (SmallVector<int64_t>{0, 1}));
    QuantizedRow row = quantizedSoftmax({7, 7}, 16, form);
    EXPECT_NEAR(row.codes[0] *
                    std::ldexp(row.scale.multiplier, -row.scale.exponent),
                0.5, 0.05);
  }
}

TEST(PublishedRulesTest, D5ByHand) {
  // With 16 bits T is 45590: a gate of 0 beside one of 4 has the exponential of
  // -4 twice, whatever it is, and the one of 4 has T beside it.
  SmallVector<int64_t> s = rowMaximumSigmoid({4 << 16, 0, -(20 << 16)}, 16);
  EXPECT_NEAR(s[0], 128 / (1 + std::exp(-4)), 1);
  EXPECT_EQ(s[1], 64);
  EXPECT_EQ(s[2], 0);
  // No gate is above 0.
  s = rowMaximumSigmoid({0, -(1 << 16)}, 16);
  EXPECT_EQ(s[0], 64);
  EXPECT_NEAR(s[1], 128 / (1 + std::exp(1)), 2);
  EXPECT_EQ(rowMaximumSigmoid({INT32_MIN, INT32_MAX}, 30).size(), 2u);
}

TEST(PublishedRulesTest, D5CollapsesBesideALargeGate) {
  int32_t one = 1 << 14;
  SmallVector<int64_t> alone = rowMaximumSilu({one}, 14),
                       beside = rowMaximumSilu({one, 14 * one}, 14);
  EXPECT_NEAR(alone[0], silu(one, 14), 0.02 * one);
  EXPECT_EQ(beside[0], 0);
  EXPECT_EQ(beside[1], 14 * one);
}

TEST(PublishedRulesTest, D6ErrorIsBounded) {
  EXPECT_EQ(geluIBert(0, 16), 0);
  EXPECT_EQ(geluIBert(INT32_MAX, 0), INT32_MAX);
  EXPECT_EQ(geluIBert(INT32_MIN, 0), 0);
  for (int64_t x = -(8 << 16); x <= 8 << 16; x += 5) {
    double real = x / 65536.0;
    double exact = real * (1 + std::erf(real / std::sqrt(2))) / 2;
    EXPECT_NEAR(geluIBert(x, 16) / 65536.0, exact, 0.02);
  }
}

} // namespace

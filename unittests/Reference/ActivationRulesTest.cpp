//===- ActivationRulesTest.cpp - Exponential, sigmoid and gates -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules X and G of docs/Numerics.md.
//
//===----------------------------------------------------------------------===//

#include "RandomRows.h"

#include "iquant/Reference/Rules.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;
using namespace mlir::iquant::reference;

namespace {

constexpr int64_t kInt32Max = INT32_MAX, kInt32Min = INT32_MIN;

double realSigmoid(double x) { return 1 / (1 + std::exp(-x)); }

TEST(ActivationRulesTest, X1IsWithinItsErrorEverywhere) {
  EXPECT_EQ(pow2(0), 65536);
  EXPECT_EQ(pow2((1 << 15) - 1), 32769);
  for (int64_t r = 0; r < 1 << 15; ++r) {
    EXPECT_NEAR(pow2(r), 65536 * std::exp2(-r / 32768.0), 1.9);
    EXPECT_GE(pow2(r), 32769);
    EXPECT_LE(pow2(r), 65536);
  }
}

TEST(ActivationRulesTest, X2IsWithinTwoUnitsEverywhere) {
  EXPECT_EQ(exponential(0), 65536);
  EXPECT_EQ(exponential(1 << 16), 0);
  for (int64_t t = 0; t <= 1 << 16; ++t) {
    EXPECT_NEAR(exponential(t), 65536 * std::exp(-t / 4096.0), 2);
    if (t > 0)
      EXPECT_LE(exponential(t), exponential(t - 1));
  }
}

TEST(ActivationRulesTest, X3IsWithinOneUnitEverywhere) {
  EXPECT_EQ(sigmoid(0), 1 << 14);
  EXPECT_EQ(sigmoid(1 << 16), 1 << 15);
  EXPECT_EQ(sigmoid(-(1 << 16)), 0);
  for (int64_t x = -(1 << 16); x <= 1 << 16; ++x) {
    EXPECT_NEAR(sigmoid(x), 32768 * realSigmoid(x / 4096.0), 1);
    EXPECT_EQ(sigmoid(x) + sigmoid(-x), 1 << 15);
  }
  // Past the range of the exponential nothing changes.
  EXPECT_EQ(sigmoid(INT32_MAX), 1 << 15);
  EXPECT_EQ(sigmoid(INT32_MIN), 0);
}

TEST(ActivationRulesTest, X3OfEveryExponential) {
  // The division itself: round(2^31 / (2^16 + E)).
  for (int64_t E = 0; E <= 1 << 16; ++E) {
    int64_t d = (1 << 16) + E;
    int64_t S = ((int64_t(1) << 32) + d) / (2 * d);
    EXPECT_EQ(S, std::llround(std::ldexp(1, 31) / d));
    EXPECT_LE(S, 1 << 15);
  }
}

TEST(ActivationRulesTest, G1ByHand) {
  EXPECT_EQ(silu(0, 16), 0);
  // sigmoid(1) = 23955 / 2^15.
  EXPECT_EQ(silu(1 << 16, 16), 23955 * 2);
  EXPECT_EQ(silu(kInt32Max, 0), kInt32Max);
  EXPECT_EQ(silu(kInt32Min, 0), 0);
  EXPECT_EQ(silu(100 << 16, 16), 100 << 16);
  EXPECT_EQ(silu(-(100 << 16), 16), 0);
}

TEST(ActivationRulesTest, G1ErrorIsBounded) {
  Random random;
  for (int i = 0; i < 100000; ++i) {
    int64_t f = random.between(0, 30), x = random.magnitude(31);
    double exact = std::ldexp(x, -f);
    double result = std::ldexp(silu(x, f), -f);
    // The sigmoid's unit is 2^-15; its argument, rounded to 2^-13, moves it by
    // a quarter of that at most; one rounding at the end.
    EXPECT_NEAR(result, exact * realSigmoid(exact),
                std::abs(exact) * (std::ldexp(1, -15) + std::ldexp(1, -15)) +
                    std::ldexp(0.51, -f));
  }
}

TEST(ActivationRulesTest, G2ByHand) {
  // silu(4) with a saturated sigmoid would be 4; sigmoid(4) = 32179 / 2^15.
  int64_t gate = silu(4 << 16, 16);
  EXPECT_EQ(swiglu(4 << 16, 16, 3 << 12, 12, 16), rshr(gate * (3 << 12), 12));
  EXPECT_EQ(swiglu(4 << 16, 16, -(3 << 12), 12, 16),
            rshr(-gate * (3 << 12), 12));
  // A shift to the left.
  EXPECT_EQ(swiglu(100, 0, 3, 0, 4), 300 << 4);
  EXPECT_EQ(swiglu(100, 0, -3, 0, 30), kInt32Min);
  // The product's limits.
  EXPECT_EQ(swiglu(kInt32Max, 0, kInt32Max, 0, 0), kInt32Max);
  EXPECT_EQ(swiglu(kInt32Max, 0, kInt32Min, 0, 30), kInt32Min);
  EXPECT_EQ(swiglu(kInt32Max, 30, kInt32Min, 30, 0), -4);
}

TEST(ActivationRulesTest, G2ErrorIsBounded) {
  Random random;
  for (int i = 0; i < 100000; ++i) {
    int64_t gate = random.magnitude(24), up = random.magnitude(24);
    double g = std::ldexp(gate, -16), u = std::ldexp(up, -14);
    double exact = std::clamp(g * realSigmoid(g) * u, -32768.0, 32768.0);
    double result = std::ldexp(swiglu(gate, 16, up, 14, 16), -16);
    EXPECT_NEAR(result, exact,
                std::abs(g * u) * std::ldexp(1, -14) +
                    (std::abs(u) + 1) * std::ldexp(0.51, -16));
  }
}

TEST(ActivationRulesTest, G3ByHand) {
  for (auto gelu : {geluErf, geluTanh, geluSigmoid}) {
    EXPECT_EQ(gelu(0, 16), 0);
    EXPECT_EQ(gelu(kInt32Max, 0), kInt32Max);
    EXPECT_EQ(gelu(kInt32Min, 0), 0);
    EXPECT_EQ(gelu(10 << 16, 16), 10 << 16);
    EXPECT_EQ(gelu(-(10 << 16), 16), 0);
  }
}

TEST(ActivationRulesTest, G3ErrorIsBounded) {
  for (int64_t x = -(8 << 16); x <= 8 << 16; x += 5) {
    double real = x / 65536.0;
    double erf = real * (1 + std::erf(real / std::sqrt(2))) / 2;
    double inner = std::sqrt(2 / M_PI) * (real + 0.044715 * real * real * real);
    double tanh = real * (1 + std::tanh(inner)) / 2;
    EXPECT_NEAR(geluErf(x, 16) / 65536.0, erf, 1.1e-4);
    EXPECT_NEAR(geluTanh(x, 16) / 65536.0, tanh, 1.1e-4);
  }
}

TEST(ActivationRulesTest, G3OfTheSigmoidIsBounded) {
  // The unit of the sigmoid is 2^-15; its argument is off by 2^-13 and a half
  // of 2^-12, which moves it by 3/4 of a unit more at most.
  for (int64_t x = -(12 << 16); x <= 12 << 16; x += 7) {
    double real = x / 65536.0;
    EXPECT_NEAR(geluSigmoid(x, 16) / 65536.0, real * realSigmoid(1.702 * real),
                std::abs(real) * 3 * std::ldexp(1, -15) + std::ldexp(1, -16));
  }
}

TEST(ActivationRulesTest, G4ByHand) {
  EXPECT_EQ(relu(5), 5);
  EXPECT_EQ(relu(-5), 0);
  EXPECT_EQ(relu(kInt32Max), kInt32Max);
  EXPECT_EQ(relu(kInt32Min), 0);
}

} // namespace

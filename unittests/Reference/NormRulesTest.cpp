//===- NormRulesTest.cpp - Root-mean-square and layer norm ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules N of docs/Numerics.md.
//
//===----------------------------------------------------------------------===//

#include "RandomRows.h"

#include "iquant/Reference/Rules.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;
using namespace mlir::iquant::reference;

namespace {

//===----------------------------------------------------------------------===//
// Double-precision norms
//===----------------------------------------------------------------------===//

/// A norm of a row of integers with its parameters, and how it should be.
struct Case {
  SmallVector<int32_t> x;
  int64_t f = 16;
  SmallVector<int16_t> scale, shift;
  int64_t scaleExponent = 0, shiftExponent = 0, epsilon = 0;
  bool isLayerNorm = false;

  NormedRow norm() const {
    NormParameters parameters = {scale, scaleExponent, shift, shiftExponent,
                                 epsilon};
    return isLayerNorm ? layerNormRow(x, parameters)
                       : rmsNormRow(x, parameters);
  }
};

struct Expected {
  SmallVector<double> values;
  /// How far the 22-bit numbers, the 16 bits of `k`, the 8 bits of `U` and the
  /// unit of `Y` may be from `values`; infinite for rows that 22 bits cannot
  /// tell from constant.
  double tolerance = 0;
};

Expected compute(const Case &c) {
  int64_t K = c.x.size();
  int64_t sum = 0;
  double square = 0, largest = 0;
  for (int64_t x : c.x) {
    sum += c.isLayerNorm ? x : 0;
    largest = std::max<double>(largest, std::abs(x));
  }
  // Exact, so that a constant row gives 0.
  auto centred = [&](int64_t x) {
    return static_cast<double>(K * x - sum) / K;
  };
  for (int64_t x : c.x)
    square += centred(x) * centred(x) / K;
  double root = std::sqrt(square + c.epsilon);

  Expected expected;
  double widest = 0, g = 0, b = 0;
  for (int64_t i = 0; i < K; ++i) {
    double n = root == 0 ? 0 : centred(c.x[i]) / root;
    double scale =
        c.scale.empty() ? 1 : std::ldexp(c.scale[i], -c.scaleExponent);
    double shift =
        c.shift.empty() ? 0 : std::ldexp(c.shift[i], -c.shiftExponent);
    expected.values.push_back(n * scale + shift);
    widest = std::max(widest, std::abs(n));
    g = std::max(g, std::abs(scale));
    b = std::max(b, std::abs(shift));
  }
  // x' has the unit `step`: half of it off in every element and in the mean,
  // which moves the root by no more, and again by what epsilon loses.
  double step = largest < 1 << 22 ? 0 : std::ldexp(largest, -21);
  double ratio = root == 0 ? 0 : step / root;
  if (ratio > 0.01)
    expected.tolerance = INFINITY;
  double gy = c.shift.empty() ? c.scaleExponent
                              : std::min(c.scaleExponent, c.shiftExponent + 12);
  // The unit of y, times sqrt(K) of a root-mean-square row of small numbers.
  double unit = std::ldexp(1, -8 - gy);
  expected.tolerance +=
      g * (ratio * (1 + 2 * widest) + widest * std::ldexp(1, -17)) +
      b * std::ldexp(1, -8) + unit * (root < 1 ? std::sqrt(K) : 1);
  return expected;
}

/// A random case with parameters of every size.
Case randomCase(Random &random) {
  Case c;
  c.isLayerNorm = random.between(0, 1);
  c.x = random.row(random.between(1, 200));
  int64_t K = c.x.size();
  c.epsilon = std::abs(random.magnitude(30));
  if (random.between(0, 3)) {
    c.scaleExponent = random.between(0, 30);
    for (int64_t i = 0; i < K; ++i)
      c.scale.push_back(random.magnitude(15));
  }
  if (c.isLayerNorm && random.between(0, 3)) {
    c.shiftExponent = random.between(0, 30);
    for (int64_t i = 0; i < K; ++i)
      c.shift.push_back(random.magnitude(15));
  }
  return c;
}

/// A case as a model has it: parameters near 1, epsilon 1e-5 or 0.
Case ordinaryCase(Random &random, int64_t K) {
  Case c;
  c.isLayerNorm = random.between(0, 1);
  c.epsilon = random.between(0, 1) ? 42950 : 0;
  c.scaleExponent = 14;
  c.shiftExponent = 15;
  double size = std::exp2(random.real(8, 30));
  for (int64_t i = 0; i < K; ++i) {
    c.x.push_back(std::clamp(size * random.normal(), -2e9, 2e9));
    c.scale.push_back(
        std::clamp(16384 * (1 + 0.2 * random.normal()), -3e4, 3e4));
    if (c.isLayerNorm)
      c.shift.push_back(std::clamp(8000 * random.normal(), -3e4, 3e4));
  }
  return c;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

TEST(NormRulesTest, ConstantsAreRounded) {
  EXPECT_EQ(normReciprocalRoot(1), 1 << 30);
  EXPECT_EQ(normReciprocalRoot(4), 1 << 29);
  EXPECT_EQ(normRoot(1), 1 << 16);
  EXPECT_EQ(normRoot(65536), 1 << 24);
  // Double precision decides every rounding here: no root comes near a tie.
  for (int64_t K = 1; K <= 65536; ++K) {
    EXPECT_EQ(normReciprocalRoot(K),
              std::llround(std::ldexp(1, 30) / std::sqrt(K)));
    EXPECT_EQ(normRoot(K), std::llround(std::ldexp(std::sqrt(K), 16)));
  }
}

//===----------------------------------------------------------------------===//
// N0
//===----------------------------------------------------------------------===//

TEST(NormRulesTest, N0ByHand) {
  // v = 9 + 16 = 25, w = 5 * 2^28, y = x * 2^8.
  Case c;
  c.x = {3, -4};
  NormedRow row = c.norm();
  EXPECT_EQ(row.j, 28);
  EXPECT_EQ(row.w, int64_t(5) << 28);
  EXPECT_EQ(row.k, 92682);
  EXPECT_EQ(row.Y, (SmallVector<int32_t>{768, -1024}));
  EXPECT_EQ(row.p2, 0);
  // c = (7, -7), v = 98, sqrt(98 * 4^27) = 1328687718.5.
  c.isLayerNorm = true;
  row = c.norm();
  EXPECT_EQ(row.Y, (SmallVector<int32_t>{1792, -1792}));
  EXPECT_EQ(row.j, 27);
  EXPECT_EQ(row.w, 1328687718);
}

TEST(NormRulesTest, N0KeepsItsRanges) {
  Random random;
  for (int i = 0; i < 20000; ++i) {
    Case c = randomCase(random);
    NormedRow row = c.norm();
    EXPECT_GE(row.w, int64_t(1) << 30);
    EXPECT_LT(row.w, int64_t(1) << 31);
    EXPECT_GE(row.j, 0);
    EXPECT_LE(row.j, 30);
    for (int32_t Y : row.Y)
      EXPECT_LE(std::abs(int64_t(Y)), 1 << 30);
  }
}

TEST(NormRulesTest, N0KeepsItsRangesAtTheLimits) {
  // The longest rows, the largest elements, epsilon and parameters. Whether
  // 64 bits suffice is what the sanitizer build adds to this test.
  for (int64_t K : {1, 2, 1290, 65536})
    for (int64_t shiftExponent : {0, 18, 30})
      for (int32_t first : {7, INT32_MAX})
        for (int32_t last : {INT32_MIN, 0, first}) {
          Case c;
          c.isLayerNorm = true;
          c.epsilon = (1 << 30) - 1;
          c.x.assign(K, first);
          c.x.back() = last;
          c.scale.assign(K, INT16_MIN);
          c.scaleExponent = 30;
          c.shift.assign(K, INT16_MIN);
          c.shiftExponent = shiftExponent;
          NormedRow row = c.norm();
          EXPECT_GE(row.j, 0);
          EXPECT_GE(row.w, int64_t(1) << 30);
          EXPECT_LT(row.w, int64_t(1) << 31);
          for (int32_t Y : row.Y)
            ASSERT_LE(std::abs(int64_t(Y)), 1 << 30);
          QuantizedRow codes = quantizeNormedRow(row);
          EXPECT_GE(codes.scale.exponent, -16);
          EXPECT_LE(codes.scale.exponent, 62);
          // A constant row gives the shift.
          double shift = std::ldexp(-32768, -shiftExponent);
          if (last == first)
            EXPECT_NEAR(std::ldexp(fixNormedRow(row, 8).front(), -8), shift,
                        std::abs(shift) * std::ldexp(1, -8) + 0.01);
        }
}

//===----------------------------------------------------------------------===//
// N1 to N4
//===----------------------------------------------------------------------===//

void checkQuantized(const Case &c) {
  QuantizedRow row = quantizeNormedRow(c.norm());
  Expected expected = compute(c);
  EXPECT_GE(row.scale.exponent, -16);
  EXPECT_LE(row.scale.exponent, 62);
  double unit = std::ldexp(row.scale.multiplier, -row.scale.exponent);
  for (auto [code, value] : llvm::zip_equal(row.codes, expected.values)) {
    EXPECT_GE(code, 0);
    EXPECT_LE(code, 255);
    // As Q1: half a code for the element, half for the zero point.
    EXPECT_NEAR((code - row.zeroPoint) * unit, value,
                unit * 1.01 + expected.tolerance);
  }
}

/// Every group against the row as a whole: finer, and otherwise the same.
void checkGroups(const Case &c, int64_t group) {
  NormedRow normed = c.norm();
  QuantizedRow row = quantizeNormedRow(normed);
  auto groups = quantizeNormedRow(normed, group);
  ASSERT_EQ(groups.size() * group, c.x.size());
  auto codes = quantizeAsymmetric(normed.Y, 0, group);
  int64_t coarsest = 62;
  for (const QuantizedRow &part : groups)
    coarsest = std::min(coarsest, part.scale.exponent);
  for (auto [part, expected] : llvm::zip_equal(groups, codes)) {
    EXPECT_EQ(part.codes, expected.codes);
    EXPECT_EQ(part.zeroPoint, expected.zeroPoint);
    EXPECT_EQ(part.scale.multiplier, groups.front().scale.multiplier);
    EXPECT_GE(part.scale.exponent, -16);
    EXPECT_LE(part.scale.exponent, 62);
    // The exponents differ as those of Q1 do.
    int64_t least = codes.front().scale.exponent;
    for (const QuantizedRow &other : codes)
      least = std::min(least, other.scale.exponent);
    EXPECT_EQ(
        part.scale.exponent,
        std::min<int64_t>(62, coarsest + expected.scale.exponent - least));
  }
  // The row is at least as wide as its widest group.
  EXPECT_LE(row.scale.exponent, coarsest);
}

TEST(NormRulesTest, N1N3InGroups) {
  Random random;
  for (int i = 0; i < 2000; ++i) {
    int64_t group = random.between(1, 9);
    checkGroups(ordinaryCase(random, group * random.between(1, 6)), group);
  }
}

void checkFixed(const Case &c, int64_t F) {
  SmallVector<int64_t> row = fixNormedRow(c.norm(), F);
  Expected expected = compute(c);
  for (auto [element, value] : llvm::zip_equal(row, expected.values)) {
    double limited =
        std::clamp(value, -std::ldexp(1, 31 - F), std::ldexp(INT32_MAX, -F));
    EXPECT_NEAR(std::ldexp(element, -F), limited,
                std::ldexp(0.51, -F) + expected.tolerance +
                    std::abs(limited) * std::ldexp(1, -28));
  }
}

TEST(NormRulesTest, N1N3MatchDoublePrecision) {
  Random random;
  for (int i = 0; i < 300; ++i)
    checkQuantized(ordinaryCase(random, random.between(2, 1000)));
  for (int i = 0; i < 20000; ++i)
    checkQuantized(randomCase(random));
}

TEST(NormRulesTest, N2N4MatchDoublePrecision) {
  Random random;
  for (int i = 0; i < 300; ++i)
    checkFixed(ordinaryCase(random, random.between(2, 1000)), 16);
  for (int i = 0; i < 20000; ++i)
    checkFixed(randomCase(random), random.between(0, 30));
}

TEST(NormRulesTest, OrdinaryRowsHaveATightTolerance) {
  // The bound of the other tests is not so loose that it proves nothing.
  Random random;
  for (int i = 0; i < 300; ++i) {
    Case c = ordinaryCase(random, 576);
    c.shift.clear();
    EXPECT_LT(compute(c).tolerance, 1e-3);
  }
}

TEST(NormRulesTest, NormalisingTwiceChangesTheScaleOnly) {
  // Without epsilon the codes of a row and of its multiple are the same.
  Random random;
  for (int i = 0; i < 100; ++i) {
    Case c = ordinaryCase(random, 64), doubled = c;
    c.epsilon = doubled.epsilon = 0;
    c.isLayerNorm = doubled.isLayerNorm = false;
    c.shift.clear();
    doubled.shift.clear();
    for (auto [x, y] : llvm::zip_equal(c.x, doubled.x)) {
      x >>= 12;
      y = 2 * x;
    }
    QuantizedRow a = quantizeNormedRow(c.norm());
    QuantizedRow b = quantizeNormedRow(doubled.norm());
    EXPECT_EQ(a.codes, b.codes);
    EXPECT_EQ(a.zeroPoint, b.zeroPoint);
    EXPECT_EQ(a.scale, b.scale);
  }
}

//===----------------------------------------------------------------------===//
// Corners
//===----------------------------------------------------------------------===//

TEST(NormRulesTest, RowOfZeros) {
  for (int64_t epsilon : {0, 42950})
    for (bool isLayerNorm : {false, true}) {
      Case c;
      c.x.assign(5, 0);
      c.isLayerNorm = isLayerNorm;
      c.epsilon = epsilon;
      EXPECT_EQ(quantizeNormedRow(c.norm()).scale, kZeroScale);
      EXPECT_EQ(fixNormedRow(c.norm(), 16), SmallVector<int64_t>(5, 0));
    }
}

TEST(NormRulesTest, ConstantRowGivesTheShift) {
  for (int64_t epsilon : {0, 1, 42950})
    for (int32_t x : {0, 77, INT32_MIN}) {
      Case c;
      c.x.assign(3, x);
      c.isLayerNorm = true;
      c.epsilon = epsilon;
      c.shift = {1 << 14, -(1 << 13), 3 << 12};
      c.shiftExponent = 14;
      SmallVector<int64_t> fixed = fixNormedRow(c.norm(), 16);
      EXPECT_NEAR(fixed[0], 1 << 16, 256);
      EXPECT_NEAR(fixed[1], -(1 << 15), 256);
      EXPECT_NEAR(fixed[2], 3 << 14, 256);
    }
}

TEST(NormRulesTest, RowWithoutChannels) {
  Case c;
  for (bool isLayerNorm : {false, true}) {
    c.isLayerNorm = isLayerNorm;
    QuantizedRow row = quantizeNormedRow(c.norm());
    EXPECT_TRUE(row.codes.empty());
    EXPECT_EQ(row.scale, kZeroScale);
    EXPECT_TRUE(fixNormedRow(c.norm(), 16).empty());
  }
}

} // namespace

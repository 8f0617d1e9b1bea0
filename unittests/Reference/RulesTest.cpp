//===- RulesTest.cpp - Basic, quantization and linear rules ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules B, V3, F, Q, L and E of docs/Numerics.md on values worked out by hand
// and against exact or double-precision arithmetic.
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

/// The real number that a dyadic scale stands for.
double real(Dyadic scale) {
  return std::ldexp(scale.multiplier, -scale.exponent);
}

//===----------------------------------------------------------------------===//
// B: basic operations
//===----------------------------------------------------------------------===//

TEST(RulesTest, B1RoundsHalfUp) {
  EXPECT_EQ(rshr(5, 1), 3);
  EXPECT_EQ(rshr(-5, 1), -2);
  EXPECT_EQ(rshr(4, 1), 2);
  EXPECT_EQ(rshr(6, 2), 2);
  EXPECT_EQ(rshr(-6, 2), -1);
  EXPECT_EQ(rshr(-7, 2), -2);
  EXPECT_EQ(rshr(123, 0), 123);
  EXPECT_EQ(rshr(-123, 0), -123);
}

TEST(RulesTest, B1ReachesItsLimits) {
  int64_t largest = (int64_t(1) << 62) - 1;
  EXPECT_EQ(rshr(largest, 62), 1);
  EXPECT_EQ(rshr((int64_t(1) << 61) - 1, 62), 0);
  EXPECT_EQ(rshr(int64_t(1) << 61, 62), 1);
  EXPECT_EQ(rshr(-(int64_t(1) << 61), 62), 0);
  EXPECT_EQ(rshr(-largest, 62), -1);
  EXPECT_EQ(rshr(largest, 1), int64_t(1) << 61);
}

TEST(RulesTest, B1IsFloorOfTheSumWithOneHalf) {
  Random random;
  for (int i = 0; i < 100000; ++i) {
    int64_t x = random.magnitude(62), s = random.between(0, 62);
    __int128 doubled = static_cast<__int128>(x) * 2 + (__int128(1) << s);
    EXPECT_EQ(rshr(x, s), static_cast<int64_t>(doubled >> (s + 1)));
  }
}

TEST(RulesTest, B2Saturates) {
  EXPECT_EQ(sat32(kInt32Max), kInt32Max);
  EXPECT_EQ(sat32(kInt32Max + 1), kInt32Max);
  EXPECT_EQ(sat32(kInt32Min), kInt32Min);
  EXPECT_EQ(sat32(kInt32Min - 1), kInt32Min);
  EXPECT_EQ(sat32(INT64_MAX), kInt32Max);
  EXPECT_EQ(sat32(INT64_MIN), kInt32Min);
}

TEST(RulesTest, B3ShiftsEitherWay) {
  EXPECT_EQ(shift(5, 1), 3);
  EXPECT_EQ(shift(5, 0), 5);
  EXPECT_EQ(shift(5, -3), 40);
  EXPECT_EQ(shift(-5, -3), -40);
  // Both ends of the shift are limited.
  EXPECT_EQ(shift((int64_t(1) << 61) - 1, 100), 0);
  EXPECT_EQ(shift(int64_t(1) << 61, 100), 1);
  EXPECT_EQ(shift(3, -100), int64_t(3) << 30);
  EXPECT_EQ(shift((int64_t(1) << 32) - 1, -30), ((int64_t(1) << 32) - 1) << 30);
}

TEST(RulesTest, B4CountsBinaryDigits) {
  EXPECT_EQ(bits(0), 0);
  EXPECT_EQ(bits(1), 1);
  for (int64_t n = 1; n < 63; ++n) {
    EXPECT_EQ(bits(int64_t(1) << n), n + 1);
    EXPECT_EQ(bits((int64_t(1) << n) - 1), n);
  }
}

TEST(RulesTest, B5IsTheFloorOfTheRoot) {
  auto check = [](int64_t x) {
    __int128 root = isqrt(x);
    EXPECT_LE(root * root, x);
    EXPECT_GT((root + 1) * (root + 1), x);
  };
  for (int64_t x = 0; x < 1 << 16; ++x)
    check(x);
  Random random;
  for (int i = 0; i < 100000; ++i) {
    int64_t root = random.between(1, (int64_t(1) << 31) - 1);
    check(root * root);
    check(root * root - 1);
    check(std::abs(random.magnitude(62)));
  }
  check((int64_t(1) << 62) - 1);
  check(int64_t(1) << 62);
}

TEST(RulesTest, B6ByHand) {
  // 1/3 = 43690.67 * 2^-17; 255/12 = 21.25 = 43520 * 2^-11.
  EXPECT_EQ(dyadic(1, 3), (Dyadic{43691, 17}));
  EXPECT_EQ(dyadic(255, 12), (Dyadic{43520, 11}));
  EXPECT_EQ(dyadic(1, 1), (Dyadic{32768, 15}));
  EXPECT_EQ(dyadic(1 << 20, 1), (Dyadic{32768, -5}));
  // 65535.75 rounds up to the next power of two.
  EXPECT_EQ(dyadic(262143, 4), (Dyadic{32768, -1}));
}

TEST(RulesTest, B6ErrorIsBounded) {
  Random random;
  auto check = [](int64_t n, int64_t d) {
    Dyadic scale = dyadic(n, d);
    EXPECT_GE(scale.multiplier, 1 << 15);
    EXPECT_LT(scale.multiplier, 1 << 16);
    long double exact = static_cast<long double>(n) / d;
    long double error = std::ldexp(static_cast<long double>(scale.multiplier),
                                   -scale.exponent) /
                            exact -
                        1;
    EXPECT_LE(std::abs(error), std::ldexp(1.0L, -16) + std::ldexp(1.0L, -21))
        << n << " / " << d;
  };
  for (int i = 0; i < 200000; ++i)
    check(std::max<int64_t>(1, std::abs(random.magnitude(62))),
          std::max<int64_t>(1, std::abs(random.magnitude(40))));
  int64_t largest = (int64_t(1) << 62) - 1, widest = (int64_t(1) << 40) - 1;
  check(largest, 1);
  check(largest, widest);
  check(1, widest);
  check(1, 1);
}

TEST(RulesTest, B7IsBelowEveryOtherScale) {
  // What Q1 can give at most: a row of one unit at the largest exponent.
  int32_t one = 1;
  EXPECT_GE(kZeroScale.exponent, quantizeAsymmetric(one, 30).scale.exponent);
  EXPECT_GE(kZeroScale.exponent, quantizeSymmetric(one, 30).scale.exponent);
}

//===----------------------------------------------------------------------===//
// V3, F4: constants
//===----------------------------------------------------------------------===//

TEST(RulesTest, V3ScaleByHand) {
  EXPECT_EQ(weightScale(127), (Dyadic{32768, 15}));
  EXPECT_EQ(weightScale(0), (Dyadic{32768, 15}));
  EXPECT_EQ(weightScale(127 * 0.75), (Dyadic{49152, 16}));
  // A tie between 32768 and 32769 goes up.
  EXPECT_EQ(weightScale(127 * std::ldexp(65537, -16)), (Dyadic{32769, 15}));
  // 65535.5 goes up to the next power of two.
  EXPECT_EQ(weightScale(127 * 65535.5), (Dyadic{32768, -1}));
}

TEST(RulesTest, V3CodesRoundHalfAwayFromZero) {
  Dyadic one = {32768, 15};
  EXPECT_EQ(weightCode(2.5, one), 3);
  EXPECT_EQ(weightCode(-2.5, one), -3);
  EXPECT_EQ(weightCode(2.49, one), 2);
  EXPECT_EQ(weightCode(1000, one), 127);
  EXPECT_EQ(weightCode(-1000, one), -127);
}

TEST(RulesTest, V3ErrorIsBounded) {
  Random random;
  for (int i = 0; i < 10000; ++i) {
    double a = std::exp(random.real(-10, 5)), w = random.real(-a, a);
    Dyadic scale = weightScale(a);
    EXPECT_NEAR(real(scale), a / 127, a / 127 * std::ldexp(1, -16));
    // The largest weights may lie past code 127 by the scale's own error.
    EXPECT_NEAR(weightCode(w, scale) * real(scale), w,
                real(scale) * (0.5 + 127 * std::ldexp(1, -16)));
  }
}

TEST(RulesTest, F4FixedPoint) {
  EXPECT_EQ(fixedPoint(1.5, 16), 3 << 15);
  EXPECT_EQ(fixedPoint(-0.5, 0), -1);
  EXPECT_EQ(fixedPoint(0.5, 0), 1);
  EXPECT_EQ(fixedPoint(1e9, 16), kInt32Max);
  EXPECT_EQ(fixedPoint(-1e9, 16), kInt32Min);
}

TEST(RulesTest, F4ParameterExponent) {
  EXPECT_EQ(parameterExponent({1.0, -0.5}), 14);
  EXPECT_EQ(parameterExponent({-1.0}), 15);
  EXPECT_EQ(parameterExponent({0.0}), 30);
  EXPECT_EQ(parameterExponent({32767.0}), 0);
  EXPECT_EQ(parameterExponent({40000.0}), std::nullopt);
}

//===----------------------------------------------------------------------===//
// F: fixed point
//===----------------------------------------------------------------------===//

TEST(RulesTest, F1Rescales) {
  EXPECT_EQ(rescale(5, 16, 15), 3);
  EXPECT_EQ(rescale(5, 15, 16), 10);
  EXPECT_EQ(rescale(kInt32Max, 0, 30), kInt32Max);
  EXPECT_EQ(rescale(kInt32Min, 0, 30), kInt32Min);
  EXPECT_EQ(rescale(kInt32Min, 30, 0), -2);
  EXPECT_EQ(rescale(1, 30, 0), 0);
}

TEST(RulesTest, F2Saturates) {
  EXPECT_EQ(add(kInt32Max, 1), kInt32Max);
  EXPECT_EQ(add(kInt32Min, -1), kInt32Min);
  EXPECT_EQ(add(kInt32Max, kInt32Min), -1);
}

TEST(RulesTest, F3TakesTheFirstOfEquals) {
  EXPECT_EQ(argmax({3, 7, 7, 1}), 1);
  EXPECT_EQ(argmax({-5}), 0);
  EXPECT_EQ(argmax({INT32_MIN, INT32_MIN}), 0);
}

TEST(RulesTest, F5RoundsHalvesUp) {
  EXPECT_EQ(mean(5, 2), 3);
  EXPECT_EQ(mean(-5, 2), -2);
  EXPECT_EQ(mean(4, 3), 1);
  EXPECT_EQ(mean(5, 3), 2);
  EXPECT_EQ(mean(-4, 3), -1);
  EXPECT_EQ(mean(-5, 3), -2);
  EXPECT_EQ(mean(7, 1), 7);
  EXPECT_EQ(mean(0, 0), 0);
}

TEST(RulesTest, F5KeepsTheRangeOfTheRows) {
  for (int64_t n : {int64_t(1), int64_t(3), int64_t(1) << 30}) {
    EXPECT_EQ(mean(n * kInt32Max, n), kInt32Max);
    EXPECT_EQ(mean(n * kInt32Min, n), kInt32Min);
    EXPECT_EQ(mean(n * kInt32Min + n - 1, n),
              n == 1 ? kInt32Min : kInt32Min + 1);
  }
}

TEST(RulesTest, F6RoundsAndSaturates) {
  EXPECT_EQ(product(3 << 14, -(5 << 12), 26), -15);
  EXPECT_EQ(product(3, 1, 1), 2);
  EXPECT_EQ(product(-3, 1, 1), -1);
  // A shift to the left.
  EXPECT_EQ(product(100, 3, -4), 300 << 4);
  EXPECT_EQ(product(100, -3, -30), kInt32Min);
  // The product's limits.
  EXPECT_EQ(product(kInt32Min, kInt32Min, 0), kInt32Max);
  EXPECT_EQ(product(kInt32Min, kInt32Min, 60), 4);
  EXPECT_EQ(product(kInt32Max, kInt32Min, -30), kInt32Min);
}

TEST(RulesTest, F7RoundsAndSaturates) {
  EXPECT_EQ(scale(100, 3 << 10, 10), 300);
  EXPECT_EQ(scale(-3, 1, 1), -1);
  EXPECT_EQ(scale(kInt32Max, 2, 0), kInt32Max);
  EXPECT_EQ(scale(kInt32Min, INT16_MIN, 30), 65536);
  EXPECT_EQ(scale(kInt32Min, INT16_MAX, 0), kInt32Min);
}

//===----------------------------------------------------------------------===//
// Q: quantization
//===----------------------------------------------------------------------===//

TEST(RulesTest, Q1ByHand) {
  // 0 .. 255 are their own codes at scale 1.
  QuantizedRow row = quantizeAsymmetric({0, 1, 128, 255}, 0);
  EXPECT_EQ(row.codes, (SmallVector<int64_t>{0, 1, 128, 255}));
  EXPECT_EQ(row.zeroPoint, 0);
  EXPECT_EQ(row.scale, (Dyadic{32768, 15}));
  // -51 .. 204 likewise, moved by 51; the exponent adds to the scale's.
  row = quantizeAsymmetric({-51, 0, 204}, 16);
  EXPECT_EQ(row.codes, (SmallVector<int64_t>{0, 51, 255}));
  EXPECT_EQ(row.zeroPoint, 51);
  EXPECT_EQ(row.scale, (Dyadic{32768, 31}));
}

TEST(RulesTest, Q1Corners) {
  QuantizedRow zeros = quantizeAsymmetric({0, 0, 0}, 16);
  EXPECT_EQ(zeros.codes, (SmallVector<int64_t>{0, 0, 0}));
  EXPECT_EQ(zeros.zeroPoint, 0);
  EXPECT_EQ(zeros.scale, kZeroScale);
  QuantizedRow empty = quantizeAsymmetric({}, 16);
  EXPECT_TRUE(empty.codes.empty());
  EXPECT_EQ(empty.scale, kZeroScale);
  for (int32_t x : {1, 77, INT32_MAX}) {
    QuantizedRow positive = quantizeAsymmetric({x, x}, 16);
    EXPECT_EQ(positive.codes, (SmallVector<int64_t>{255, 255}));
    EXPECT_EQ(positive.zeroPoint, 0);
    QuantizedRow negative = quantizeAsymmetric({-x, -x}, 16);
    EXPECT_EQ(negative.codes, (SmallVector<int64_t>{0, 0}));
    EXPECT_EQ(negative.zeroPoint, 255);
  }
  QuantizedRow extreme = quantizeAsymmetric({INT32_MIN, INT32_MAX}, 0);
  EXPECT_EQ(extreme.codes, (SmallVector<int64_t>{1, 255}));
  EXPECT_EQ(extreme.zeroPoint, 128);
}

TEST(RulesTest, Q1ErrorIsBounded) {
  Random random;
  for (int i = 0; i < 20000; ++i) {
    SmallVector<int32_t> x = random.row(random.between(1, 40));
    int64_t f = random.between(0, 30);
    QuantizedRow row = quantizeAsymmetric(x, f);
    double unit = real(row.scale) * std::ldexp(1, f);
    for (auto [element, code] : llvm::zip_equal(x, row.codes)) {
      EXPECT_GE(code, 0);
      EXPECT_LE(code, 255);
      // Half a code for the element, half for the zero point, and 255 codes
      // off by the scale's 2^-16 and the reciprocal's 2^-30.
      EXPECT_NEAR((code - row.zeroPoint) * unit, element,
                  unit * (1 + 255 * std::ldexp(1.04, -16)));
    }
  }
}

TEST(RulesTest, Q1GroupsByHand) {
  // The first group has the range of the row, the second fits it four times.
  auto groups = quantizeAsymmetric({-51, 0, 204, -30, 0, 20, 0, 0, 0}, 16, 3);
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].codes, (SmallVector<int64_t>{0, 51, 255}));
  EXPECT_EQ(groups[0].zeroPoint, 51);
  EXPECT_EQ(groups[0].scale, (Dyadic{32768, 31}));
  EXPECT_EQ(groups[1].codes, (SmallVector<int64_t>{0, 120, 200}));
  EXPECT_EQ(groups[1].zeroPoint, 120);
  EXPECT_EQ(groups[1].scale, (Dyadic{32768, 33}));
  EXPECT_EQ(groups[2].codes, (SmallVector<int64_t>{0, 0, 0}));
  EXPECT_EQ(groups[2].zeroPoint, 0);
  EXPECT_EQ(groups[2].scale, (Dyadic{32768, 31}));
}

TEST(RulesTest, Q1GroupCorners) {
  for (const QuantizedRow &zeros : quantizeAsymmetric({0, 0, 0, 0}, 16, 2)) {
    EXPECT_EQ(zeros.codes, (SmallVector<int64_t>{0, 0}));
    EXPECT_EQ(zeros.scale, kZeroScale);
  }
  // No group is finer than 2^-15 of the widest: 1 becomes
  // 255 * 2^15 / (2^32 - 1) = 0.002 of a code.
  auto groups = quantizeAsymmetric({INT32_MIN, INT32_MAX, 1, -1}, 0, 2);
  EXPECT_EQ(groups[0].codes, (SmallVector<int64_t>{1, 255}));
  EXPECT_EQ(groups[1].codes, (SmallVector<int64_t>{0, 0}));
  EXPECT_EQ(groups[1].zeroPoint, 0);
  EXPECT_EQ(groups[1].scale.exponent, groups[0].scale.exponent + 15);
  // Exactly a half, a quarter: the largest code is used up.
  groups = quantizeAsymmetric({1 << 20, 1 << 19, 1 << 18}, 0, 1);
  for (auto [s, group] : llvm::enumerate(groups)) {
    EXPECT_EQ(group.codes.front(), 255);
    EXPECT_EQ(group.scale.exponent,
              groups[0].scale.exponent + static_cast<int64_t>(s));
  }
}

TEST(RulesTest, Q1OneGroupIsTheRow) {
  Random random;
  for (int i = 0; i < 2000; ++i) {
    SmallVector<int32_t> x = random.row(random.between(1, 40));
    QuantizedRow row = quantizeAsymmetric(x, 16);
    auto groups = quantizeAsymmetric(x, 16, x.size());
    ASSERT_EQ(groups.size(), 1u);
    EXPECT_EQ(groups[0].codes, row.codes);
    EXPECT_EQ(groups[0].zeroPoint, row.zeroPoint);
    EXPECT_EQ(groups[0].scale, row.scale);
  }
}

/// Q1 of a row in groups, in 128 bits and by divisions instead of shifts.
void checkGroups(ArrayRef<int32_t> x, int64_t f, int64_t group) {
  auto rows = quantizeAsymmetric(x, f, group);
  ASSERT_EQ(rows.size() * group, x.size());
  auto rangeOf = [&](int64_t g) {
    int64_t lo = 0, hi = 0;
    for (int64_t element : x.slice(g * group, group))
      lo = std::min(lo, element), hi = std::max(hi, element);
    return std::pair(lo, hi);
  };
  int64_t R = 0;
  for (size_t g = 0; g < rows.size(); ++g)
    R = std::max(R, rangeOf(g).second - rangeOf(g).first);
  if (R == 0) {
    for (const QuantizedRow &row : rows)
      EXPECT_EQ(row.scale, kZeroScale);
    return;
  }
  auto floorDiv = [](__int128 n, __int128 d) {
    return n / d - (n % d != 0 && n < 0);
  };
  __int128 power = __int128(1) << (bits(R) + 22), I = 255 * power / R;
  for (auto [g, row] : llvm::enumerate(rows)) {
    auto [lo, hi] = rangeOf(g);
    int64_t s = row.scale.exponent - f - dyadic(R, 255).exponent;
    EXPECT_EQ(row.scale.multiplier, dyadic(R, 255).multiplier);
    EXPECT_LE(row.scale.exponent, f + 23);
    // As fine as the range allows.
    ASSERT_GE(s, 0);
    EXPECT_LE((hi - lo) * (__int128(1) << s), R);
    if (lo == hi)
      EXPECT_EQ(s, 0);
    else
      EXPECT_TRUE(s == 15 || (hi - lo) * (__int128(2) << s) > R);
    __int128 unit = power >> s;
    EXPECT_EQ(row.zeroPoint, int64_t(floorDiv(-lo * I + unit / 2, unit)));
    double step = std::ldexp(R / 255.0, -s);
    for (auto [element, code] :
         llvm::zip_equal(x.slice(g * group, group), row.codes)) {
      int64_t exact = floorDiv(element * I + unit / 2, unit) + row.zeroPoint;
      EXPECT_EQ(code, std::clamp<int64_t>(exact, 0, 255));
      EXPECT_NEAR((code - row.zeroPoint) * step, element, step * 1.001);
    }
  }
}

TEST(RulesTest, Q1GroupsMatchExactArithmetic) {
  Random random;
  for (int i = 0; i < 5000; ++i) {
    int64_t group = random.between(1, 8), count = random.between(1, 5);
    SmallVector<int32_t> x;
    for (int64_t g = 0; g < count; ++g)
      if (random.between(0, 5) == 0)
        x.append(group, 0);
      else
        llvm::append_range(x, random.row(group));
    checkGroups(x, random.between(0, 30), group);
  }
}

TEST(RulesTest, Q1Q2RoundToTheNearestCode) {
  // The two elements next to the middle between two codes, which is at least
  // 2^-20 of a code away; the reciprocal costs at most 2^-22.
  Random random;
  for (int i = 0; i < 20000; ++i) {
    int32_t R = random.between(1 << 18, (1 << 19) - 1);
    int64_t code = random.between(0, 126);
    int64_t middle = R * (2 * code + 1);
    for (int32_t above : {0, 1}) {
      int32_t x[] = {static_cast<int32_t>(middle / 510) + above, R};
      if (middle % 510 != 0)
        EXPECT_EQ(quantizeAsymmetric(x, 0).codes[0], code + above);
      x[0] = static_cast<int32_t>(middle / 254) + above;
      if (middle % 254 != 0)
        EXPECT_EQ(quantizeSymmetric(x, 0).codes[0], code + above);
    }
  }
}

TEST(RulesTest, Q2ByHand) {
  QuantizedRow row = quantizeSymmetric({-127, 0, 63, 127}, 4);
  EXPECT_EQ(row.codes, (SmallVector<int64_t>{-127, 0, 63, 127}));
  EXPECT_EQ(row.zeroPoint, 0);
  EXPECT_EQ(row.scale, (Dyadic{32768, 19}));
  QuantizedRow zeros = quantizeSymmetric({0, 0}, 4);
  EXPECT_EQ(zeros.codes, (SmallVector<int64_t>{0, 0}));
  EXPECT_EQ(zeros.scale, kZeroScale);
  QuantizedRow extreme = quantizeSymmetric({INT32_MIN, INT32_MAX}, 0);
  EXPECT_EQ(extreme.codes, (SmallVector<int64_t>{-127, 127}));
}

TEST(RulesTest, Q4ByHand) {
  QuantizedRow row = quantizeSymmetric({-300, -127, 63, 128}, 4, 127);
  EXPECT_EQ(row.codes, (SmallVector<int64_t>{-127, -127, 63, 127}));
  EXPECT_EQ(row.scale, (Dyadic{32768, 19}));
  EXPECT_EQ(quantizeSymmetric({0, 1}, 4, 254).codes,
            (SmallVector<int64_t>{0, 1}));
  QuantizedRow extreme = quantizeSymmetric({INT32_MIN, INT32_MAX}, 0, 1);
  EXPECT_EQ(extreme.codes, (SmallVector<int64_t>{-127, 127}));
}

TEST(RulesTest, Q2ErrorIsBounded) {
  Random random;
  for (int i = 0; i < 20000; ++i) {
    SmallVector<int32_t> x = random.row(random.between(1, 40));
    QuantizedRow row = quantizeSymmetric(x, 0);
    double unit = real(row.scale);
    for (auto [element, code] : llvm::zip_equal(x, row.codes)) {
      EXPECT_LE(std::abs(code), 127);
      EXPECT_NEAR(code * unit, element,
                  unit * (0.5 + 127 * std::ldexp(1.04, -16)));
    }
  }
}

TEST(RulesTest, V2HoldsForQuantizedRows) {
  Random random;
  for (int i = 0; i < 20000; ++i) {
    SmallVector<int32_t> x = random.row(random.between(1, 8));
    int64_t f = random.between(0, 30);
    for (const QuantizedRow &row :
         {quantizeAsymmetric(x, f), quantizeSymmetric(x, f)}) {
      EXPECT_GE(row.scale.multiplier, 1 << 15);
      EXPECT_LT(row.scale.multiplier, 1 << 16);
      EXPECT_GE(row.scale.exponent, -16);
      EXPECT_LE(row.scale.exponent, 62);
      EXPECT_GE(row.zeroPoint, 0);
      EXPECT_LE(row.zeroPoint, 255);
    }
  }
}

TEST(RulesTest, Q3Dequantizes) {
  // (10 - 4) * 0.75 = 4.5 at exponent 1 is 9.
  EXPECT_EQ(dequantize(10, 4, {49152, 16}, 1), 9);
  // At exponent 0 it is rounded half up.
  EXPECT_EQ(dequantize(10, 4, {49152, 16}, 0), 5);
  EXPECT_EQ(dequantize(4, 10, {49152, 16}, 0), -4);
  EXPECT_EQ(dequantize(255, 0, {65535, -16}, 30), kInt32Max);
  EXPECT_EQ(dequantize(0, 255, {65535, -16}, 30), kInt32Min);
  EXPECT_EQ(dequantize(7, 7, kZeroScale, 30), 0);
}

//===----------------------------------------------------------------------===//
// L, E: linear and embedding
//===----------------------------------------------------------------------===//

TEST(RulesTest, L1ByHand) {
  Dyadic one = {32768, 15}, half = {32768, 16};
  EXPECT_EQ(linear(100, one, half, 0, 0), 50);
  EXPECT_EQ(linear(3, one, half, 0, 0), 2);
  EXPECT_EQ(linear(-3, one, half, 0, 0), -1);
  EXPECT_EQ(linear(100, one, half, 16, 5), (50 << 16) + 5);
  EXPECT_EQ(linear(INT32_MAX, one, one, 30, 0), kInt32Max);
  // Half of an odd product of multipliers is rounded up.
  EXPECT_EQ(linear(1, {32769, 0}, {32769, 1}, 0, 0), 536903681);
  // The product saturates before the bias is added.
  EXPECT_EQ(linear(INT32_MAX, one, one, 30, -5), kInt32Max - 5);
  EXPECT_EQ(linear(INT32_MIN, {65535, -16}, {65535, 0}, 30, 0), kInt32Min);
  // Scales too small for any sum to count.
  EXPECT_EQ(linear(INT32_MAX / 4, {32768, 62}, {32768, 47}, 0, 7), 7);
}

TEST(RulesTest, L1SumsGroupsByHand) {
  EXPECT_EQ(alignedSum({-7}, {40}), -7);
  EXPECT_EQ(alignedSum({100, -102}, {10, 12}), 75);
  EXPECT_EQ(alignedSum({100, -102}, {12, 10}), -77);
  // From 31 on a shift is 31: what is left of a sum is its sign bit, rounded.
  EXPECT_EQ(alignedSum({5, INT32_MIN, INT32_MAX, 1 << 29}, {-16, 15, 40, 62}),
            5 - 1 + 1 + 0);
}

TEST(RulesTest, L1AlignmentErrorIsBounded) {
  Random random;
  for (int i = 0; i < 20000; ++i) {
    SmallVector<int64_t> sums, exponents;
    long double exact = 0;
    for (int64_t g = 0, count = random.between(1, 6); g < count; ++g) {
      sums.push_back(random.magnitude(28));
      exponents.push_back(random.between(10, 25));
      exact += std::ldexp((long double)sums.back(), -exponents.back());
    }
    int64_t E = *llvm::min_element(exponents);
    int64_t shifted =
        llvm::count_if(exponents, [&](int64_t e) { return e > E; });
    EXPECT_LE(std::abs(alignedSum(sums, exponents) - std::ldexp(exact, E)),
              shifted * 0.5L);
  }
}

TEST(RulesTest, L1ErrorIsBounded) {
  Random random;
  for (int i = 0; i < 100000; ++i) {
    int64_t acc = random.magnitude(31), f = random.between(0, 30);
    Dyadic row = {random.between(1 << 15, (1 << 16) - 1),
                  random.between(8, 40)};
    Dyadic channel = {random.between(1 << 15, (1 << 16) - 1),
                      random.between(8, 40)};
    int64_t s = row.exponent + channel.exponent - 1 - f;
    if (s < 0)
      continue;
    double exact = acc * real(row) * real(channel) * std::ldexp(1, f);
    exact = std::clamp<double>(exact, kInt32Min, kInt32Max);
    // Half a unit, and 2^-30 for the half that p may gain. Where the shift is
    // limited to 62 the result is 0 or 1 in magnitude, and ought to be 0.
    EXPECT_NEAR(linear(acc, row, channel, f, 0), exact,
                (s > 62 ? 1 : 0.501) + std::abs(exact) * std::ldexp(1, -30));
  }
}

TEST(RulesTest, E1Embeds) {
  EXPECT_EQ(embedding(-127, {32768, 15}, 16), -(127 << 16));
  EXPECT_EQ(embedding(3, {32768, 16}, 0), 2);
  EXPECT_EQ(embedding(127, {65535, 0}, 30), kInt32Max);
  EXPECT_EQ(clampId(-1, 10), 0);
  EXPECT_EQ(clampId(10, 10), 9);
  EXPECT_EQ(clampId(4, 10), 4);
}

} // namespace

//===- FakeQuantizationTest.cpp - What 8-bit codes make of values ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compares with codes and scales that are computed number by number.
//
//===----------------------------------------------------------------------===//

#include "lib/Transforms/FakeQuantization.h"

#include "gtest/gtest.h"
#include <random>

using namespace mlir::iquant;

namespace {

/// Rows whose channels differ by orders of magnitude.
FloatMatrix makeRows(int64_t count, int64_t channels) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::lognormal_distribution<float> magnitude(0, 2);
  FloatMatrix rows(count, channels);
  for (int64_t channel = 0; channel < channels; ++channel) {
    float size = magnitude(random);
    for (int64_t row = 0; row < count; ++row)
      rows(row, channel) = normal(random) * size;
  }
  return rows;
}

/// How far two numbers may be apart: f32 carries 24 bits, of which codes use 8.
constexpr double kPrecision = 1e-5;

TEST(FakeQuantization, WeightsAndGroups) {
  const FloatMatrix rows = makeRows(5, 12);
  for (int64_t group : {12, 4, 5}) {
    FloatMatrix codes = rows;
    fakeQuantizeGroups(codes, group);
    for (int64_t row = 0; row < 5; ++row)
      for (int64_t channel = 0; channel < 12; ++channel) {
        double largest = 0;
        int64_t first = channel / group * group;
        for (int64_t c = first; c < std::min<int64_t>(first + group, 12); ++c)
          largest = std::max<double>(largest, std::abs(rows(row, c)));
        double step = largest / 127;
        EXPECT_NEAR(codes(row, channel),
                    std::round(rows(row, channel) / step) * step,
                    kPrecision * largest);
      }
  }
  FloatMatrix weight = rows, whole = rows;
  fakeQuantizeWeight(weight);
  fakeQuantizeGroups(whole, 12);
  EXPECT_EQ(weight, whole);
}

TEST(FakeQuantization, RowsWithZeroPoints) {
  const FloatMatrix rows = makeRows(5, 12);
  for (int64_t group : {0, 4}) {
    FloatMatrix codes = rows;
    fakeQuantizeRows(codes, group);
    int64_t width = group == 0 ? 12 : group;
    for (int64_t row = 0; row < 5; ++row) {
      auto low = [&](int64_t first) {
        return std::min(0.0f, rows.row(row).segment(first, width).minCoeff());
      };
      auto range = [&](int64_t first) {
        return std::max(0.0f, rows.row(row).segment(first, width).maxCoeff()) -
               low(first);
      };
      double widest = 0;
      for (int64_t first = 0; first < 12; first += width)
        widest = std::max<double>(widest, range(first));
      for (int64_t channel = 0; channel < 12; ++channel) {
        int64_t first = channel / width * width;
        double step = widest / 255;
        for (double r = range(first); 2 * r <= widest; r *= 2)
          step /= 2;
        double zero = std::round(-low(first) / step);
        double code = std::round(rows(row, channel) / step) + zero;
        EXPECT_NEAR(codes(row, channel),
                    (std::min(std::max(code, 0.0), 255.0) - zero) * step,
                    kPrecision * widest);
      }
    }
  }
}

TEST(FakeQuantization, RowsOfZerosStay) {
  FloatMatrix rows = FloatMatrix::Zero(2, 4);
  fakeQuantizeRows(rows, 2);
  fakeQuantizeGroups(rows, 2);
  EXPECT_EQ(rows, FloatMatrix::Zero(2, 4));
}

} // namespace

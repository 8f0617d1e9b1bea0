//===- RotationTest.cpp - Orthogonal matrices with flat entries -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads off the matrix of a rotation, and checks what its header promises.
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/ChannelMap.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace mlir::iquant;

/// `[n, n]`: row `i` is what the rotation makes of the `i`-th unit vector.
static std::vector<double> getMatrix(const Rotation &rotation) {
  int64_t size = rotation.getSize();
  std::vector<double> lanes(size * size), matrix(size * size);
  for (int64_t i = 0; i < size; ++i)
    lanes[i * size + i] = 1;
  // Row `i` lies in lane `i`.
  rotation.apply(lanes.data(), /*rows=*/size, /*stride=*/size);
  for (int64_t i = 0; i < size; ++i)
    for (int64_t channel = 0; channel < size; ++channel)
      matrix[i * size + channel] = lanes[channel * size + i];
  return matrix;
}

static double getLargest(const std::vector<double> &elements) {
  double largest = 0;
  for (double element : elements)
    largest = std::max(largest, std::abs(element));
  return largest;
}

/// The largest difference of the rows' products from those of an orthogonal
/// matrix.
static double getSkew(const std::vector<double> &matrix, int64_t size) {
  double largest = 0;
  for (int64_t i = 0; i < size; ++i)
    for (int64_t j = 0; j <= i; ++j) {
      double product = i == j ? -1 : 0;
      for (int64_t k = 0; k < size; ++k)
        product += matrix[i * size + k] * matrix[j * size + k];
      largest = std::max(largest, std::abs(product));
    }
  return largest;
}

TEST(SplitMix64, GivesThePublishedNumbers) {
  SplitMix64 random(0);
  EXPECT_EQ(random(), 0xe220a8397b1dcdafull);
  EXPECT_EQ(random(), 0x6e789e6aa1b965f4ull);
  EXPECT_EQ(random(), 0x06c45d188009454full);
}

class RotationOf : public ::testing::TestWithParam<int64_t> {};

/// Powers of two; orders of Paley's first construction (12, 20, 24, 44), of his
/// second one (28, 36, 76), and multiples by powers of two.
INSTANTIATE_TEST_SUITE_P(Hadamard, RotationOf,
                         ::testing::Values(1, 2, 4, 64, 12, 20, 24, 28, 36, 40,
                                           44, 76, 96, 192, 384, 576));

TEST_P(RotationOf, IsAHadamardMatrix) {
  SplitMix64 random(7);
  std::vector<double> matrix = getMatrix(Rotation(GetParam(), random));
  EXPECT_LT(getSkew(matrix, GetParam()), 1e-13);
  double entry = 1 / std::sqrt(static_cast<double>(GetParam()));
  for (double element : matrix)
    EXPECT_NEAR(std::abs(element), entry, 1e-15);
}

class FlatRotation : public ::testing::TestWithParam<int64_t> {};

/// Odd numbers, twice odd ones, and multiples of 4 that other constructions
/// than Paley's over prime fields give Hadamard matrices of.
INSTANTIATE_TEST_SUITE_P(Hartley, FlatRotation,
                         ::testing::Values(3, 5, 6, 7, 14, 33, 52, 92, 100, 172,
                                           344));

TEST_P(FlatRotation, IsOrthogonalAndFlat) {
  SplitMix64 random(7);
  std::vector<double> matrix = getMatrix(Rotation(GetParam(), random));
  EXPECT_LT(getSkew(matrix, GetParam()), 1e-13);
  EXPECT_LE(getLargest(matrix),
            std::sqrt(2 / static_cast<double>(GetParam())) + 1e-15);
}

TEST(Rotation, KeepsTheMeanIfAskedTo) {
  for (int64_t size : {1, 2, 12, 14, 64, 576}) {
    SplitMix64 random(1);
    std::vector<double> matrix =
        getMatrix(Rotation(size, random, /*keepsMean=*/true));
    EXPECT_LT(getSkew(matrix, size), 1e-13) << size;
    for (int64_t channel = 0; channel < size; ++channel) {
      double sum = 0;
      for (int64_t i = 0; i < size; ++i)
        sum += matrix[i * size + channel];
      EXPECT_NEAR(sum, 1, 1e-13) << size;
    }
  }
}

/// The matrix is `A = D * H / sqrt(n)`: checks an entry by hand.
TEST(Rotation, TakesSignsFromTheTopBits) {
  SplitMix64 random(0);
  std::vector<double> matrix = getMatrix(Rotation(2, random));
  double entry = 1 / std::sqrt(2.0);
  EXPECT_EQ(matrix, (std::vector<double>{-entry, -entry, entry, -entry}));
}

TEST(Rotation, GivesTheSameBitsForAnyNumberOfRows) {
  SplitMix64 random(3);
  Rotation rotation(36, random, /*keepsMean=*/true);
  std::vector<double> rows(36 * 37);
  SplitMix64 numbers(4);
  for (double &element : rows)
    element = static_cast<double>(numbers() >> 40);
  std::vector<double> alone(36);
  for (int64_t channel = 0; channel < 36; ++channel)
    alone[channel] = rows[channel * 37 + 5];
  rotation.apply(rows.data(), /*rows=*/37, /*stride=*/37);
  rotation.apply(alone.data(), /*rows=*/1, /*stride=*/1);
  for (int64_t channel = 0; channel < 36; ++channel)
    EXPECT_EQ(alone[channel], rows[channel * 37 + 5]);
}

TEST(Rotation, LeavesWhatLiesBetweenTheRows) {
  SplitMix64 random(3);
  Rotation rotation(4, random);
  std::vector<double> rows(4 * 3, 1);
  rotation.apply(rows.data(), /*rows=*/2, /*stride=*/3);
  for (int64_t channel = 0; channel < 4; ++channel)
    EXPECT_EQ(rows[channel * 3 + 2], 1);
}

TEST(ChannelMap, ScalesChannels) {
  ChannelMap map = ChannelMap::scale({2, 3});
  std::vector<double> rows = {1, 10, 7, 1, 10, 7};
  map.apply(rows.data(), /*rows=*/2, /*stride=*/3);
  EXPECT_EQ(rows, (std::vector<double>{2, 20, 7, 3, 30, 7}));
  EXPECT_TRUE(map == ChannelMap::scale({2, 3}));
  EXPECT_FALSE(map == ChannelMap::scale({2, 4}));
}

TEST(ChannelMap, RotatesBlocks) {
  SplitMix64 random(0);
  auto rotation = std::make_shared<const Rotation>(2, random);
  ChannelMap map = ChannelMap::rotate(2, {nullptr, rotation});
  std::vector<double> row = {1, 2, 1, 0};
  map.apply(row.data(), /*rows=*/1, /*stride=*/1);
  double entry = 1 / std::sqrt(2.0);
  EXPECT_EQ(row, (std::vector<double>{1, 2, -entry, -entry}));
  EXPECT_TRUE(map == ChannelMap::rotate(2, {nullptr, rotation}));
  EXPECT_FALSE(map == ChannelMap::rotate(2, {rotation, nullptr}));
  EXPECT_FALSE(map == ChannelMap::scale({1, 1, 1, 1}));
}

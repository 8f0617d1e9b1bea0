//===- StatisticsTest.cpp - One-pass statistics of a value ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compares with the definitions, in several passes and extended precision.
//
//===----------------------------------------------------------------------===//

#include "iquant/Calibration/Statistics.h"

#include "llvm/ADT/STLExtras.h"
#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace llvm;
using namespace mlir::iquant;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// The definitions of mean and deviation.
struct Oracle {
  long double mean = 0, deviation = 0;

  explicit Oracle(ArrayRef<float> numbers) {
    for (float x : numbers)
      mean += x;
    mean /= numbers.size();
    for (float x : numbers)
      deviation += (x - mean) * (x - mean);
    deviation = std::sqrt(deviation / numbers.size());
  }
};

/// Checks a summary to twelve digits, which is what doubles keep of a sum of
/// some thousand terms.
void expectSummary(const Summary &summary, ArrayRef<float> numbers) {
  Oracle oracle(numbers);
  EXPECT_EQ(summary.count, static_cast<int64_t>(numbers.size()));
  EXPECT_EQ(summary.min, *min_element(numbers));
  EXPECT_EQ(summary.max, *max_element(numbers));
  EXPECT_NEAR(summary.mean, oracle.mean, 1e-12 * std::fabs(oracle.mean));
  EXPECT_NEAR(summary.getDeviation(), oracle.deviation,
              1e-12 * std::fabs(oracle.mean) + 1e-12 * oracle.deviation);
}

/// Rows of normally distributed numbers; channel `c` has the deviation
/// `10^(c - 2)`.
std::vector<std::vector<float>> makeRows(size_t count, size_t channels,
                                         float mean) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<std::vector<float>> rows(count, std::vector<float>(channels));
  for (std::vector<float> &row : rows)
    for (size_t c = 0; c < channels; ++c)
      row[c] = mean + std::pow(10.0f, c - 2.0f) * normal(random);
  return rows;
}

std::vector<float> columnOf(ArrayRef<std::vector<float>> rows, size_t c) {
  std::vector<float> column;
  for (const std::vector<float> &row : rows)
    column.push_back(row[c]);
  return column;
}

TEST(ValueStatistics, AgreesWithTheDefinitions) {
  // A mean that is large beside the deviation is where the difference of two
  // sums of squares fails.
  for (float mean : {0.0f, -3.0f, 1e6f}) {
    auto rows = makeRows(1000, 5, mean);
    ValueStatistics statistics(5);
    std::vector<float> all;
    for (const std::vector<float> &row : rows) {
      EXPECT_TRUE(statistics.addRow(row));
      append_range(all, row);
    }
    for (size_t c = 0; c < 5; ++c)
      expectSummary(statistics.getChannel(c), columnOf(rows, c));
    expectSummary(statistics.getTotal(), all);
  }
}

TEST(ValueStatistics, RefusesWhatIsNotFinite) {
  ValueStatistics statistics(2, /*sampleSize=*/4);
  EXPECT_TRUE(statistics.addRow({1, 2}));
  for (float bad : {kNaN, kInfinity, -kInfinity})
    EXPECT_FALSE(statistics.addRow({0, bad}));
  EXPECT_EQ(statistics.getTotal().count, 2);
  EXPECT_EQ(statistics.getTotal().min, 1);
  EXPECT_EQ(statistics.getSample().getCount(), 1u);
}

TEST(ValueStatistics, MeasuresScoresBelowTheirMaximum) {
  auto rows = makeRows(100, 5, 4);
  ValueStatistics statistics(3);
  std::vector<float> below;
  for (std::vector<float> row : rows) {
    row[1] = -kInfinity;
    EXPECT_TRUE(statistics.addScores(1, row));
    float largest = *max_element(row);
    for (float score : row)
      if (score != -kInfinity)
        below.push_back(score - largest);
  }
  expectSummary(statistics.getChannel(1), below);
  expectSummary(statistics.getTotal(), below);
  EXPECT_EQ(statistics.getChannel(0).count, 0);
}

TEST(ValueStatistics, MaskedRowsOfScoresCountNothing) {
  ValueStatistics statistics(1);
  EXPECT_TRUE(statistics.addScores(0, {-kInfinity, -kInfinity}));
  EXPECT_TRUE(statistics.addScores(0, {}));
  EXPECT_EQ(statistics.getTotal().count, 0);
  for (float bad : {kNaN, kInfinity})
    EXPECT_FALSE(statistics.addScores(0, {0, bad}));
  EXPECT_EQ(statistics.getTotal().count, 0);
}

TEST(ValueStatistics, PercentilesAreWithinTheirBin) {
  auto rows = makeRows(2000, 5, 0.5);
  ValueStatistics statistics(5);
  std::vector<float> all = {};
  for (const std::vector<float> &row : rows) {
    statistics.addRow(row);
    append_range(all, row);
  }
  sort(all);
  for (double percent : {0.0, 0.01, 1.0, 30.0, 50.0, 95.0, 99.99, 100.0}) {
    double exact = all[std::lround(percent / 100 * (all.size() - 1))];
    EXPECT_NEAR(statistics.getPercentile(percent), exact,
                std::fabs(exact) / 32 + 1e-6)
        << percent;
  }
}

TEST(ValueStatistics, PercentilesOfOneNumber) {
  for (float number : {0.0f, -0.0f, -1.0f, 3e38f, 1e-45f}) {
    ValueStatistics statistics(1);
    statistics.addRow(number);
    EXPECT_EQ(statistics.getPercentile(0), number);
    EXPECT_EQ(statistics.getPercentile(50), number);
  }
}

TEST(Summary, MergesInAnyGrouping) {
  auto rows = makeRows(300, 1, 100);
  std::vector<float> all = columnOf(rows, 0);
  for (size_t cut : {0u, 1u, 150u, 299u, 300u}) {
    ValueStatistics first(1), second(1);
    for (size_t i = 0; i < all.size(); ++i)
      (i < cut ? first : second).addRow(all[i]);
    Summary summary = first.getTotal();
    summary.merge(second.getTotal());
    expectSummary(summary, all);
  }
}

TEST(RowSample, TakesAllRowsOrSome) {
  RowSample all(1, 8), some(1, 8), none(1, 0);
  for (int i = 0; i < 1000; ++i) {
    float row = i;
    if (i < 5)
      all.add(row);
    some.add(row);
    none.add(row);
  }
  EXPECT_EQ(all.getRows(), (std::vector<float>{0, 1, 2, 3, 4}));
  EXPECT_EQ(none.getCount(), 0u);
  std::vector<float> rows = some.getRows();
  EXPECT_EQ(rows.size(), 8u);
  EXPECT_TRUE(is_sorted(rows));
  // Spread over the stream: eight of a thousand, all in one half, would be one
  // chance in 128.
  EXPECT_LT(rows.front(), 500);
  EXPECT_GE(rows.back(), 500);
}

TEST(RowSample, KeepsWholeRows) {
  RowSample sample(3, 2);
  for (int i = 0; i < 50; ++i)
    sample.add({i + 0.25f, i + 0.5f, i + 0.75f});
  std::vector<float> rows = sample.getRows();
  ASSERT_EQ(rows.size(), 6u);
  for (size_t r = 0; r < 6; r += 3) {
    EXPECT_EQ(rows[r + 1], rows[r] + 0.25f);
    EXPECT_EQ(rows[r + 2], rows[r] + 0.5f);
  }
}

} // namespace

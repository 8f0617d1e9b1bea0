//===- Statistics.h - One-pass statistics of a value ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares what a calibration run collects of one observed value, row by row.
// Results do not depend on how the rows are cut into chunks, bit for bit.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_CALIBRATION_STATISTICS_H
#define IQUANT_CALIBRATION_STATISTICS_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace mlir::iquant {

/// Range and moments of some numbers.
struct Summary {
  int64_t count = 0;
  double min = std::numeric_limits<double>::infinity(), max = -min, mean = 0;
  /// The sum of the squared distances to the mean.
  double squares = 0;

  double getDeviation() const;
  double getAbsmax() const;
  /// Adds the numbers that `other` stands for (Chan, Golub and LeVeque, 1979).
  void merge(const Summary &other);
};

/// Counts numbers by sign, exponent and the first five bits of the fraction, so
/// that a bin is 1/32 of its numbers wide or less.
class Histogram {
public:
  Histogram();

  void add(float number);
  /// The number that `percent` of all are not above, interpolated in its bin;
  /// there must be one.
  double getPercentile(double percent) const;

private:
  std::vector<uint64_t> counts;
};

/// A few rows, chosen by a hash of their numbers in the order of arrival: each
/// is as likely as any other, and the choice is the same in every run.
class RowSample {
public:
  RowSample(int64_t channels, size_t size) : channels(channels), size(size) {}

  void add(llvm::ArrayRef<float> row);
  size_t getCount() const { return chosen.size(); }
  /// The rows in the order of arrival, one behind the other.
  std::vector<float> getRows() const;

private:
  struct Row {
    uint64_t hash, number;
    std::vector<float> elements;
    bool operator<(const Row &other) const { return hash < other.hash; }
  };

  int64_t channels;
  size_t size;
  uint64_t seen = 0;
  /// A heap, the largest hash first.
  std::vector<Row> chosen;
};

/// The first rows, as whole texts of one length.
struct Sequences {
  /// The rows of a text, and how many texts are kept.
  size_t length = 0, count = 0;
  /// The rows one behind the other.
  std::vector<float> elements;
};

/// The statistics of one value, over all rows that were seen of it.
class ValueStatistics {
public:
  /// Keeps a sample of the rows, and all rows of the first `sequences`.
  explicit ValueStatistics(int64_t channels, size_t sampleSize = 0,
                           Sequences sequences = {});

  /// Adds a row of a number per channel. False if one is not finite; then
  /// nothing is added.
  bool addRow(llvm::ArrayRef<float> row);

  /// Adds to one channel how far below its maximum each number of a row is; a
  /// number of minus infinity is masked out and does not count. False if one is
  /// NaN or infinity; then nothing is added.
  bool addScores(int64_t channel, llvm::ArrayRef<float> scores);

  int64_t getChannels() const { return means.size(); }
  Summary getChannel(int64_t channel) const;
  /// The summary of the numbers of all channels.
  Summary getTotal() const;
  /// The number that `percent` of all numbers are not above, exact to 1/32 of
  /// it.
  double getPercentile(double percent) const;
  const RowSample &getSample() const { return sample; }
  const Sequences &getSequences() const { return sequences; }

private:
  /// Per channel, side by side so that a row is added in one sweep.
  std::vector<float> minima, maxima;
  std::vector<double> means, squares;
  std::vector<int64_t> counts;
  Histogram histogram;
  RowSample sample;
  Sequences sequences;
};

} // namespace mlir::iquant

#endif // IQUANT_CALIBRATION_STATISTICS_H

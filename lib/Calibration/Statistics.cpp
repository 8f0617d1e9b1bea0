//===- Statistics.cpp - One-pass statistics of a value --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums over the elements of one row are taken in their order, and rows are
// added one by one, so that neither vector width nor chunks show in a result.
//
//===----------------------------------------------------------------------===//

#include "iquant/Calibration/Statistics.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"

#include <algorithm>
#include <cmath>

using namespace mlir::iquant;

//===----------------------------------------------------------------------===//
// Summary
//===----------------------------------------------------------------------===//

double Summary::getDeviation() const {
  return count == 0 ? 0 : std::sqrt(squares / count);
}

double Summary::getAbsmax() const {
  return std::max(std::fabs(min), std::fabs(max));
}

void Summary::merge(const Summary &other) {
  if (other.count == 0)
    return;
  double share = static_cast<double>(other.count) / (count + other.count);
  double distance = other.mean - mean;
  mean += distance * share;
  squares += other.squares + distance * distance * share * count;
  count += other.count;
  min = std::min(min, other.min);
  max = std::max(max, other.max);
}

//===----------------------------------------------------------------------===//
// Histogram
//===----------------------------------------------------------------------===//

/// Bits of a float that do not choose its bin.
static constexpr unsigned kIgnoredBits = 18;
static constexpr uint32_t kSignBit = 0x80000000;

/// The bin of a number: floats in their order are integers in theirs, once the
/// negative ones are turned around.
static uint32_t binOf(float number) {
  uint32_t bits = llvm::bit_cast<uint32_t>(number);
  bits = bits & kSignBit ? ~bits : bits | kSignBit;
  return bits >> kIgnoredBits;
}

/// The number of all those of a bin that is next to minus infinity.
static float lowerEdgeOf(uint32_t bin) {
  uint32_t bits = bin << kIgnoredBits;
  return llvm::bit_cast<float>(bits & kSignBit ? bits ^ kSignBit : ~bits);
}

Histogram::Histogram() : counts(1 << (32 - kIgnoredBits)) {}

void Histogram::add(float number) { ++counts[binOf(number)]; }

double Histogram::getPercentile(double percent) const {
  uint64_t total = 0;
  for (uint64_t count : counts)
    total += count;
  double rank = percent / 100 * (total - 1), below = 0;
  uint32_t bin = 0;
  while (below + counts[bin] <= rank)
    below += counts[bin++];
  // The numbers of a bin count as spread evenly over it.
  double lower = lowerEdgeOf(bin), upper = lowerEdgeOf(bin + 1);
  return lower + (upper - lower) * (rank - below + 0.5) / counts[bin];
}

//===----------------------------------------------------------------------===//
// RowSample
//===----------------------------------------------------------------------===//

/// A bijection that looks random (the finisher of SplitMix64).
static uint64_t hashNumber(uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

void RowSample::add(llvm::ArrayRef<float> row) {
  uint64_t number = seen++, hash = hashNumber(number);
  if (chosen.size() == size) {
    if (size == 0 || chosen.front().hash < hash)
      return;
    std::pop_heap(chosen.begin(), chosen.end());
    chosen.pop_back();
  }
  chosen.push_back({hash, number, row.vec()});
  std::push_heap(chosen.begin(), chosen.end());
}

std::vector<float> RowSample::getRows() const {
  std::vector<const Row *> order;
  for (const Row &row : chosen)
    order.push_back(&row);
  llvm::sort(order,
             [](const Row *a, const Row *b) { return a->number < b->number; });
  std::vector<float> elements;
  elements.reserve(order.size() * channels);
  for (const Row *row : order)
    llvm::append_range(elements, row->elements);
  return elements;
}

//===----------------------------------------------------------------------===//
// ValueStatistics
//===----------------------------------------------------------------------===//

ValueStatistics::ValueStatistics(int64_t channels, size_t sampleSize,
                                 Sequences sequences)
    : minima(channels, std::numeric_limits<float>::infinity()),
      maxima(channels, -std::numeric_limits<float>::infinity()),
      means(channels), squares(channels), counts(channels),
      sample(channels, sampleSize), sequences(std::move(sequences)) {}

bool ValueStatistics::addRow(llvm::ArrayRef<float> row) {
  bool isFinite = true;
  for (float x : row)
    isFinite &= std::isfinite(x);
  if (!isFinite)
    return false;
  // Welford's update; all channels have seen the same number of rows.
  double share = 1.0 / (counts.front() + 1);
  for (size_t c = 0; c < row.size(); ++c) {
    float x = row[c];
    double distance = x - means[c];
    means[c] += distance * share;
    squares[c] += distance * (x - means[c]);
    minima[c] = std::min(minima[c], x);
    maxima[c] = std::max(maxima[c], x);
    ++counts[c];
  }
  for (float x : row)
    histogram.add(x);
  sample.add(row);
  if (sequences.elements.size() <
      sequences.length * sequences.count * row.size())
    llvm::append_range(sequences.elements, row);
  return true;
}

bool ValueStatistics::addScores(int64_t channel, llvm::ArrayRef<float> scores) {
  constexpr float kMasked = -std::numeric_limits<float>::infinity();
  float largest = kMasked;
  bool isNumber = true;
  for (float score : scores) {
    isNumber &= score < std::numeric_limits<float>::infinity();
    largest = std::max(largest, score);
  }
  if (!isNumber)
    return false;
  Summary row;
  for (float score : scores) {
    if (score == kMasked)
      continue;
    float below = score - largest;
    ++row.count;
    row.mean += below;
    row.min = std::min<double>(row.min, below);
    histogram.add(below);
  }
  if (row.count == 0)
    return true;
  row.max = 0;
  row.mean /= row.count;
  for (float score : scores)
    if (score != kMasked) {
      double distance = score - largest - row.mean;
      row.squares += distance * distance;
    }
  Summary all = getChannel(channel);
  all.merge(row);
  minima[channel] = all.min;
  maxima[channel] = all.max;
  means[channel] = all.mean;
  squares[channel] = all.squares;
  counts[channel] = all.count;
  return true;
}

double ValueStatistics::getPercentile(double percent) const {
  return std::clamp<double>(histogram.getPercentile(percent),
                            *llvm::min_element(minima),
                            *llvm::max_element(maxima));
}

Summary ValueStatistics::getChannel(int64_t channel) const {
  Summary summary;
  summary.count = counts[channel];
  summary.min = minima[channel];
  summary.max = maxima[channel];
  summary.mean = means[channel];
  summary.squares = squares[channel];
  return summary;
}

Summary ValueStatistics::getTotal() const {
  Summary total;
  for (int64_t c = 0; c < getChannels(); ++c)
    total.merge(getChannel(c));
  return total;
}

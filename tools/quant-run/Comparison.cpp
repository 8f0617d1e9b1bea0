//===- Comparison.cpp - How far integers are from floats ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Comparison.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;

double run::toDecibels(double signal, double noise) {
  return noise == 0 ? INFINITY : 10 * std::log10(signal / noise);
}

void run::measure(ArrayRef<double> expected, ArrayRef<double> actual,
                  OpError &error) {
  double signal = 0, noise = 0, other = 0, product = 0, largest = 0;
  for (auto [x, y] : llvm::zip_equal(expected, actual)) {
    signal += x * x;
    other += y * y;
    product += x * y;
    noise += (x - y) * (x - y);
    largest = std::max(largest, std::abs(x - y));
  }
  error.snr = toDecibels(signal, noise);
  error.largestError = std::isnan(noise) ? NAN : largest;
  error.cosine = noise == 0 ? 1 : product / std::sqrt(signal * other);
}

/// Results that are no numbers are worse than any.
static bool isWorse(double left, double right) {
  return std::isnan(left) ? !std::isnan(right) : left < right;
}

/// Of at least one ratio.
static RatioSummary summarize(SmallVector<double> &ratios) {
  llvm::sort(ratios, isWorse);
  return {ratios.front(), ratios[ratios.size() / 2]};
}

std::vector<KindSummary> run::summarizeKinds(const Comparison &comparison) {
  struct Ratios {
    SmallVector<double> all, local;
  };
  llvm::MapVector<StringRef, Ratios> kinds;
  for (const OpError &op : comparison.ops) {
    kinds[op.kind].all.push_back(op.snr);
    if (op.local)
      kinds[op.kind].local.push_back(op.local->snr);
  }
  std::vector<KindSummary> summaries;
  for (auto &[kind, ratios] : kinds) {
    size_t count = ratios.all.size();
    KindSummary summary{kind, count, summarize(ratios.all), std::nullopt};
    if (!ratios.local.empty())
      summary.local = summarize(ratios.local);
    summaries.push_back(summary);
  }
  return summaries;
}

std::vector<const OpError *> run::findWorstOps(const Comparison &comparison,
                                               size_t count) {
  std::vector<const OpError *> order;
  for (const OpError &op : comparison.ops)
    order.push_back(&op);
  llvm::sort(order, [](const OpError *left, const OpError *right) {
    if (left->local.has_value() != right->local.has_value())
      return left->local.has_value();
    double x = left->local ? left->local->snr : left->snr;
    double y = right->local ? right->local->snr : right->snr;
    return isWorse(x, y) || (!isWorse(y, x) && left < right);
  });
  order.resize(std::min(count, order.size()));
  return order;
}

std::vector<HeadOf> run::findWorstHeads(const Comparison &comparison,
                                        size_t count) {
  std::vector<HeadOf> heads;
  for (const OpError &op : comparison.ops)
    for (size_t head = 0, end = op.local ? op.local->heads.size() : 0;
         head < end; ++head)
      heads.push_back({&op, head});
  llvm::sort(heads, [](const HeadOf &left, const HeadOf &right) {
    double x = left.get().snr, y = right.get().snr;
    return isWorse(x, y) ||
           (!isWorse(y, x) &&
            std::tie(left.op, left.number) < std::tie(right.op, right.number));
  });
  heads.resize(std::min(count, heads.size()));
  return heads;
}

std::string run::showDecibels(double snr) {
  if (std::isfinite(snr))
    return llvm::formatv("{0:f1}", snr);
  if (std::isnan(snr))
    return "no number";
  return snr > 0 ? "exact" : "-inf";
}

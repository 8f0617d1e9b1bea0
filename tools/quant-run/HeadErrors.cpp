//===- HeadErrors.cpp - What the softmax of each head loses ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HeadErrors.h"

#include "Comparison.h"

#include "iquant/Reference/HeadLayout.h"
#include "iquant/Reference/Rules.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;
using namespace mlir::iquant::reference;

/// What a published form makes of scores in steps of a 255th of 15, as codes of
/// 8 bits have them at most: up to the first that weighs nothing.
static void describeForm(ExponentialForm form, HeadError &error) {
  constexpr int64_t kSteps = 255, kWidest = 15, kUnit = int64_t(1) << 20;
  auto D = llvm::map_to_vector(
      llvm::seq_inclusive<int64_t>(0, kSteps),
      [](int64_t step) { return step * kWidest * kUnit / kSteps; });
  SmallVector<int64_t> E = publishedExponentials(D, {1 << 15, 35}, form);
  int64_t last = std::min<int64_t>(llvm::find(E, 0) - E.begin(), kSteps);
  bool isClipped = form == ExponentialForm::DiClipped ||
                   form == ExponentialForm::DiClippedGuarded;
  error.bits = isClipped ? 8 : 32;
  error.clip = -static_cast<double>(last) * kWidest / kSteps;
  for (int64_t step = 0; step <= last; ++step) {
    error.weights.push_back(static_cast<double>(E[step]) / E.front());
    if (step > 0)
      error.ends.push_back(-(step - 0.5) * kWidest / kSteps);
  }
}

/// Clip and weights of a head's codes.
static void describeCodes(AttentionOp op, int64_t head, double scoreScale,
                          HeadError &error) {
  if (std::optional<ExponentialForm> form = op.getExponential())
    return describeForm(*form, error);
  auto finish = [&](unsigned bits, double stepsPerProduct,
                    ArrayRef<int64_t> entries, ArrayRef<int64_t> thresholds) {
    auto getScore = [&](double step) {
      return -step * scoreScale / stepsPerProduct;
    };
    error.bits = bits;
    for (auto [code, entry] : llvm::enumerate(entries)) {
      error.weights.push_back(static_cast<double>(entry) / entries.front());
      if (code > 0)
        error.ends.push_back(
            getScore((thresholds.empty() ? code : thresholds[code - 1]) - 0.5));
    }
    error.clip =
        thresholds.empty() ? getScore(entries.size() - 1) : error.ends.back();
  };
  if (std::optional<TableAttr> table = op.getTable()) {
    head %= table->getHeads();
    return finish(table->getBits(),
                  std::ldexp(table->getMultiplier()[head],
                             -static_cast<int>(table->getExponent()[head])),
                  table->getEntriesOf(head), table->getThresholdsOf(head));
  }
  finish(8,
         std::ldexp(*op.getScaleMultiplier(),
                    -static_cast<int>(*op.getScaleExponent())),
         llvm::map_to_vector(llvm::seq<int64_t>(256), tableExponential),
         /*thresholds=*/{});
}

namespace {
/// The scores of one head, row by row.
class HeadScores {
public:
  explicit HeadScores(HeadError &error) : error(error) {}

  void addRow(ArrayRef<double> scores);
  void finish();

private:
  HeadError &error;
  int64_t count = 0, rows = 0;
  double sum = 0, squares = 0, lostMass = 0;
};
} // namespace

void HeadScores::addRow(ArrayRef<double> scores) {
  if (scores.empty())
    return;
  double largest = *llvm::max_element(scores), mass = 0, lost = 0;
  for (double score : scores) {
    double relative = score - largest;
    sum += relative;
    squares += relative * relative;
    double weight = std::exp(relative);
    mass += weight;
    lost += relative < error.clip ? weight : 0;
    constexpr int64_t kBins = std::tuple_size_v<decltype(error.histogram)>;
    double bin = kBins * (1 - relative / HeadError::kLowestScore);
    ++error.histogram[std::clamp<int64_t>(bin, 0, kBins - 1)];
  }
  count += scores.size();
  ++rows;
  lostMass += lost / mass;
}

void HeadScores::finish() {
  double mean = count ? sum / count : 0;
  error.deviation =
      count ? std::sqrt(std::max(squares / count - mean * mean, 0.0)) : 0;
  error.lostMass = rows ? lostMass / rows : 0;
}

std::vector<HeadError> run::measureHeads(AttentionOp op,
                                         transformer::AttentionOp reference,
                                         ArrayRef<Tensor> operands,
                                         const Tensor &expected,
                                         const Tensor &actual) {
  const Tensor &query = operands[0], &key = operands[1], &value = operands[2];
  ArrayRef<Tensor> rest = operands.drop_front(3);
  const Tensor *mask = nullptr;
  if (reference.getMask()) {
    mask = &rest.front();
    rest = rest.drop_front();
  }
  std::optional<int64_t> offset;
  if (reference.getOffset())
    offset = rest.front().getInt();
  if (!query.getElementType().isF64() || !key.getElementType().isF64())
    return {};
  FailureOr<HeadLayout> layout = HeadLayout::get(
      reference, query, key, value, mask, offset, reference.getHeads(),
      reference.getKvHeads(), reference.getCausal());
  if (failed(layout))
    return {};

  int64_t heads = layout->heads, width = reference.getHeadWidth();
  double scale = reference.getScoreScale();
  std::vector<HeadError> errors(heads);
  std::vector<HeadScores> scores;
  for (auto [head, error] : llvm::enumerate(errors)) {
    describeCodes(op, head, scale, error);
    scores.emplace_back(error);
  }
  SmallVector<double> signal(heads), noise(heads);
  auto row = [&](const Tensor &tensor, int64_t index) {
    return tensor.data<double>().slice(index * width, width);
  };
  layout->forEachQuery([&](int64_t q, ArrayRef<HeadLayout::Key> valid) {
    SmallVector<double> products;
    for (const HeadLayout::Key &j : valid) {
      double product = 0;
      for (auto [a, b] : llvm::zip_equal(row(query, q), row(key, j.head)))
        product += a * b;
      products.push_back(product * scale);
    }
    int64_t head = q % heads;
    scores[head].addRow(products);
    for (auto [x, y] : llvm::zip_equal(row(expected, q), row(actual, q))) {
      signal[head] += x * x;
      noise[head] += (x - y) * (x - y);
    }
  });
  for (auto [head, error] : llvm::enumerate(errors)) {
    scores[head].finish();
    error.snr = toDecibels(signal[head], noise[head]);
  }
  return errors;
}

//===- Sampler.cpp - Choice of the next token -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Sampler.h"

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;
using namespace mlir::iquant::reference;

static int32_t findLargest(const Tensor &logits) {
  bool isFloat = isa<FloatType>(logits.getElementType());
  int64_t best = 0;
  for (int64_t i = 1, end = logits.getNumElements(); i < end; ++i)
    if (isFloat ? logits.getFloat(i) > logits.getFloat(best)
                : logits.getInt(i) > logits.getInt(best))
      best = i;
  return best;
}

int32_t Sampler::pick(const RuntimeValue &logits, Type type) {
  if (options.temperature == 0)
    return findLargest(logits.getTensor());
  Tensor numbers = getRealNumbers(logits, type);
  ArrayRef<double> scores = numbers.data<double>();

  // The likeliest tokens first.
  std::vector<int32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  size_t count = options.topK == 0
                     ? order.size()
                     : std::min<size_t>(options.topK, order.size());
  std::partial_sort(order.begin(), order.begin() + count, order.end(),
                    [&](int32_t a, int32_t b) {
                      return scores[a] != scores[b] ? scores[a] > scores[b]
                                                    : a < b;
                    });
  std::vector<double> weights;
  for (int32_t id : ArrayRef(order).take_front(count))
    weights.push_back(
        std::exp((scores[id] - scores[order.front()]) / options.temperature));

  double wanted =
      options.topP * std::accumulate(weights.begin(), weights.end(), 0.0);
  double total = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    total += weights[i];
    if (total >= wanted)
      weights.resize(i + 1);
  }
  // A number of 53 bits in 0 .. 1, the same on every platform.
  double point = std::ldexp(random() >> 11, -53) * total;
  for (size_t i = 0; i + 1 < weights.size(); ++i) {
    point -= weights[i];
    if (point < 0)
      return order[i];
  }
  return order[weights.size() - 1];
}

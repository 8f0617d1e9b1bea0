//===- Rope.cpp - Rotation frequencies of a checkpoint --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements how the published scalings of rotary positions become frequencies.
//
//===----------------------------------------------------------------------===//

#include "Rope.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace mlir::iquant;

SmallVector<float> iquant::getRopeFrequencies(int64_t width, double theta) {
  SmallVector<float> frequencies;
  for (int64_t i = 0; i < width / 2; ++i)
    frequencies.push_back(static_cast<float>(
        std::pow(theta, -2.0 * static_cast<double>(i) / width)));
  return frequencies;
}

void iquant::scaleRopeLinearly(MutableArrayRef<float> frequencies,
                               double factor) {
  for (float &frequency : frequencies)
    frequency = static_cast<float>(frequency / factor);
}

void iquant::scaleRope(MutableArrayRef<float> frequencies,
                       const Llama3Scaling &scaling) {
  for (float &frequency : frequencies) {
    double original = frequency;
    double turns = scaling.originalContext * original / (2 * llvm::numbers::pi);
    double kept =
        (turns - scaling.lowFactor) / (scaling.highFactor - scaling.lowFactor);
    kept = std::clamp(kept, 0.0, 1.0);
    frequency =
        static_cast<float>(original * (kept + (1 - kept) / scaling.factor));
  }
}

//===- ModelConfig.cpp - What a model is, whatever its file ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the checks and the arithmetic on hyperparameters.
//
//===----------------------------------------------------------------------===//

#include "iquant/Import/ModelConfig.h"

#include "Checkpoint.h"

#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace llvm;

namespace mlir::iquant {

/// Wider heads than any model has; bounds what a wrong number can allocate.
static constexpr int64_t maxHeadWidth = 65536;

Error checkModelConfig(const ModelConfig &config) {
  if (config.heads % config.keyValueHeads != 0)
    return createStringError("expects the number of attention heads to be a "
                             "multiple of the key and value heads, got " +
                             Twine(config.heads) + " and " +
                             Twine(config.keyValueHeads));
  if (!config.ropeFrequencies.empty() && config.headWidth % 2 != 0)
    return createStringError("expects heads of an even width to rotate, got " +
                             Twine(config.headWidth));
  return Error::success();
}

int64_t readHeadWidth(ConfigReader &reader, StringRef key,
                      const ModelConfig &config) {
  int64_t width;
  if (!key.empty() && reader.has(key)) {
    width = reader.count(key);
  } else if (config.hidden % config.heads == 0) {
    width = config.hidden / config.heads;
  } else {
    reader.fail(createStringError(
        "expects the hidden channels to be a multiple of the attention heads, "
        "got " +
        Twine(config.hidden) + " and " + Twine(config.heads)));
    return 2;
  }
  if (width > maxHeadWidth) {
    reader.fail(createStringError("expects heads of at most " +
                                  Twine(maxHeadWidth) + " channels, got " +
                                  Twine(width)));
    return 2;
  }
  return width;
}

SmallVector<float> getRopeFrequencies(int64_t width, double theta) {
  SmallVector<float> frequencies;
  for (int64_t i = 0; i < width / 2; ++i)
    frequencies.push_back(static_cast<float>(
        std::pow(theta, -2.0 * static_cast<double>(i) / width)));
  return frequencies;
}

void scaleRopeFrequencies(MutableArrayRef<float> frequencies,
                          const Llama3Scaling &scaling) {
  for (float &frequency : frequencies) {
    double original = frequency;
    // How often the wave fits into the context that the model was trained on.
    double turns = scaling.originalContext * original / (2 * llvm::numbers::pi);
    double share =
        (turns - scaling.lowFactor) / (scaling.highFactor - scaling.lowFactor);
    share = std::clamp(share, 0.0, 1.0);
    frequency =
        static_cast<float>(original * (share + (1 - share) / scaling.factor));
  }
}

} // namespace mlir::iquant

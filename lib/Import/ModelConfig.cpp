//===- ModelConfig.cpp - What a model is, whatever its file ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the checks and the arithmetic on hyperparameters.
//
//===----------------------------------------------------------------------===//

#include "ModelConfig.h"

#include <algorithm>
#include <cmath>

using namespace llvm;

namespace mlir::iquant {

/// Wider heads than any model has; bounds what a wrong number can allocate.
static constexpr int64_t maxHeadWidth = 65536;

Error checkModelConfig(const ModelConfig &config) {
  if (config.heads % config.keyValueHeads != 0)
    return createStringError(
        "expects as many attention heads as a multiple of the key and value "
        "heads, got " +
        Twine(config.heads) + " and " + Twine(config.keyValueHeads));
  for (float frequency : config.ropeFrequencies)
    if (!std::isfinite(frequency))
      return createStringError(
          Twine("expects finite rotation frequencies, got one that is not"));
  return Error::success();
}

int64_t readHeadWidth(ConfigReader &reader, StringRef key,
                      const ModelConfig &config) {
  if (!key.empty() && reader.has(key)) {
    int64_t width = reader.count(key);
    if (width <= maxHeadWidth)
      return width;
    reader.refuse(key, "at most " + Twine(maxHeadWidth));
    return 1;
  }
  if (config.hidden % config.heads != 0)
    reader.fail("expects as many channels as a multiple of the attention "
                "heads, got " +
                Twine(config.hidden) + " and " + Twine(config.heads));
  return std::clamp<int64_t>(config.hidden / config.heads, 1, maxHeadWidth);
}

} // namespace mlir::iquant

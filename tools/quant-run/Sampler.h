//===- Sampler.h - Choice of the next token ---------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares how a token is chosen by its logits.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TOOLS_QUANT_RUN_SAMPLER_H
#define IQUANT_TOOLS_QUANT_RUN_SAMPLER_H

#include "iquant/Reference/RuntimeValue.h"

#include <random>

namespace mlir::iquant::run {

struct SamplingOptions {
  /// 0 takes the token of the largest logit.
  double temperature = 0;
  /// How many of the likeliest tokens take part; 0 for all.
  unsigned topK = 0;
  /// The likeliest tokens that reach this probability together take part.
  double topP = 1;
  uint64_t seed = 0;
};

class Sampler {
public:
  explicit Sampler(const SamplingOptions &options)
      : options(options), random(options.seed) {}

  /// The next token; `logits` is a value of `type` for one position. Of equal
  /// logits the smallest id comes first. Without a temperature integer logits
  /// are compared as integers.
  int32_t pick(const reference::RuntimeValue &logits, Type type);

private:
  SamplingOptions options;
  std::mt19937_64 random;
};

} // namespace mlir::iquant::run

#endif // IQUANT_TOOLS_QUANT_RUN_SAMPLER_H

//===- ModelConfig.h - What a model is, whatever its file -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the hyperparameters that the model builders work from.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_IMPORT_MODELCONFIG_H
#define IQUANT_LIB_IMPORT_MODELCONFIG_H

#include "ConfigReader.h"
#include "dialects/Transformer/Transformer.h"

#include <optional>

namespace mlir::iquant {

/// The hyperparameters of a decoder or an encoder, in the words of neither
/// Hugging Face nor GGUF. A family sets what it uses.
struct ModelConfig {
  int64_t layers = 0;
  /// Channels of the residual stream and of the feed-forward network.
  int64_t hidden = 0, intermediate = 0;
  int64_t heads = 0, keyValueHeads = 0, headWidth = 0;
  int64_t vocabulary = 0;
  /// The most positions that the model was made for.
  int64_t contextLength = 0;
  /// Rows of the token type table, for encoders.
  int64_t tokenTypes = 0;
  double epsilon = 0;
  /// The factor on the attention scores when it is not 1 / sqrt(headWidth).
  std::optional<double> attentionScale;
  bool queryKeyValueBias = false, attentionOutputBias = false, mlpBias = false;
  /// The head uses the table of the embedding.
  bool tiedHead = false;
  transformer::RopePairing ropePairing = transformer::RopePairing::Half;
  /// The angle per position of every channel pair of a head; none if positions
  /// do not rotate heads.
  SmallVector<float> ropeFrequencies;
  transformer::GeluForm gelu = transformer::GeluForm::Erf;
  /// An encoder gives the mean of the hidden states of a sequence instead of
  /// the states, and brings it to length 1.
  bool meanPooling = false, unitLength = false;
  std::optional<int64_t> beginToken;
  SmallVector<int64_t, 2> endTokens;
};

/// Fails with a sentence if no model can have these hyperparameters.
llvm::Error checkModelConfig(const ModelConfig &config);

/// The width of a head, which `key` gives, or which follows from the numbers of
/// channels and heads.
int64_t readHeadWidth(ConfigReader &reader, llvm::StringRef key,
                      const ModelConfig &config);

} // namespace mlir::iquant

#endif // IQUANT_LIB_IMPORT_MODELCONFIG_H

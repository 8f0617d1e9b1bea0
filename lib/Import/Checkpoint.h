//===- Checkpoint.h - A model between its file and its IR -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares what a model family makes of a checkpoint, and the families.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_IMPORT_CHECKPOINT_H
#define IQUANT_LIB_IMPORT_CHECKPOINT_H

#include "ConfigReader.h"
#include "ModelConfig.h"
#include "iquant/Import/TensorTable.h"

#include <functional>

namespace mlir::iquant {

class ModelBuilder;

/// A model whose files have been read and understood.
struct Checkpoint {
  /// The file or directory, as the user wrote it.
  std::string path;
  TensorTable tensors;
  ModelConfig config;
  /// The checkpoint's name of a parameter `<op>.weight` or `<op>.bias`.
  std::function<std::string(llvm::StringRef parameter)> tensorName;
  /// Whether the model means the same without this tensor. Any other tensor
  /// that is not used would change it, so it is an error.
  std::function<bool(llvm::StringRef tensor)> isIgnored;
  /// Emits the model.
  void (*emit)(ModelBuilder &builder);
};

/// One function per model family and file format: it fills `config`,
/// `tensorName`, `isIgnored` and `emit` of a checkpoint whose tensors are
/// known. What is wrong goes to the reader.
void describeLlama(ConfigReader &reader, const llvm::json::Object &json,
                   Checkpoint &checkpoint);
void describeQwen2(ConfigReader &reader, const llvm::json::Object &json,
                   Checkpoint &checkpoint);
void describeBert(ConfigReader &reader, const llvm::json::Object &json,
                  Checkpoint &checkpoint);
void describeGgufLlama(const GgufFile &file, ConfigReader &reader,
                       Checkpoint &checkpoint);

/// What the decoder families share.
void readDecoderConfig(ConfigReader &reader, const llvm::json::Object &json,
                       ModelConfig &config);
void setDecoderNames(Checkpoint &checkpoint);

/// Reads what a directory of sentence-transformers, one with a modules.json,
/// makes of the hidden states of its encoder.
llvm::Error readSentenceModules(llvm::StringRef directory, ModelConfig &config);

/// Emits a decoder: the emitter of the LLaMA and Qwen2 families.
void emitDecoder(ModelBuilder &builder);

} // namespace mlir::iquant

#endif // IQUANT_LIB_IMPORT_CHECKPOINT_H

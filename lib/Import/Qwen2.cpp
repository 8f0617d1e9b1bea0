//===- Qwen2.cpp - The Qwen2 family in Hugging Face directories -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the config.json of a Qwen2 model: LLaMA with a bias on query, key and
// value.
//
//===----------------------------------------------------------------------===//

#include "Checkpoint.h"

using namespace llvm;

namespace mlir::iquant {

void describeQwen2(ConfigReader &reader, const json::Object &json,
                   Checkpoint &checkpoint) {
  readDecoderConfig(reader, json, checkpoint.config);
  checkpoint.config.queryKeyValueBias = true;
  if (reader.flag("use_sliding_window", false))
    reader.refuse("use_sliding_window", "false");
  setDecoderNames(checkpoint);
}

} // namespace mlir::iquant

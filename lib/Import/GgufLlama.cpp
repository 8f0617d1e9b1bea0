//===- GgufLlama.cpp - The LLaMA family in GGUF files ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the metadata of a GGUF file of architecture `llama`.
//
//===----------------------------------------------------------------------===//

#include "Checkpoint.h"
#include "ReaderSupport.h"
#include "Rope.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"

using namespace llvm;

namespace mlir::iquant {

/// The name of a layer in GGUF files, empty for an unknown one.
static StringRef getLayerName(StringRef layer) {
  return StringSwitch<StringRef>(layer)
      .Case("embed_tokens", "token_embd")
      .Case("norm", "output_norm")
      .Case("lm_head", "output")
      .Case("input_layernorm", "attn_norm")
      .Case("self_attn.q_proj", "attn_q")
      .Case("self_attn.k_proj", "attn_k")
      .Case("self_attn.v_proj", "attn_v")
      .Case("self_attn.o_proj", "attn_output")
      .Case("post_attention_layernorm", "ffn_norm")
      .Case("mlp.gate_proj", "ffn_gate")
      .Case("mlp.up_proj", "ffn_up")
      .Case("mlp.down_proj", "ffn_down");
}

/// `layers.3.self_attn.q_proj.weight` is `blk.3.attn_q.weight`.
static std::string getTensorName(StringRef parameter) {
  auto [layer, kind] = parameter.rsplit('.');
  std::string block;
  if (layer.consume_front("layers.")) {
    auto [number, rest] = layer.split('.');
    block = ("blk." + number + ".").str();
    layer = rest;
  }
  return block + (getLayerName(layer) + "." + kind).str();
}

/// `rope_freqs.weight` divides the frequencies: how GGUF stores the scaling of
/// LLaMA 3.1.
static void divideFrequencies(ConfigReader &reader, const SourceTensor &tensor,
                              MutableArrayRef<float> frequencies) {
  SmallVector<int64_t, 4> shape = {static_cast<int64_t>(frequencies.size())};
  if (tensor.format != TensorFormat::F32 || tensor.shape != shape)
    return reader.fail("tensor " + quoted(tensor.name) +
                       " expects type F32 and shape " + showShape(shape) +
                       ", got " + tensor.formatName + " and " +
                       showShape(tensor.shape));
  const char *divisor = tensor.bytes.data();
  for (float &frequency : frequencies) {
    frequency /= llvm::bit_cast<float>(support::endian::read32le(divisor));
    divisor += sizeof(float);
  }
}

static void readRope(const GgufFile &file, ConfigReader &reader,
                     ModelConfig &config) {
  int64_t rotated = reader.count("rope.dimension_count", config.headWidth);
  if (rotated != config.headWidth || rotated % 2 != 0)
    reader.fail("expects to rotate all channels of a head, an even number, "
                "got " +
                Twine(rotated) + " of " + Twine(config.headWidth));
  config.ropePairing = transformer::RopePairing::Interleaved;
  config.ropeFrequencies = getRopeFrequencies(
      config.headWidth, reader.positive("rope.freq_base", 10000.0));

  // The defaults are those of llama.cpp; the second key is the older one.
  double factor = reader.positive("rope.scaling.factor",
                                  reader.positive("rope.scale_linear", 1.0));
  std::string scaling = reader.text("rope.scaling.type", "linear");
  if (scaling == "linear")
    scaleRopeLinearly(config.ropeFrequencies, factor);
  else if (scaling != "none")
    reader.refuse("rope.scaling.type", "none or linear");
  if (const SourceTensor *tensor = file.getTensors().find("rope_freqs.weight"))
    divideFrequencies(reader, *tensor, config.ropeFrequencies);
}

/// As llama.cpp does: the number if it is given, else the list of tokens.
static int64_t readVocabulary(const GgufFile &file, ConfigReader &reader) {
  const GgufValue *list = file.find("tokenizer.ggml.tokens");
  const auto *tokens = list ? std::get_if<GgufArray>(list) : nullptr;
  if (!tokens || reader.has("vocab_size"))
    return reader.count("vocab_size");
  return static_cast<int64_t>(tokens->size);
}

void describeGgufLlama(const GgufFile &file, ConfigReader &reader,
                       Checkpoint &checkpoint) {
  const TensorTable &tensors = checkpoint.tensors;
  ModelConfig &config = checkpoint.config;
  config.layers = reader.count("block_count");
  config.hidden = reader.count("embedding_length");
  config.intermediate = reader.count("feed_forward_length");
  config.heads = reader.count("attention.head_count");
  config.keyValueHeads = reader.count("attention.head_count_kv", config.heads);
  config.headWidth = readHeadWidth(reader, "attention.key_length", config);
  int64_t valueWidth = reader.count("attention.value_length", config.headWidth);
  if (valueWidth != config.headWidth)
    reader.refuse("attention.value_length",
                  "the width of a key, " + Twine(config.headWidth));
  config.contextLength = reader.count("context_length");
  config.epsilon = reader.positive("attention.layer_norm_rms_epsilon");
  if (reader.has("attention.scale"))
    config.attentionScale = reader.positive("attention.scale");
  if (reader.natural("expert_count").value_or(0) > 0)
    reader.refuse("expert_count", "no mixture of experts");
  config.vocabulary = readVocabulary(file, reader);
  readRope(file, reader, config);

  ConfigReader tokenizer = ConfigReader::ofGguf(file, "tokenizer.ggml.");
  config.beginToken = tokenizer.natural("bos_token_id");
  if (std::optional<int64_t> end = tokenizer.natural("eos_token_id"))
    config.endTokens.push_back(*end);
  reader.add(tokenizer.takeError());

  config.queryKeyValueBias = tensors.find("blk.0.attn_q.bias");
  config.attentionOutputBias = tensors.find("blk.0.attn_output.bias");
  config.mlpBias = tensors.find("blk.0.ffn_up.bias");
  config.tiedHead = !tensors.find("output.weight");
  checkpoint.tensorName = getTensorName;
  checkpoint.isIgnored = [](StringRef name) {
    return name == "rope_freqs.weight";
  };
  checkpoint.emit = emitDecoder;
}

} // namespace mlir::iquant

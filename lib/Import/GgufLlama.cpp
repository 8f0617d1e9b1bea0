//===- GgufLlama.cpp - The LLaMA family in GGUF files ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the metadata of a GGUF file of architecture `llama`.
//
//===----------------------------------------------------------------------===//

#include "Checkpoint.h"
#include "ReaderSupport.h"

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
  if (tensor.format != TensorFormat::F32 || tensor.shape.size() != 1 ||
      tensor.shape[0] != static_cast<int64_t>(frequencies.size()))
    return reader.fail(createStringError(
        Twine(tensor.file->getBufferIdentifier()) + ": tensor " +
        quoted(tensor.name) + " expects type F32 and shape [" +
        Twine(frequencies.size()) + "], got " + tensor.formatName + " and " +
        showShape(tensor.shape)));
  for (auto [i, frequency] : llvm::enumerate(frequencies))
    frequency /= llvm::bit_cast<float>(
        support::endian::read32le(tensor.bytes.data() + i * sizeof(float)));
}

static void readRope(const GgufFile &file, ConfigReader &reader,
                     ModelConfig &config) {
  int64_t rotated = reader.count("rope.dimension_count", config.headWidth);
  if (rotated != config.headWidth)
    reader.refuse("rope.dimension_count",
                  "the width of a head, " + Twine(config.headWidth));
  double theta = reader.positive("rope.freq_base", 10000.0);
  std::string scaling = reader.text("rope.scaling.type", "none");
  double factor = 1;
  if (scaling == "linear")
    factor = reader.positive("rope.scaling.factor");
  else if (scaling != "none")
    reader.refuse("rope.scaling.type", "none or linear");
  else
    // How files named linear scaling before there was a type.
    factor = reader.positive("rope.scale_linear", 1.0);

  config.ropePairing = transformer::RopePairing::Interleaved;
  config.ropeFrequencies = getRopeFrequencies(config.headWidth, theta);
  for (float &frequency : config.ropeFrequencies)
    frequency = static_cast<float>(frequency / factor);
  if (const SourceTensor *divisors =
          file.getTensors().find("rope_freqs.weight"))
    divideFrequencies(reader, *divisors, config.ropeFrequencies);
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
  if (reader.has("expert_count"))
    reader.refuse("expert_count", "no mixture of experts");
  readRope(file, reader, config);

  // As llama.cpp does: the number if it is given, else the list of tokens.
  int64_t tokens = 0;
  if (const GgufValue *list = file.find("tokenizer.ggml.tokens"))
    if (const auto *array = std::get_if<GgufArray>(list))
      tokens = static_cast<int64_t>(array->size);
  if (tokens > 0)
    config.vocabulary = reader.count("vocab_size", tokens);
  else
    config.vocabulary = reader.count("vocab_size");

  ConfigReader tokenizer = ConfigReader::ofGguf(file, "tokenizer.ggml.");
  config.beginToken = tokenizer.token("bos_token_id");
  if (std::optional<int64_t> end = tokenizer.token("eos_token_id"))
    config.endTokens.push_back(*end);
  reader.fail(tokenizer.takeError());

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

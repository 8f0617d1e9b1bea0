//===- Llama.cpp - The LLaMA family in Hugging Face directories -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the config.json of a LLaMA model and of decoders made like it.
//
//===----------------------------------------------------------------------===//

#include "Checkpoint.h"
#include "Rope.h"

using namespace llvm;

namespace mlir::iquant {

/// Applies the scaling that an object `rope_scaling` or `rope_parameters` asks
/// for.
static void readScaling(ConfigReader &rope, ModelConfig &config) {
  // Older files say "type".
  StringRef key = rope.has("rope_type") ? "rope_type" : "type";
  std::string type = rope.text(key, "default");
  if (type == "linear") {
    scaleRopeLinearly(config.ropeFrequencies, rope.positive("factor"));
  } else if (type == "llama3") {
    Llama3Scaling scaling;
    scaling.factor = rope.positive("factor");
    scaling.lowFactor = rope.positive("low_freq_factor");
    scaling.highFactor = rope.positive("high_freq_factor");
    scaling.originalContext = rope.positive("original_max_position_embeddings");
    if (scaling.highFactor <= scaling.lowFactor)
      rope.refuse("high_freq_factor", "more than 'low_freq_factor'");
    else
      scaleRope(config.ropeFrequencies, scaling);
  } else if (type != "default") {
    rope.refuse(key, "default, linear or llama3");
  }
}

static void readRope(ConfigReader &reader, const json::Object &json,
                     ModelConfig &config) {
  if (config.headWidth % 2 != 0)
    reader.fail("expects heads of an even width to rotate, got " +
                Twine(config.headWidth));
  if (reader.positive("partial_rotary_factor", 1.0) != 1)
    reader.refuse("partial_rotary_factor", "1");
  double theta = reader.positive("rope_theta", 10000.0);

  // Newer files keep theta and the scaling in one object.
  StringRef name =
      reader.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
  const json::Object *object = json.getObject(name);
  if (!object) {
    if (reader.has(name))
      reader.refuse(name, "an object");
    config.ropeFrequencies = getRopeFrequencies(config.headWidth, theta);
    return;
  }
  ConfigReader rope = reader.ofObject(name, *object);
  theta = rope.positive("rope_theta", theta);
  config.ropeFrequencies = getRopeFrequencies(config.headWidth, theta);
  readScaling(rope, config);
  reader.add(rope.takeError());
}

/// The tokens that end a text: one number, or an array of them.
static void readEndTokens(ConfigReader &reader, const json::Object &json,
                          ModelConfig &config) {
  const json::Array *array = json.getArray("eos_token_id");
  if (!array) {
    if (std::optional<int64_t> end = reader.natural("eos_token_id"))
      config.endTokens.push_back(*end);
    return;
  }
  for (const json::Value &element : *array) {
    std::optional<int64_t> end = element.getAsInteger();
    if (!end || *end < 0)
      return reader.refuse("eos_token_id", "a token id or an array of them");
    config.endTokens.push_back(*end);
  }
}

void readDecoderConfig(ConfigReader &reader, const json::Object &json,
                       ModelConfig &config) {
  config.layers = reader.count("num_hidden_layers");
  config.hidden = reader.count("hidden_size");
  config.intermediate = reader.count("intermediate_size");
  config.heads = reader.count("num_attention_heads");
  config.keyValueHeads = reader.count("num_key_value_heads", config.heads);
  config.headWidth = readHeadWidth(reader, "head_dim", config);
  config.vocabulary = reader.count("vocab_size");
  config.contextLength = reader.count("max_position_embeddings");
  config.epsilon = reader.positive("rms_norm_eps", 1e-6);
  config.tiedHead = reader.flag("tie_word_embeddings", false);
  if (std::string act = reader.text("hidden_act", "silu"); act != "silu")
    reader.refuse("hidden_act", "silu");
  readRope(reader, json, config);

  config.beginToken = reader.natural("bos_token_id");
  readEndTokens(reader, json, config);
}

/// Names as the `LlamaForCausalLM` class of Hugging Face has them: `model` is
/// the decoder without its head.
void setDecoderNames(Checkpoint &checkpoint) {
  checkpoint.tensorName = [](StringRef parameter) {
    if (parameter.starts_with("lm_head."))
      return parameter.str();
    return ("model." + parameter).str();
  };
  // Old files store the rotation frequencies; some store a tied head twice.
  bool tiedHead = checkpoint.config.tiedHead;
  checkpoint.isIgnored = [tiedHead](StringRef name) {
    return name.ends_with(".rotary_emb.inv_freq") ||
           (tiedHead && name == "lm_head.weight");
  };
  checkpoint.emit = emitDecoder;
}

void describeLlama(ConfigReader &reader, const json::Object &json,
                   Checkpoint &checkpoint) {
  ModelConfig &config = checkpoint.config;
  readDecoderConfig(reader, json, config);
  config.queryKeyValueBias = reader.flag("attention_bias", false);
  config.attentionOutputBias = config.queryKeyValueBias;
  config.mlpBias = reader.flag("mlp_bias", false);
  setDecoderNames(checkpoint);
}

} // namespace mlir::iquant

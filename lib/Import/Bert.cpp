//===- Bert.cpp - The BERT family in Hugging Face directories -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the config.json of a BERT model, and emits the encoder.
//
//===----------------------------------------------------------------------===//

#include "ModelBuilder.h"
#include "ReaderSupport.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;

//===----------------------------------------------------------------------===//
// IR
//===----------------------------------------------------------------------===//

namespace {
/// Emits one encoder; holds the values that all layers share.
class EncoderEmitter {
public:
  explicit EncoderEmitter(ModelBuilder &model)
      : model(model), config(model.getConfig()) {}

  void emit();

private:
  Value positions(Value ids);
  Value embeddings(Value ids, Value types);
  Value add(const Twine &name, Value lhs, Value rhs);
  Value attention(const std::string &name, Value input, Value mask);
  Value feedForward(const std::string &name, Value input);
  Value unitLength(Value input);

  ModelBuilder &model;
  const ModelConfig &config;
};
} // namespace

/// The position of every id, as ids of the position table.
Value EncoderEmitter::positions(Value ids) {
  OpBuilder &builder = model.getBuilder();
  Value batch = model.create<tensor::DimOp>(
      "position_ids.batch", ids, model.index("position_ids.batch.index", 0));
  Value sequence = model.create<tensor::DimOp>(
      "position_ids.sequence", ids,
      model.index("position_ids.sequence.index", 1));
  auto body = [&](OpBuilder &nested, Location loc, ValueRange indices) {
    Value position =
        arith::IndexCastOp::create(nested, model.getLoc("position_ids.cast"),
                                   builder.getI32Type(), indices[1]);
    tensor::YieldOp::create(nested, model.getLoc("position_ids.yield"),
                            position);
  };
  return model.create<tensor::GenerateOp>("position_ids", ids.getType(),
                                          ValueRange{batch, sequence}, body);
}

Value EncoderEmitter::add(const Twine &name, Value lhs, Value rhs) {
  return model.create<transformer::AddOp>(name, lhs, rhs);
}

Value EncoderEmitter::embeddings(Value ids, Value types) {
  Value words = model.embedding("embed_tokens", ids, config.vocabulary);
  Value places =
      model.embedding("embed_positions", positions(ids), config.contextLength);
  Value kinds = model.embedding("embed_types", types, config.tokenTypes);
  Value sum = add("embed_tokens.types", words, kinds);
  sum = add("embed_tokens.positions", sum, places);
  return model.layerNorm("embed_layernorm", sum);
}

Value EncoderEmitter::attention(const std::string &name, Value input,
                                Value mask) {
  Value query = model.linear(name + ".q_proj", input, config.hidden, true);
  Value key = model.linear(name + ".k_proj", input, config.hidden, true);
  Value value = model.linear(name + ".v_proj", input, config.hidden, true);
  Value mixed = model.create<transformer::AttentionOp>(
      name + ".attention", query.getType(), query, key, value, mask,
      /*offset=*/Value(), config.heads, config.heads, /*scale=*/FloatAttr(),
      /*causal=*/false, transformer::ClipAttr(), /*scores=*/StringAttr(),
      transformer::StatisticsAttr());
  return model.linear(name + ".o_proj", mixed, config.hidden, true);
}

Value EncoderEmitter::feedForward(const std::string &name, Value input) {
  Value up = model.linear(name + ".up_proj", input, config.intermediate, true);
  Value active = model.create<transformer::GeluOp>(name + ".gelu", up.getType(),
                                                   up, config.gelu);
  return model.linear(name + ".down_proj", active, config.hidden, true);
}

/// Divides rows by their lengths: a norm by the root of the mean square, times
/// 1 / sqrt(channels). The length of a row of zeros counts as 10^-12.
Value EncoderEmitter::unitLength(Value input) {
  OpBuilder &builder = model.getBuilder();
  double channels = config.hidden;
  auto type = RankedTensorType::get(config.hidden, builder.getF32Type());
  Value scale = model.create<arith::ConstantOp>(
      "normalize.scale",
      DenseElementsAttr::get(type, float(1 / std::sqrt(channels))));
  return model.create<transformer::RmsNormOp>(
      "normalize", input.getType(), input, scale,
      builder.getF64FloatAttr(1e-24 / channels));
}

void EncoderEmitter::emit() {
  Builder &builder = model.getBuilder();
  model.beginForward({{"ids", builder.getI32Type()},
                      {"mask", builder.getI1Type()},
                      {"types", builder.getI32Type()}});
  Value mask = model.getArgument(1);
  Value state = embeddings(model.getArgument(0), model.getArgument(2));
  for (int64_t i = 0; i < config.layers && !model.hasFailed(); ++i) {
    std::string layer = "layers." + std::to_string(i);
    Value attended = attention(layer + ".self_attn", state, mask);
    state = add(layer + ".self_attn.residual", state, attended);
    state = model.layerNorm(layer + ".post_attention_layernorm", state);
    Value fed = feedForward(layer + ".mlp", state);
    state = add(layer + ".mlp.residual", state, fed);
    state = model.layerNorm(layer + ".post_mlp_layernorm", state);
  }
  if (config.meanPooling)
    state = model.create<transformer::MeanPoolOp>("pooling", state, mask);
  if (config.unitLength)
    state = unitLength(state);
  model.endForward(state);
}

//===----------------------------------------------------------------------===//
// Configuration
//===----------------------------------------------------------------------===//

/// The name of a layer in BERT checkpoints, empty for an unknown one.
static StringRef getLayerName(StringRef layer) {
  return llvm::StringSwitch<StringRef>(layer)
      .Case("embed_tokens", "embeddings.word_embeddings")
      .Case("embed_positions", "embeddings.position_embeddings")
      .Case("embed_types", "embeddings.token_type_embeddings")
      .Case("embed_layernorm", "embeddings.LayerNorm")
      .Case("self_attn.q_proj", "attention.self.query")
      .Case("self_attn.k_proj", "attention.self.key")
      .Case("self_attn.v_proj", "attention.self.value")
      .Case("self_attn.o_proj", "attention.output.dense")
      .Case("post_attention_layernorm", "attention.output.LayerNorm")
      .Case("mlp.up_proj", "intermediate.dense")
      .Case("mlp.down_proj", "output.dense")
      .Case("post_mlp_layernorm", "output.LayerNorm");
}

/// `layers.3.mlp.up_proj.weight` is `encoder.layer.3.intermediate.dense.weight`
/// behind `root`. The parameters of a norm were once called gamma and beta.
static std::string getTensorName(StringRef parameter, StringRef root,
                                 bool hasGamma) {
  auto [layer, kind] = parameter.rsplit('.');
  std::string block;
  if (layer.consume_front("layers.")) {
    auto [number, rest] = layer.split('.');
    block = ("encoder.layer." + number + ".").str();
    layer = rest;
  }
  if (hasGamma && layer.ends_with("layernorm"))
    kind = kind == "weight" ? "gamma" : "beta";
  return (root + block + getLayerName(layer) + "." + kind).str();
}

void iquant::describeBert(ConfigReader &reader, const llvm::json::Object &json,
                          Checkpoint &checkpoint) {
  ModelConfig &config = checkpoint.config;
  config.layers = reader.count("num_hidden_layers");
  config.hidden = reader.count("hidden_size");
  config.intermediate = reader.count("intermediate_size");
  config.heads = config.keyValueHeads = reader.count("num_attention_heads");
  config.headWidth = readHeadWidth(reader, /*key=*/"", config);
  config.vocabulary = reader.count("vocab_size");
  config.contextLength = reader.count("max_position_embeddings");
  config.tokenTypes = reader.count("type_vocab_size");
  config.epsilon = reader.positive("layer_norm_eps", 1e-12);
  std::string act = reader.text("hidden_act", "gelu");
  if (act == "gelu_new" || act == "gelu_pytorch_tanh")
    config.gelu = transformer::GeluForm::Tanh;
  else if (act != "gelu")
    reader.refuse("hidden_act", "gelu, gelu_new or gelu_pytorch_tanh");
  std::string kind = reader.text("position_embedding_type", "absolute");
  if (kind != "absolute")
    reader.refuse("position_embedding_type", "absolute");
  if (reader.flag("is_decoder", false))
    reader.refuse("is_decoder", "false");
  reader.add(readSentenceModules(checkpoint.path, config));

  // A checkpoint of the bare encoder has no prefix, one with a task head has.
  const TensorTable &tensors = checkpoint.tensors;
  std::string norm = "embeddings.LayerNorm.";
  std::string root =
      tensors.find("bert.embeddings.word_embeddings.weight") ? "bert." : "";
  bool hasGamma = tensors.find(root + norm + "gamma");
  checkpoint.tensorName = [root, hasGamma](StringRef parameter) {
    return getTensorName(parameter, root, hasGamma);
  };
  // The encoder is what is emitted; pooler and task heads come after it.
  checkpoint.isIgnored = [root](StringRef name) {
    bool inside =
        name.consume_front(root) &&
        (name.starts_with("embeddings.") || name.starts_with("encoder."));
    return !inside || name == "embeddings.position_ids";
  };
  checkpoint.emit = [](ModelBuilder &model) { EncoderEmitter(model).emit(); };
}

//===- Decoder.cpp - LLaMA-style decoders ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Emits a decoder with pre-norm blocks, rotary positions and a gated
// feed-forward network.
//
//===----------------------------------------------------------------------===//

#include "ModelBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::iquant;

namespace {
/// Emits one decoder; holds the values that all layers share.
class DecoderEmitter {
public:
  explicit DecoderEmitter(ModelBuilder &model)
      : model(model), config(model.getConfig()) {}

  void emit();

private:
  Value rope(const Twine &name, Value input, int64_t heads);
  Value attention(const std::string &name, Value input);
  Value feedForward(const std::string &name, Value input);

  ModelBuilder &model;
  const ModelConfig &config;
  Value offset, frequencies;
};
} // namespace

Value DecoderEmitter::rope(const Twine &name, Value input, int64_t heads) {
  return model.create<transformer::RopeOp>(
      name, input.getType(), input, frequencies, offset, heads,
      config.contextLength, config.ropePairing);
}

Value DecoderEmitter::attention(const std::string &name, Value input) {
  int64_t queryChannels = config.heads * config.headWidth;
  int64_t keyChannels = config.keyValueHeads * config.headWidth;
  bool bias = config.queryKeyValueBias;
  Value query = model.linear(name + ".q_proj", input, queryChannels, bias);
  Value key = model.linear(name + ".k_proj", input, keyChannels, bias);
  Value value = model.linear(name + ".v_proj", input, keyChannels, bias);
  query = rope(name + ".q_rope", query, config.heads);
  key = rope(name + ".k_rope", key, config.keyValueHeads);

  OpBuilder &builder = model.getBuilder();
  FloatAttr scale = config.attentionScale
                        ? builder.getF64FloatAttr(*config.attentionScale)
                        : FloatAttr();
  Value mixed = model.create<transformer::AttentionOp>(
      name + ".attention", query.getType(), query, key, value,
      /*mask=*/Value(), /*offset=*/Value(),
      builder.getI64IntegerAttr(config.heads),
      builder.getI64IntegerAttr(config.keyValueHeads), scale,
      builder.getUnitAttr(), transformer::ClipAttr(), /*scores=*/StringAttr(),
      transformer::StatisticsAttr());
  return model.linear(name + ".o_proj", mixed, config.hidden,
                      config.attentionOutputBias);
}

Value DecoderEmitter::feedForward(const std::string &name, Value input) {
  Value gate = model.linear(name + ".gate_proj", input, config.intermediate,
                            config.mlpBias);
  Value up = model.linear(name + ".up_proj", input, config.intermediate,
                          config.mlpBias);
  Value product =
      model.create<transformer::SwiGluOp>(name + ".swiglu", gate, up);
  return model.linear(name + ".down_proj", product, config.hidden,
                      config.mlpBias);
}

void DecoderEmitter::emit() {
  model.beginForward({{"ids", model.getBuilder().getI32Type()}});
  Value state =
      model.embedding("embed_tokens", model.getArgument(0), config.vocabulary);
  offset = model.index("position_offset", 0);
  frequencies = model.create<arith::ConstantOp>(
      "rope_frequencies",
      DenseElementsAttr::get(
          RankedTensorType::get({config.headWidth / 2},
                                model.getBuilder().getF32Type()),
          ArrayRef<float>(config.ropeFrequencies)));

  for (int64_t i = 0; i < config.layers && !model.hasFailed(); ++i) {
    std::string layer = "layers." + std::to_string(i);
    Value normed = model.rmsNorm(layer + ".input_layernorm", state);
    Value attended = attention(layer + ".self_attn", normed);
    state = model.create<transformer::AddOp>(layer + ".self_attn.residual",
                                             state, attended);
    normed = model.rmsNorm(layer + ".post_attention_layernorm", state);
    Value fed = feedForward(layer + ".mlp", normed);
    state =
        model.create<transformer::AddOp>(layer + ".mlp.residual", state, fed);
  }

  state = model.rmsNorm("norm", state);
  std::string head = config.tiedHead ? "embed_tokens" : "lm_head";
  Value table =
      model.parameter(head + ".weight", {config.vocabulary, config.hidden});
  model.endForward(model.linear("lm_head", state, table));
}

void iquant::emitDecoder(ModelBuilder &builder) {
  DecoderEmitter(builder).emit();
}

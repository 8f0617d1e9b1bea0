//===- ModelBuilder.cpp - Emission of a model's ops -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the helper that turns named layers into transformer IR.
//
//===----------------------------------------------------------------------===//

#include "ModelBuilder.h"

#include "ReaderSupport.h"
#include "Weights.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::iquant;
using llvm::createStringError;

ModelBuilder::ModelBuilder(MLIRContext *context, const Checkpoint &checkpoint)
    : checkpoint(checkpoint), builder(context),
      source(FileLineColLoc::get(context, checkpoint.path, 0, 0)),
      module(ModuleOp::create(source)) {}

Location ModelBuilder::getLoc(const Twine &name) const {
  return NameLoc::get(StringAttr::get(builder.getContext(), name), source);
}

RankedTensorType ModelBuilder::getActivationType(int64_t channels) {
  return RankedTensorType::get(
      {ShapedType::kDynamic, ShapedType::kDynamic, channels},
      builder.getF32Type());
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

void ModelBuilder::beginForward(
    ArrayRef<std::pair<StringRef, Type>> arguments) {
  SmallVector<Type> types;
  for (auto [name, elementType] : arguments)
    types.push_back(RankedTensorType::get(
        {ShapedType::kDynamic, ShapedType::kDynamic}, elementType));
  builder.setInsertionPointToEnd(module->getBody());
  forward = func::FuncOp::create(builder, getLoc("forward"), "forward",
                                 builder.getFunctionType(types, {}));
  builder.setInsertionPointToEnd(forward.addEntryBlock());
  for (auto [argument, declared] :
       llvm::zip_equal(forward.getArguments(), arguments))
    argument.setLoc(getLoc(declared.first));

  const ModelConfig &config = getConfig();
  forward->setAttr("transformer.context_length",
                   builder.getI64IntegerAttr(config.contextLength));
  forward->setAttr("transformer.vocabulary_size",
                   builder.getI64IntegerAttr(config.vocabulary));
  if (config.beginToken)
    forward->setAttr("transformer.begin_token",
                     builder.getI64IntegerAttr(*config.beginToken));
  if (!config.endTokens.empty())
    forward->setAttr("transformer.end_tokens",
                     builder.getDenseI64ArrayAttr(config.endTokens));
}

void ModelBuilder::endForward(Value result) {
  func::ReturnOp::create(builder, getLoc("return"), result);
  forward.setType(
      builder.getFunctionType(forward.getArgumentTypes(), result.getType()));
}

llvm::Expected<OwningOpRef<ModuleOp>> ModelBuilder::finish() {
  if (!hasFailed())
    checkAllUsed();
  if (hasFailed())
    return createStringError(Twine(firstError));
  return std::move(module);
}

void ModelBuilder::checkAllUsed() {
  for (const SourceTensor &tensor : checkpoint.tensors.getTensors())
    if (!usedTensors.contains(tensor.name) &&
        !checkpoint.isIgnored(tensor.name))
      return fail(tensor.file->getBufferIdentifier() + ": tensor " +
                  quoted(tensor.name) + " of shape " + showShape(tensor.shape) +
                  " has no place in a model of this architecture");
}

void ModelBuilder::fail(const Twine &sentence) {
  if (!hasFailed())
    firstError = sentence.str();
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

const SourceTensor *ModelBuilder::findTensor(StringRef parameter,
                                             ArrayRef<int64_t> shape) {
  std::string name = checkpoint.tensorName(parameter);
  const SourceTensor *tensor = checkpoint.tensors.find(name);
  if (!tensor) {
    fail(Twine(checkpoint.path) + ": tensor " + quoted(name) + " of shape " +
         showShape(shape) + " is missing");
    return nullptr;
  }
  usedTensors.insert(name);
  StringRef file = tensor->file->getBufferIdentifier();
  if (ArrayRef<int64_t>(tensor->shape) != shape) {
    fail(file + ": tensor " + quoted(name) + " expects shape " +
         showShape(shape) + ", got " + showShape(tensor->shape));
    return nullptr;
  }
  if (tensor->format == TensorFormat::Other) {
    fail(file + ": tensor " + quoted(name) + " expects type " +
         getSupportedFormats() + ", got " + tensor->formatName);
    return nullptr;
  }
  return tensor;
}

Value ModelBuilder::parameter(const Twine &name, ArrayRef<int64_t> shape) {
  std::string key = name.str();
  Value &value = parameters[key];
  if (value)
    return value;
  TypedAttr attribute;
  if (const SourceTensor *tensor = findTensor(key, shape))
    attribute = getWeightAttr(builder.getContext(), *tensor);
  else
    attribute =
        builder.getZeroAttr(RankedTensorType::get(shape, builder.getF32Type()));
  value = create<arith::ConstantOp>(key, attribute);
  return value;
}

Value ModelBuilder::index(const Twine &name, int64_t value) {
  return create<arith::ConstantIndexOp>(name, value);
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

static int64_t getChannels(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape().back();
}

Value ModelBuilder::embedding(const Twine &name, Value ids, int64_t rows) {
  int64_t channels = getConfig().hidden;
  Value table = parameter(name + ".weight", {rows, channels});
  return create<transformer::EmbeddingOp>(name, getActivationType(channels),
                                          ids, table);
}

Value ModelBuilder::linear(const Twine &name, Value input, int64_t outputs,
                           bool bias) {
  Value weight = parameter(name + ".weight", {outputs, getChannels(input)});
  Value biasValue = bias ? parameter(name + ".bias", {outputs}) : Value();
  return linear(name, input, weight, biasValue);
}

Value ModelBuilder::linear(const Twine &name, Value input, Value weight,
                           Value bias) {
  int64_t outputs = cast<RankedTensorType>(weight.getType()).getDimSize(0);
  return create<transformer::LinearOp>(name, getActivationType(outputs), input,
                                       weight, bias);
}

Value ModelBuilder::rmsNorm(const Twine &name, Value input) {
  Value scale = parameter(name + ".weight", {getChannels(input)});
  return create<transformer::RmsNormOp>(
      name, input.getType(), input, scale,
      builder.getF64FloatAttr(getConfig().epsilon));
}

Value ModelBuilder::layerNorm(const Twine &name, Value input) {
  Value scale = parameter(name + ".weight", {getChannels(input)});
  Value shift = parameter(name + ".bias", {getChannels(input)});
  return create<transformer::LayerNormOp>(
      name, input.getType(), input, scale, shift,
      builder.getF64FloatAttr(getConfig().epsilon));
}

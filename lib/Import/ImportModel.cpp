//===- ImportModel.cpp - A module from a checkpoint -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the importer: finds the family of a checkpoint and lets it emit.
//
//===----------------------------------------------------------------------===//

#include "iquant/Import/ImportModel.h"

#include "Checkpoint.h"
#include "ModelBuilder.h"
#include "ReaderSupport.h"
#include "iquant/Import/Safetensors.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace mlir::iquant;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

//===----------------------------------------------------------------------===//
// Formats
//===----------------------------------------------------------------------===//

static Error readHuggingFace(Checkpoint &checkpoint) {
  SmallString<128> path(checkpoint.path);
  llvm::sys::path::append(path, "config.json");
  Expected<llvm::json::Value> value = readJson(path, "the configuration");
  if (!value)
    return value.takeError();
  const llvm::json::Object *json = value->getAsObject();
  if (!json)
    return createStringError(Twine(path) +
                             ": the configuration is not a JSON object");

  ConfigReader reader = ConfigReader::ofJson(path, /*prefix=*/"", *json);
  std::string modelType = reader.text("model_type", "");
  using Describe = decltype(&describeLlama);
  Describe describe = llvm::StringSwitch<Describe>(modelType)
                          .Case("llama", describeLlama)
                          .Case("qwen2", describeQwen2)
                          .Case("bert", describeBert)
                          .Default(nullptr);
  if (!describe)
    reader.refuse("model_type", "llama, qwen2 or bert");
  if (reader.has("quantization_config"))
    reader.refuse("quantization_config", "weights that are not quantized");
  if (Error error = reader.takeError())
    return error;

  Expected<TensorTable> tensors = readSafetensorsDirectory(checkpoint.path);
  if (!tensors)
    return tensors.takeError();
  checkpoint.tensors = std::move(*tensors);
  describe(reader, *json, checkpoint);
  return reader.takeError();
}

static Error readGguf(Checkpoint &checkpoint) {
  Expected<MappedFile> mapped = mapFile(checkpoint.path);
  if (!mapped)
    return mapped.takeError();
  Expected<GgufFile> file = GgufFile::read(*mapped);
  if (!file)
    return file.takeError();
  ConfigReader general = ConfigReader::ofGguf(*file, "general.");
  std::string architecture = general.text("architecture", "");
  if (architecture != "llama")
    general.refuse("architecture", "llama");
  if (Error error = general.takeError())
    return error;

  ConfigReader reader = ConfigReader::ofGguf(*file, architecture + ".");
  checkpoint.tensors = file->getTensors();
  describeGgufLlama(*file, reader, checkpoint);
  return reader.takeError();
}

//===----------------------------------------------------------------------===//
// The importer
//===----------------------------------------------------------------------===//

Expected<OwningOpRef<ModuleOp>> iquant::importModel(StringRef path,
                                                    MLIRContext *context) {
  context
      ->loadDialect<arith::ArithDialect, func::FuncDialect,
                    tensor::TensorDialect, transformer::TransformerDialect>();
  Checkpoint checkpoint;
  checkpoint.path = path.str();
  if (Error error = llvm::sys::fs::is_directory(path)
                        ? readHuggingFace(checkpoint)
                        : readGguf(checkpoint))
    return std::move(error);
  if (Error error = checkModelConfig(checkpoint.config))
    return createStringError(path + ": " + llvm::toString(std::move(error)));

  ModelBuilder builder(context, checkpoint);
  checkpoint.emit(builder);
  Expected<OwningOpRef<ModuleOp>> module = builder.finish();
  if (module && failed(verify(**module)))
    return createStringError(path + ": gives a module that is not valid");
  return module;
}

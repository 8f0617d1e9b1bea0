//===- SentenceTransformers.cpp - From hidden states to an embedding ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the modules of a directory of sentence-transformers: the encoder, how
// its hidden states become one vector, and whether that has length 1.
//
//===----------------------------------------------------------------------===//

#include "Checkpoint.h"
#include "ReaderSupport.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace mlir::iquant;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

namespace {
struct SentenceModule {
  /// The name of the class, without that of its package.
  std::string type;
  /// Its folder in the directory of the model.
  std::string path;
};
} // namespace

static Expected<SmallVector<SentenceModule>> readModules(StringRef file) {
  Expected<llvm::json::Value> value = readJson(file, "the list of modules");
  if (!value)
    return value.takeError();
  const llvm::json::Array *entries = value->getAsArray();
  if (!entries)
    return createStringError(Twine(file) +
                             ": the list of modules is not a JSON array");
  SmallVector<SentenceModule> modules;
  for (const llvm::json::Value &entry : *entries) {
    const llvm::json::Object *object = entry.getAsObject();
    auto type = object ? object->getString("type") : std::nullopt;
    auto path = object ? object->getString("path") : std::nullopt;
    if (!type || !path)
      return createStringError(
          Twine(file) + ": expects modules with a 'type' and a 'path', got " +
          llvm::formatv("{0}", entry).str());
    modules.push_back({type->substr(type->rfind('.') + 1).str(), path->str()});
  }
  return modules;
}

/// Checks that a module of type Pooling takes the mean over all tokens.
static Error checkPooling(StringRef file) {
  Expected<llvm::json::Value> value =
      readJson(file, "the configuration of the pooling");
  if (!value)
    return value.takeError();
  const llvm::json::Object *json = value->getAsObject();
  if (!json)
    return createStringError(
        Twine(file) +
        ": the configuration of the pooling is not a JSON object");
  SmallVector<std::string> modes;
  for (const auto &[key, isSet] : *json)
    if (StringRef(key).starts_with("pooling_mode") &&
        isSet != llvm::json::Value(false))
      modes.push_back(quoted(key));
  llvm::sort(modes);
  ConfigReader reader = ConfigReader::ofJson(file, /*prefix=*/"", *json);
  if (llvm::join(modes, ", ") != "'pooling_mode_mean_tokens'")
    reader.fail("expects the mode 'pooling_mode_mean_tokens', got " +
                (modes.empty() ? "none" : llvm::join(modes, ", ")));
  if (!reader.flag("include_prompt", true))
    reader.refuse("include_prompt", "true");
  return reader.takeError();
}

Error iquant::readSentenceModules(StringRef directory, ModelConfig &config) {
  SmallString<128> file(directory);
  llvm::sys::path::append(file, "modules.json");
  if (!llvm::sys::fs::exists(file))
    return Error::success();
  Expected<SmallVector<SentenceModule>> modules = readModules(file);
  if (!modules)
    return modules.takeError();
  std::string types = llvm::join(
      llvm::map_range(*modules, [](auto &module) { return module.type; }),
      ", ");
  config.meanPooling = true;
  config.unitLength = types == "Transformer, Pooling, Normalize";
  if (!config.unitLength && types != "Transformer, Pooling")
    return createStringError(
        Twine(file) +
        ": expects the modules Transformer, Pooling and perhaps "
        "Normalize, got " +
        quoted(types));
  SmallString<128> pooling(directory);
  llvm::sys::path::append(pooling, (*modules)[1].path, "config.json");
  return checkPooling(pooling);
}

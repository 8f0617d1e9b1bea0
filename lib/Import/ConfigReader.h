//===- ConfigReader.h - Checked access to hyperparameters -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares one way to read config.json and GGUF metadata.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_IMPORT_CONFIGREADER_H
#define IQUANT_LIB_IMPORT_CONFIGREADER_H

#include "iquant/Import/Gguf.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace mlir::iquant {

/// A value that is there, but no scalar, as messages show it.
struct NoScalar {
  std::string description;
};

/// A hyperparameter; `monostate` if it is absent or null.
using ConfigValue =
    std::variant<std::monostate, bool, int64_t, double, std::string, NoScalar>;

/// Reads hyperparameters one by one and remembers the first sentence about what
/// is wrong, so that a family reads like a list. After an error the values are
/// harmless placeholders; `takeError` must be asked before they are used.
class ConfigReader {
public:
  using Lookup = std::function<ConfigValue(llvm::StringRef key)>;

  ConfigReader(llvm::StringRef file, llvm::StringRef prefix, Lookup lookup)
      : file(file), prefix(prefix), lookup(std::move(lookup)) {}

  /// Readers of the two formats. They refer to what they read from.
  static ConfigReader ofJson(llvm::StringRef file, llvm::StringRef prefix,
                             const llvm::json::Object &object);
  static ConfigReader ofGguf(const GgufFile &file, llvm::StringRef prefix);

  /// A reader of an object inside of this one.
  ConfigReader ofObject(llvm::StringRef key,
                        const llvm::json::Object &object) const;

  bool has(llvm::StringRef key) const;

  /// An integer from 1 to 2^31 - 1. Without a fallback the key must be there.
  int64_t count(llvm::StringRef key, std::optional<int64_t> fallback = {});
  /// An integer from 0 to 2^31 - 1, if the key is there.
  std::optional<int64_t> natural(llvm::StringRef key);
  /// A finite number above 0.
  double positive(llvm::StringRef key, std::optional<double> fallback = {});
  bool flag(llvm::StringRef key, bool fallback);
  std::string text(llvm::StringRef key, llvm::StringRef fallback);

  /// Records the sentence that `key` is not among the values that are read.
  void refuse(llvm::StringRef key, const llvm::Twine &expected);
  /// Records a sentence about the whole file.
  void fail(const llvm::Twine &sentence);
  /// Records an error unless it is success.
  void add(llvm::Error error);
  llvm::Error takeError();

private:
  std::string file, prefix;
  Lookup lookup;
  std::string firstError;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_IMPORT_CONFIGREADER_H

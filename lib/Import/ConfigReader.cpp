//===- ConfigReader.cpp - Checked access to hyperparameters ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements one way to read config.json and GGUF metadata.
//
//===----------------------------------------------------------------------===//

#include "ConfigReader.h"

#include "ReaderSupport.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace llvm;

namespace mlir::iquant {

/// Counts stay below this, so that a product of two of them fits 64 bits.
static constexpr int64_t maxCount = INT32_MAX;

//===----------------------------------------------------------------------===//
// Formats
//===----------------------------------------------------------------------===//

static ConfigValue fromJson(const json::Value *value) {
  if (!value || value->kind() == json::Value::Null)
    return {};
  if (std::optional<bool> flag = value->getAsBoolean())
    return *flag;
  if (std::optional<int64_t> integer = value->getAsInteger())
    return *integer;
  if (std::optional<double> number = value->getAsNumber())
    return *number;
  if (std::optional<StringRef> text = value->getAsString())
    return text->str();
  // Enough of an array or object to recognise it.
  std::string text = formatv("{0}", *value);
  return NoScalar{text.size() <= 40 ? text : text.substr(0, 40) + "..."};
}

ConfigReader ConfigReader::ofJson(StringRef file, StringRef prefix,
                                  const json::Object &object) {
  return ConfigReader(file, prefix, [&object](StringRef key) {
    return fromJson(object.get(key));
  });
}

ConfigReader ConfigReader::ofObject(StringRef key,
                                    const json::Object &object) const {
  return ofJson(file, prefix + key.str() + ".", object);
}

static ConfigValue fromGguf(const GgufValue *value) {
  if (!value)
    return {};
  if (const auto *integer = std::get_if<uint64_t>(value))
    return *integer > uint64_t(INT64_MAX) ? ConfigValue(double(*integer))
                                          : ConfigValue(int64_t(*integer));
  if (const auto *integer = std::get_if<int64_t>(value))
    return *integer;
  if (const auto *number = std::get_if<double>(value))
    return *number;
  if (const auto *flag = std::get_if<bool>(value))
    return *flag;
  if (const auto *text = std::get_if<StringRef>(value))
    return text->str();
  return NoScalar{"an array of " +
                  std::to_string(std::get<GgufArray>(*value).size)};
}

ConfigReader ConfigReader::ofGguf(const GgufFile &file, StringRef prefix) {
  return ConfigReader(file.getPath(), prefix,
                      [&file, prefix = prefix.str()](StringRef key) {
                        return fromGguf(file.find(prefix + key.str()));
                      });
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

/// A value as messages show it.
static std::string show(const ConfigValue &value) {
  if (const auto *flag = std::get_if<bool>(&value))
    return *flag ? "true" : "false";
  if (const auto *integer = std::get_if<int64_t>(&value))
    return std::to_string(*integer);
  if (const auto *number = std::get_if<double>(&value))
    return formatv("{0}", json::Value(*number));
  if (const auto *text = std::get_if<std::string>(&value))
    return quoted(*text);
  if (const auto *other = std::get_if<NoScalar>(&value))
    return other->description;
  return "nothing";
}

bool ConfigReader::has(StringRef key) const {
  return !std::holds_alternative<std::monostate>(lookup(key));
}

int64_t ConfigReader::count(StringRef key, std::optional<int64_t> fallback) {
  ConfigValue value = lookup(key);
  if (fallback && std::holds_alternative<std::monostate>(value))
    return *fallback;
  const auto *integer = std::get_if<int64_t>(&value);
  if (integer && *integer >= 1 && *integer <= maxCount)
    return *integer;
  refuse(key, "an integer from 1 to 2147483647");
  return 1;
}

std::optional<int64_t> ConfigReader::natural(StringRef key) {
  ConfigValue value = lookup(key);
  if (std::holds_alternative<std::monostate>(value))
    return std::nullopt;
  const auto *integer = std::get_if<int64_t>(&value);
  if (integer && *integer >= 0 && *integer <= maxCount)
    return *integer;
  refuse(key, "an integer from 0 to 2147483647");
  return 0;
}

double ConfigReader::positive(StringRef key, std::optional<double> fallback) {
  ConfigValue value = lookup(key);
  if (fallback && std::holds_alternative<std::monostate>(value))
    return *fallback;
  double number = 0;
  if (const auto *integer = std::get_if<int64_t>(&value))
    number = static_cast<double>(*integer);
  else if (const auto *given = std::get_if<double>(&value))
    number = *given;
  if (std::isfinite(number) && number > 0)
    return number;
  refuse(key, "a finite number above 0");
  return 1.0;
}

bool ConfigReader::flag(StringRef key, bool fallback) {
  ConfigValue value = lookup(key);
  if (std::holds_alternative<std::monostate>(value))
    return fallback;
  if (const auto *given = std::get_if<bool>(&value))
    return *given;
  refuse(key, "true or false");
  return fallback;
}

std::string ConfigReader::text(StringRef key, StringRef fallback) {
  ConfigValue value = lookup(key);
  if (std::holds_alternative<std::monostate>(value))
    return fallback.str();
  if (const auto *given = std::get_if<std::string>(&value))
    return *given;
  refuse(key, "a string");
  return fallback.str();
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

void ConfigReader::refuse(StringRef key, const Twine &expected) {
  fail(Twine(quoted(prefix + key.str())) + " expects " + expected + ", got " +
       show(lookup(key)));
}

void ConfigReader::fail(const Twine &sentence) {
  add(createStringError(Twine(file) + ": " + sentence));
}

void ConfigReader::add(Error error) {
  std::string message = toString(std::move(error));
  if (firstError.empty())
    firstError = std::move(message);
}

Error ConfigReader::takeError() {
  return firstError.empty() ? Error::success()
                            : createStringError(Twine(firstError));
}

} // namespace mlir::iquant

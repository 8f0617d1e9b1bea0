//===- Json.cpp - JSON that a stranger wrote ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/Json.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>

using namespace llvm;

namespace mlir::iquant {

/// The parser of LLVM recurses without a limit.
static constexpr size_t maxJsonDepth = 64;

namespace {
/// What one walk over JSON text finds without building anything.
struct JsonOutline {
  size_t depth = 0;
  /// The first member name that its object has already.
  std::optional<std::string> repeatedName;
};
} // namespace

/// The text of a string literal. Only an escape can make two spellings equal.
static std::string unescape(StringRef literal) {
  if (!literal.contains('\\'))
    return literal.drop_front().drop_back().str();
  Expected<json::Value> value = json::parse(literal);
  if (!value) {
    consumeError(value.takeError());
    return "";
  }
  return value->getAsString().value_or("").str();
}

static JsonOutline outlineJson(StringRef text) {
  JsonOutline outline;
  // The member names of every array or object around the current byte.
  SmallVector<StringSet<>> open;
  StringRef lastString;
  for (size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
    case '{':
    case '[':
      open.emplace_back();
      outline.depth = std::max(outline.depth, open.size());
      if (outline.depth > maxJsonDepth)
        return outline;
      break;
    case '}':
    case ']':
      if (!open.empty())
        open.pop_back();
      break;
    case ':':
      if (open.empty() || lastString.size() < 2 || outline.repeatedName)
        break;
      if (std::string name = unescape(lastString);
          !open.back().insert(name).second)
        outline.repeatedName = std::move(name);
      break;
    case '"': {
      size_t begin = at++;
      while (at < text.size() && text[at] != '"')
        at += text[at] == '\\' ? 2 : 1;
      lastString = text.slice(begin, at + 1);
      break;
    }
    }
  }
  return outline;
}

Expected<json::Value> parseJson(StringRef text, StringRef file,
                                StringRef what) {
  JsonOutline outline = outlineJson(text);
  if (outline.depth > maxJsonDepth)
    return createStringError(
        Twine(file) + ": " + what + " nests " + Twine(outline.depth) +
        " levels deep or more, at most " + Twine(maxJsonDepth) + " are read");
  Expected<json::Value> value = json::parse(text);
  if (!value)
    return createStringError(
        Twine(file) + ": " + what +
        " is not valid JSON: " + toString(value.takeError()));
  // The parser keeps the last of two members; others keep the first.
  if (outline.repeatedName)
    return createStringError(Twine(file) + ": " + what + " has the member " +
                             quoted(*outline.repeatedName) + " twice");
  return value;
}

Expected<const json::Object *> checkFormat(const json::Value &root,
                                           StringRef file, StringRef kind,
                                           StringRef format, int64_t version) {
  const json::Object *object = root.getAsObject();
  if (!object || object->getString("format") != format)
    return createStringError("'" + file + "': is no " + kind +
                             ": it has no member 'format' that is " +
                             quoted(format));
  std::optional<int64_t> found = object->getInteger("version");
  if (found != version)
    return createStringError("'" + file + "': has format version " +
                             (found ? Twine(*found) : Twine("unknown")) +
                             ", but version " + Twine(version) + " is read");
  return object;
}

std::string quoted(StringRef text) {
  std::string result;
  raw_string_ostream os(result);
  os << "'";
  printEscapedString(text, os);
  os << "'";
  return result;
}

} // namespace mlir::iquant

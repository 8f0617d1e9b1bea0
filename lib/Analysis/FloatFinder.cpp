//===- FloatFinder.cpp - Floating point in types and attributes -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the search for floating point inside any type or attribute.
//
//===----------------------------------------------------------------------===//

#include "iquant/Analysis/FloatFinder.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Location.h"
#include "mlir/Support/DebugStringHelper.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace mlir::iquant;

//===----------------------------------------------------------------------===//
// Printed form
//===----------------------------------------------------------------------===//

/// Whether `name` has the form of the narrow types, `f8E4M3FN`: `f4`, `f6` or
/// `f8`, or nothing before the `e` as PTX spells them, then two digit groups.
static bool isNarrowFloatName(StringRef name) {
  if (!name.consume_front("f4") && !name.consume_front("f6"))
    name.consume_front("f8");
  name.consume_front("u");
  return name.size() >= 4 && name[0] == 'e' && llvm::isDigit(name[1]) &&
         name[2] == 'm' && llvm::isDigit(name[3]);
}

static bool isFloatName(StringRef name, bool inProgramText) {
  std::string lower = name.substr(name.rfind('.') + 1).lower();
  if (inProgramText)
    return llvm::StringSwitch<bool>(lower)
        .Cases({"float", "double", "_float16", "__bf16", "__half"}, true)
        .Default(false);
  return isNarrowFloatName(lower) ||
         llvm::StringSwitch<bool>(lower)
             .Cases({"f16", "f32", "f64", "f80", "f128"}, true)
             .Cases({"bf16", "tf32", "ppc_fp128", "x86_fp80"}, true)
             .Default(false);
}

/// Takes a number off the front of `text`; true if it is a floating-point
/// literal. `1.2.3` is a version, `0x1e5` and the `4` of `4xf32` are integers.
static bool consumeNumber(StringRef &text) {
  auto isDigit = [](char c) { return llvm::isDigit(c); };
  if (text.consume_front("0x")) {
    text = text.drop_while([](char c) { return llvm::isHexDigit(c); });
    return false;
  }
  text = text.drop_while(isDigit);
  bool isFloat = text.consume_front(".");
  text = text.drop_while(isDigit);
  if (text.starts_with(".")) {
    text = text.drop_while([](char c) { return c == '.' || llvm::isDigit(c); });
    return false;
  }
  StringRef exponent = text;
  if (exponent.consume_front_insensitive("e")) {
    if (!exponent.consume_front("-"))
      exponent.consume_front("+");
    isFloat |= !exponent.empty() && llvm::isDigit(exponent.front());
  }
  return isFloat;
}

static bool scan(StringRef text, bool readStrings, bool inProgramText) {
  while (!text.empty()) {
    char c = text.front();
    if (llvm::isDigit(c)) {
      if (consumeNumber(text))
        return true;
      text.consume_front("x");
    } else if (llvm::isAlpha(c) || c == '_') {
      StringRef name = text.take_while([](char c) {
        return llvm::isAlnum(c) || c == '_' || c == '$' || c == '.';
      });
      if (isFloatName(name, inProgramText))
        return true;
      text = text.drop_front(name.size());
    } else if (c == '"') {
      size_t end = 1;
      while (end < text.size() && text[end] != '"')
        end += text[end] == '\\' ? 2 : 1;
      StringRef literal = text.substr(1, end - 1);
      if (readStrings && scan(literal, false, /*inProgramText=*/true))
        return true;
      text = text.substr(end + 1);
    } else {
      // A dynamic, unranked or scalable dimension: `?x`, `*x`, `[4]x`.
      text = text.drop_front();
      if (c == '?' || c == '*' || c == ']')
        text.consume_front("x");
    }
  }
  return false;
}

bool mlir::iquant::namesFloat(StringRef text, bool readStrings) {
  return scan(text, readStrings, /*inProgramText=*/false);
}

//===----------------------------------------------------------------------===//
// FloatFinder
//===----------------------------------------------------------------------===//

template <typename T> bool FloatFinder::searchParts(T element) {
  auto [entry, isNew] = known.try_emplace(element.getAsOpaquePointer(), false);
  if (!isNew)
    return entry->second;

  bool found = false;
  element.walkImmediateSubElements(
      [&](Attribute part) { found = found || contains(part); },
      [&](Type part) { found = found || contains(part); });

  using Opaque =
      std::conditional_t<std::is_same_v<T, Type>, OpaqueType, OpaqueAttr>;
  StringRef dialect = element.getDialect().getNamespace();
  if (!found && (isa<Opaque>(element) ||
                 dialect != BuiltinDialect::getDialectNamespace()))
    found = namesFloat(debugString(element),
                       /*readStrings=*/dialect == "emitc");
  return known[element.getAsOpaquePointer()] = found;
}

bool FloatFinder::contains(Type type) {
  return isa<FloatType>(type) || searchParts(type);
}

bool FloatFinder::contains(Attribute attribute) {
  if (isa<LocationAttr>(attribute))
    return false;
  // The type says it for constants of any dialect, however large they are.
  if (auto elements = dyn_cast<ElementsAttr>(attribute))
    return contains(elements.getShapedType());
  return searchParts(attribute);
}

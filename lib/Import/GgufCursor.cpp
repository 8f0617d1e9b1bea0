//===- GgufCursor.cpp - Values in a GGUF file -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the cursor that reads numbers, strings and metadata values.
//
//===----------------------------------------------------------------------===//

#include "GgufCursor.h"

using namespace llvm;

namespace mlir::iquant {

/// Deeper arrays than any file has; bounds the recursion.
static constexpr unsigned maxArrayDepth = 4;

namespace {
/// The numbers that files use for the types of metadata values.
enum ValueType : uint32_t {
  UInt8,
  Int8,
  UInt16,
  Int16,
  UInt32,
  Int32,
  Float32,
  Bool,
  String,
  Array,
  UInt64,
  Int64,
  Float64
};
} // namespace

Error GgufCursor::error(const Twine &sentence) const {
  return createStringError(Twine(path) + ": " + sentence);
}

Error GgufCursor::missing(uint64_t size, const Twine &what) const {
  return error("is truncated: " + what + " needs " + Twine(size) +
               " bytes at byte " + Twine(at) + ", the file has " +
               Twine(bytes.size()));
}

Error GgufCursor::readString(StringRef &text, const Twine &what) {
  uint64_t size;
  if (Error failure = readScalar(size, "the size of " + what))
    return failure;
  if (bytes.size() - at < size)
    return missing(size, what);
  text = bytes.substr(at, size);
  at += size;
  return Error::success();
}

/// Reads a `T` and keeps it as the wider `As`.
template <typename T, typename As>
Error GgufCursor::readAs(GgufValue &value, const Twine &what) {
  T scalar;
  if (Error failure = readScalar(scalar, what))
    return failure;
  value = static_cast<As>(scalar);
  return Error::success();
}

Error GgufCursor::readBool(GgufValue &value, const Twine &what) {
  uint8_t byte;
  if (Error failure = readScalar(byte, what))
    return failure;
  if (byte > 1)
    return error(what + " expects a bool of 0 or 1, got " +
                 Twine(unsigned(byte)));
  value = byte == 1;
  return Error::success();
}

/// The size of a value of fixed size, 0 for strings, arrays and unknown types.
static uint64_t getScalarSize(uint32_t type) {
  switch (type) {
  case UInt8:
  case Int8:
  case Bool:
    return 1;
  case UInt16:
  case Int16:
    return 2;
  case UInt32:
  case Int32:
  case Float32:
    return 4;
  case UInt64:
  case Int64:
  case Float64:
    return 8;
  default:
    return 0;
  }
}

Error GgufCursor::readArray(GgufArray &array, const Twine &what,
                            unsigned depth) {
  if (depth > maxArrayDepth)
    return error(what + " nests more than " + Twine(maxArrayDepth) + " arrays");
  if (Error failure =
          readScalar(array.elementType, "the element type of " + what))
    return failure;
  if (Error failure = readScalar(array.size, "the size of " + what))
    return failure;
  uint64_t begin = at;
  if (Error failure = skipElements(array, what, depth))
    return failure;
  array.bytes = bytes.slice(begin, at);
  return Error::success();
}

Error GgufCursor::skipElements(const GgufArray &array, const Twine &what,
                               unsigned depth) {
  if (uint64_t size = getScalarSize(array.elementType)) {
    if ((bytes.size() - at) / size < array.size)
      return error("is truncated: " + what + " has " + Twine(array.size) +
                   " elements of " + Twine(size) + " bytes at byte " +
                   Twine(at) + ", the file has " + Twine(bytes.size()));
    at += array.size * size;
    return Error::success();
  }
  for (uint64_t i = 0; i < array.size; ++i) {
    StringRef text;
    GgufArray nested;
    if (array.elementType == String) {
      if (Error failure = readString(text, "an element of " + what))
        return failure;
    } else if (array.elementType == Array) {
      if (Error failure = readArray(nested, what, depth + 1))
        return failure;
    } else {
      return error(what + " has elements of the unknown type " +
                   Twine(array.elementType));
    }
  }
  return Error::success();
}

Error GgufCursor::readValue(GgufValue &value, const Twine &what) {
  uint32_t type;
  if (Error failure = readScalar(type, "the type of " + what))
    return failure;
  switch (type) {
  case UInt8:
    return readAs<uint8_t, uint64_t>(value, what);
  case Int8:
    return readAs<int8_t, int64_t>(value, what);
  case UInt16:
    return readAs<uint16_t, uint64_t>(value, what);
  case Int16:
    return readAs<int16_t, int64_t>(value, what);
  case UInt32:
    return readAs<uint32_t, uint64_t>(value, what);
  case Int32:
    return readAs<int32_t, int64_t>(value, what);
  case UInt64:
    return readAs<uint64_t, uint64_t>(value, what);
  case Int64:
    return readAs<int64_t, int64_t>(value, what);
  case Float32:
    return readAs<float, double>(value, what);
  case Float64:
    return readAs<double, double>(value, what);
  case Bool:
    return readBool(value, what);
  case String:
    return readString(value.emplace<StringRef>(), what);
  case Array:
    return readArray(value.emplace<GgufArray>(), what, /*depth=*/1);
  default:
    return error(what + " has the unknown type " + Twine(type));
  }
}

} // namespace mlir::iquant

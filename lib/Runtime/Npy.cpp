//===- Npy.cpp - NumPy array files ----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Runtime/Npy.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileOutputBuffer.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;
using llvm::Error;
using llvm::Expected;

static constexpr StringLiteral kMagic("\x93NUMPY");

template <typename... Ts>
static Error makeError(StringRef file, const char *format, Ts &&...arguments) {
  return llvm::createStringError(
      "'" + file.str() +
      "': " + llvm::formatv(format, std::forward<Ts>(arguments)...).str());
}

/// The element type that a NumPy type string names; null for any other.
static Type parseType(StringRef text, MLIRContext &context) {
  Builder b(&context);
  return llvm::StringSwitch<Type>(text)
      .Case("|b1", b.getI1Type())
      .Cases({"|i1", "|u1"}, b.getI8Type())
      .Cases({"<i2", "<u2"}, b.getIntegerType(16))
      .Cases({"<i4", "<u4"}, b.getI32Type())
      .Cases({"<i8", "<u8"}, b.getI64Type())
      .Case("<f2", b.getF16Type())
      .Case("<f4", b.getF32Type())
      .Case("<f8", b.getF64Type())
      .Default(Type());
}

/// The value of `key` in the header's dictionary: `'key': value`.
static StringRef lookUp(StringRef header, StringRef key) {
  size_t position = header.find(("'" + key + "'").str());
  if (position == StringRef::npos)
    return {};
  return header.substr(position + key.size() + 2).ltrim(" :");
}

/// Parses "(2, 3)".
static std::optional<SmallVector<int64_t>> parseShape(StringRef text) {
  if (!text.consume_front("("))
    return std::nullopt;
  SmallVector<int64_t> shape;
  while (!(text = text.ltrim(" ,")).consume_front(")")) {
    int64_t size;
    if (text.consumeInteger(10, size) || size < 0)
      return std::nullopt;
    shape.push_back(size);
  }
  return shape;
}

/// The number of elements, unless it overflows.
static std::optional<int64_t> countElements(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    if (llvm::MulOverflow(count, size, count))
      return std::nullopt;
  return count;
}

Expected<Tensor> iquant::readNpy(StringRef file, MLIRContext &context) {
  auto buffer = llvm::MemoryBuffer::getFile(file);
  if (!buffer)
    return makeError(file, "{0}", buffer.getError().message());
  StringRef content = (*buffer)->getBuffer();
  if (!content.starts_with(kMagic) || content.size() < 10)
    return makeError(file, "is no .npy file: its first bytes are not "
                           "\"\\x93NUMPY\"");
  if (content[6] != 1)
    return makeError(file, "expects .npy version 1, got {0}",
                     static_cast<int>(content[6]));
  size_t length = llvm::support::endian::read16le(content.data() + 8);
  StringRef header = content.substr(10, length);
  StringRef data = content.substr(std::min(10 + length, content.size()));

  StringRef name = lookUp(header, "descr").ltrim('\'').split('\'').first;
  Type type = parseType(name, context);
  if (!type)
    return makeError(file,
                     "expects booleans, integers or floats in "
                     "little-endian order, got '{0}'",
                     name);
  if (!lookUp(header, "fortran_order").starts_with("False"))
    return makeError(file, "expects an array in C order");
  std::optional<SmallVector<int64_t>> shape =
      parseShape(lookUp(header, "shape"));
  std::optional<int64_t> count = shape ? countElements(*shape) : std::nullopt;
  if (!count)
    return makeError(file, "its header gives no valid shape");
  int64_t width = llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
  if (*count != static_cast<int64_t>(data.size()) / width ||
      data.size() % width != 0)
    return makeError(file,
                     "its shape needs {0} elements of {1} bytes, but "
                     "{2} bytes follow the header",
                     *count, width, data.size());
  std::shared_ptr<char[]> owner(new char[data.size()]);
  llvm::copy(data, owner.get());
  return Tensor::alias(*shape, type, {owner.get(), data.size()}, owner);
}

static StringRef typeName(Type type) {
  if (type.isIndex())
    return "<i8";
  if (isa<FloatType>(type))
    return type.isF16()   ? "<f2"
           : type.isF32() ? "<f4"
           : type.isF64() ? "<f8"
                          : "";
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return "|b1";
  case 8:
    return "|i1";
  case 16:
    return "<i2";
  case 32:
    return "<i4";
  case 64:
    return "<i8";
  default:
    return "";
  }
}

Error iquant::writeNpy(StringRef file, const Tensor &tensor) {
  StringRef type = typeName(tensor.getElementType());
  if (type.empty())
    return makeError(file, "NumPy has no element type for this tensor");
  std::string shape;
  for (int64_t size : tensor.getShape())
    shape += std::to_string(size) + ", ";
  if (tensor.getRank() > 1)
    shape.resize(shape.size() - 2);
  std::string header =
      "{'descr': '" + type.str() + "', 'fortran_order': False, 'shape': (" +
      StringRef(shape).rtrim(tensor.getRank() == 1 ? " " : "").str() + "), }";
  // The data starts at a multiple of 64 bytes.
  header.resize(llvm::alignTo(10 + header.size() + 1, 64) - 11, ' ');
  header += '\n';

  ArrayRef<char> data = tensor.getRawData();
  auto output =
      llvm::FileOutputBuffer::create(file, 10 + header.size() + data.size());
  if (!output)
    return makeError(file, "cannot write: {0}",
                     llvm::toString(output.takeError()));
  auto *out = reinterpret_cast<char *>((*output)->getBufferStart());
  out = llvm::copy(kMagic, out);
  *out++ = 1;
  *out++ = 0;
  llvm::support::endian::write16le(out, header.size());
  out = llvm::copy(header, out + 2);
  llvm::copy(data, out);
  return (*output)->commit();
}

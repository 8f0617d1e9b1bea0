//===- Gguf.cpp - Reader of GGUF files ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the reader of GGUF files, versions 2 and 3.
//
//===----------------------------------------------------------------------===//

#include "iquant/Import/Gguf.h"

#include "ReaderSupport.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace mlir::iquant {

static constexpr uint32_t defaultAlignment = 32;
/// Limits of the format's reference implementation.
static constexpr uint32_t maxRank = 4;
static constexpr unsigned maxArrayDepth = 4;

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

namespace {
/// A tensor type: how many bytes hold how many elements.
struct GgmlType {
  uint32_t number;
  StringLiteral name;
  uint64_t blockElements, blockBytes;
  TensorFormat format = TensorFormat::Other;
};
} // namespace

static constexpr GgmlType ggmlTypes[] = {
    {0, "F32", 1, 4, TensorFormat::F32},
    {1, "F16", 1, 2, TensorFormat::F16},
    {30, "BF16", 1, 2, TensorFormat::BF16},
    {2, "Q4_0", 32, 18, TensorFormat::Q4_0},
    {3, "Q4_1", 32, 20, TensorFormat::Q4_1},
    {8, "Q8_0", 32, 34, TensorFormat::Q8_0},
    {6, "Q5_0", 32, 22},
    {7, "Q5_1", 32, 24},
    {9, "Q8_1", 32, 40},
    {10, "Q2_K", 256, 84},
    {11, "Q3_K", 256, 110},
    {12, "Q4_K", 256, 144},
    {13, "Q5_K", 256, 176},
    {14, "Q6_K", 256, 210},
    {15, "Q8_K", 256, 292},
    {16, "IQ2_XXS", 256, 66},
    {17, "IQ2_XS", 256, 74},
    {18, "IQ3_XXS", 256, 98},
    {19, "IQ1_S", 256, 50},
    {20, "IQ4_NL", 32, 18},
    {21, "IQ3_S", 256, 110},
    {22, "IQ2_S", 256, 82},
    {23, "IQ4_XS", 256, 136},
    {24, "I8", 1, 1},
    {25, "I16", 1, 2},
    {26, "I32", 1, 4},
    {27, "I64", 1, 8},
    {28, "F64", 1, 8},
    {29, "IQ1_M", 256, 56},
    {34, "TQ1_0", 256, 54},
    {35, "TQ2_0", 256, 66},
    {39, "MXFP4", 32, 17}};

/// Reads a file from its start to the tensor data. Every read first checks that
/// its bytes are there, so a count from the file is trusted only as far as the
/// bytes that it counts exist.
class GgufReader {
public:
  explicit GgufReader(MappedFile mapped) {
    file.file = std::move(mapped);
    bytes = file.file->getBuffer();
  }

  Error read();
  GgufFile take() { return std::move(file); }

private:
  /// What one tensor's entry says.
  struct TensorInfo {
    StringRef name;
    SmallVector<uint64_t, maxRank> shape;
    uint32_t type;
    uint64_t offset;
  };

  template <typename T> Error readScalar(T &value, const Twine &what);
  Error readString(StringRef &text, const Twine &what);
  template <typename T, typename As> Error readAs(GgufValue &, const Twine &);
  Error readBool(GgufValue &value, const Twine &what);
  Error readArray(GgufArray &array, const Twine &what, unsigned depth);
  Error skipElements(const GgufArray &array, const Twine &what, unsigned depth);
  Error readValue(GgufValue &value, uint32_t type, const Twine &what);
  Error readHeader(uint64_t &tensorCount, uint64_t &metadataCount);
  Error readMetadata();
  Error readAlignment();
  Error readTensorInfo(TensorInfo &info);
  Error addTensor(const TensorInfo &info);

  Error error(const Twine &sentence) {
    return createStringError(Twine(file.getPath()) + ": " + sentence);
  }
  Error missing(uint64_t size, const Twine &what) {
    return error("is truncated: " + what + " needs " + Twine(size) +
                 " bytes at byte " + Twine(at) + ", the file has " +
                 Twine(bytes.size()));
  }

  GgufFile file;
  StringRef bytes;
  uint64_t at = 0;
  uint64_t alignment = defaultAlignment;
  uint64_t dataBegin = 0;
  std::vector<TensorSpan> spans;
};

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

template <typename T>
Error GgufReader::readScalar(T &value, const Twine &what) {
  if (bytes.size() - at < sizeof(T))
    return missing(sizeof(T), what);
  value = support::endian::read<T, endianness::little>(bytes.data() + at);
  at += sizeof(T);
  return Error::success();
}

Error GgufReader::readString(StringRef &text, const Twine &what) {
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
Error GgufReader::readAs(GgufValue &value, const Twine &what) {
  T scalar;
  if (Error failure = readScalar(scalar, what))
    return failure;
  value = static_cast<As>(scalar);
  return Error::success();
}

Error GgufReader::readBool(GgufValue &value, const Twine &what) {
  uint8_t byte;
  if (Error failure = readScalar(byte, what))
    return failure;
  if (byte > 1)
    return error(what + " expects a bool of 0 or 1, got " + Twine(byte));
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

Error GgufReader::readArray(GgufArray &array, const Twine &what,
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

Error GgufReader::skipElements(const GgufArray &array, const Twine &what,
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

Error GgufReader::readValue(GgufValue &value, uint32_t type,
                            const Twine &what) {
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

//===----------------------------------------------------------------------===//
// Parts of the file
//===----------------------------------------------------------------------===//

Error GgufReader::readHeader(uint64_t &tensorCount, uint64_t &metadataCount) {
  if (!bytes.starts_with("GGUF"))
    return error("is not a GGUF file: expects the magic number 'GGUF', got " +
                 Twine(quoted(bytes.take_front(4))));
  at = 4;
  uint32_t version;
  if (Error failure = readScalar(version, "the version"))
    return failure;
  if (version != 2 && version != 3) {
    uint32_t swapped = llvm::byteswap(version);
    if (swapped == 2 || swapped == 3)
      return error("is a big-endian GGUF file; only little-endian is read");
    return error("expects GGUF version 2 or 3, got " + Twine(version));
  }
  if (Error failure = readScalar(tensorCount, "the number of tensors"))
    return failure;
  return readScalar(metadataCount, "the number of metadata values");
}

Error GgufReader::readMetadata() {
  StringRef key;
  if (Error failure = readString(key, "a metadata key"))
    return failure;
  std::string what = "the metadata value " + quoted(key);
  uint32_t type;
  if (Error failure = readScalar(type, "the type of " + what))
    return failure;
  GgufValue value;
  if (Error failure = readValue(value, type, what))
    return failure;
  if (!file.metadata.try_emplace(key, value).second)
    return error(Twine(what) + " appears twice");
  return Error::success();
}

Error GgufReader::readAlignment() {
  const GgufValue *value = file.find("general.alignment");
  if (!value)
    return Error::success();
  const uint64_t *given = std::get_if<uint64_t>(value);
  if (!given || !isPowerOf2_64(*given) || *given > UINT32_MAX)
    return error("the metadata value 'general.alignment' expects a power of "
                 "two below 2^32" +
                 (given ? ", got " + Twine(*given) : Twine("")));
  alignment = *given;
  return Error::success();
}

Error GgufReader::readTensorInfo(TensorInfo &info) {
  if (Error failure = readString(info.name, "a tensor name"))
    return failure;
  std::string what = "tensor " + quoted(info.name);
  uint32_t rank;
  if (Error failure = readScalar(rank, "the rank of " + what))
    return failure;
  if (rank > maxRank)
    return error(Twine(what) + " has the rank " + Twine(rank) + ", at most " +
                 Twine(maxRank) + " is read");
  for (uint32_t i = 0; i < rank; ++i) {
    uint64_t size;
    if (Error failure = readScalar(size, "the shape of " + what))
      return failure;
    info.shape.push_back(size);
  }
  // Files give the innermost dimension first.
  std::reverse(info.shape.begin(), info.shape.end());
  if (Error failure = readScalar(info.type, "the type of " + what))
    return failure;
  return readScalar(info.offset, "the offset of " + what);
}

Error GgufReader::addTensor(const TensorInfo &info) {
  auto tensorError = [&](const Twine &sentence) {
    return error("tensor " + Twine(quoted(info.name)) + " " + sentence);
  };
  if (info.offset % alignment != 0)
    return tensorError("begins at byte " + Twine(info.offset) +
                       " of the data, which is no multiple of the alignment " +
                       Twine(alignment));
  uint64_t available = bytes.size() - dataBegin;
  if (info.offset > available)
    return tensorError("begins at byte " + Twine(info.offset) +
                       " of the data, which have " + Twine(available) +
                       " bytes");

  SourceTensor tensor;
  tensor.name = info.name.str();
  tensor.file = file.file;
  const GgmlType *type = llvm::find_if(
      ggmlTypes, [&](const GgmlType &t) { return t.number == info.type; });
  uint64_t blockElements = 1, blockBytes = 0;
  if (type != std::end(ggmlTypes)) {
    tensor.formatName = type->name.str();
    blockElements = type->blockElements;
    blockBytes = type->blockBytes;
  } else {
    tensor.formatName = "number " + std::to_string(info.type);
  }

  uint64_t row = info.shape.empty() ? 1 : info.shape.back();
  if (row % blockElements != 0)
    return tensorError("of type " + tensor.formatName + " has rows of " +
                       Twine(row) + " elements, which is no multiple of " +
                       Twine(blockElements));
  std::optional<uint64_t> size =
      getTensorBytes(info.shape, blockElements, blockBytes);
  if (!size)
    return tensorError("has the shape " + showShape(info.shape) +
                       ", whose size exceeds 2^63 - 1");
  if (*size > available - info.offset)
    return tensorError(
        "of type " + tensor.formatName + " and shape " + showShape(info.shape) +
        " ends at byte " + Twine(info.offset + *size) +
        " of the data, which have " + Twine(available) + " bytes");

  spans.push_back({info.name, info.offset, info.offset + *size});
  tensor.shape.assign(info.shape.begin(), info.shape.end());
  if (type != std::end(ggmlTypes) && type->format != TensorFormat::Other) {
    tensor.format = type->format;
    tensor.bytes = ArrayRef(bytes.data() + dataBegin + info.offset, *size);
  }
  return file.tensors.insert(std::move(tensor));
}

Error GgufReader::read() {
  uint64_t tensorCount, metadataCount;
  if (Error failure = readHeader(tensorCount, metadataCount))
    return failure;
  for (uint64_t i = 0; i < metadataCount; ++i)
    if (Error failure = readMetadata())
      return failure;
  if (Error failure = readAlignment())
    return failure;

  std::vector<TensorInfo> infos;
  for (uint64_t i = 0; i < tensorCount; ++i)
    if (Error failure = readTensorInfo(infos.emplace_back()))
      return failure;
  dataBegin = std::min<uint64_t>(alignTo(at, alignment), bytes.size());
  for (const TensorInfo &info : infos)
    if (Error failure = addTensor(info))
      return failure;
  return checkDisjoint(file.getPath(), spans);
}

//===----------------------------------------------------------------------===//
// GgufFile
//===----------------------------------------------------------------------===//

Expected<GgufFile> GgufFile::read(MappedFile file) {
  GgufReader reader(std::move(file));
  if (Error failure = reader.read())
    return std::move(failure);
  return reader.take();
}

const GgufValue *GgufFile::find(StringRef key) const {
  auto value = metadata.find(key);
  return value == metadata.end() ? nullptr : &value->second;
}

} // namespace mlir::iquant

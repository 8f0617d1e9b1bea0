//===- Gguf.cpp - Reader of GGUF files ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the reader of GGUF files, versions 2 and 3.
//
//===----------------------------------------------------------------------===//

#include "iquant/Import/Gguf.h"

#include "GgufCursor.h"
#include "ReaderSupport.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace mlir::iquant {

static constexpr uint32_t defaultAlignment = 32;
/// The limit of the reference implementation.
static constexpr uint32_t maxRank = 4;

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

/// What a tensor of unknown type is checked as: its size is unknown.
static constexpr GgmlType unknownType = {UINT32_MAX, "", 1, 0};

static const GgmlType &getType(uint32_t number) {
  for (const GgmlType &type : ggmlTypes)
    if (type.number == number)
      return type;
  return unknownType;
}

static std::string getTypeName(uint32_t number) {
  const GgmlType &type = getType(number);
  return type.name.empty() ? std::to_string(number) : type.name.str();
}

/// Reads a file from its start to the tensor data.
class GgufReader {
public:
  explicit GgufReader(MappedFile mapped)
      : cursor(mapped->getBufferIdentifier(), mapped->getBuffer()),
        bytes(mapped->getBuffer()) {
    file.file = std::move(mapped);
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

  Error readHeader(uint64_t &tensorCount, uint64_t &metadataCount);
  Error readMetadata();
  Error readAlignment();
  Error readTensorInfo(TensorInfo &info);
  Expected<uint64_t> checkSize(const TensorInfo &info, const GgmlType &type);
  Error addTensor(const TensorInfo &info);

  GgufFile file;
  GgufCursor cursor;
  StringRef bytes;
  uint64_t alignment = defaultAlignment;
  uint64_t dataBegin = 0;
  std::vector<TensorSpan> spans;
};

//===----------------------------------------------------------------------===//
// Parts of the file
//===----------------------------------------------------------------------===//

Error GgufReader::readHeader(uint64_t &tensorCount, uint64_t &metadataCount) {
  if (!bytes.starts_with("GGUF"))
    return cursor.error(
        "is not a GGUF file: expects the magic number 'GGUF', got " +
        Twine(quoted(bytes.take_front(4))));
  cursor.skip(4);
  uint32_t version;
  if (Error failure = cursor.readScalar(version, "the version"))
    return failure;
  if (version != 2 && version != 3) {
    uint32_t swapped = llvm::byteswap(version);
    if (swapped == 2 || swapped == 3)
      return cursor.error(
          "is a big-endian GGUF file; only little-endian is read");
    return cursor.error("expects GGUF version 2 or 3, got " + Twine(version));
  }
  if (Error failure = cursor.readScalar(tensorCount, "the number of tensors"))
    return failure;
  return cursor.readScalar(metadataCount, "the number of metadata values");
}

Error GgufReader::readMetadata() {
  StringRef key;
  if (Error failure = cursor.readString(key, "a metadata key"))
    return failure;
  std::string what = "the metadata value " + quoted(key);
  GgufValue value;
  if (Error failure = cursor.readValue(value, what))
    return failure;
  if (!file.metadata.try_emplace(key, value).second)
    return cursor.error(Twine(what) + " appears twice");
  return Error::success();
}

Error GgufReader::readAlignment() {
  const GgufValue *value = file.find("general.alignment");
  if (!value)
    return Error::success();
  const uint64_t *given = std::get_if<uint64_t>(value);
  if (!given)
    return cursor.error("the metadata value 'general.alignment' expects an "
                        "unsigned integer, got another type");
  if (!isPowerOf2_64(*given) || *given > UINT32_MAX)
    return cursor.error("the metadata value 'general.alignment' expects a "
                        "power of two below 2^32, got " +
                        Twine(*given));
  alignment = *given;
  return Error::success();
}

Error GgufReader::readTensorInfo(TensorInfo &info) {
  if (Error failure = cursor.readString(info.name, "a tensor name"))
    return failure;
  std::string what = "tensor " + quoted(info.name);
  uint32_t rank;
  if (Error failure = cursor.readScalar(rank, "the rank of " + what))
    return failure;
  if (rank > maxRank)
    return cursor.error(Twine(what) + " has the rank " + Twine(rank) +
                        ", at most " + Twine(maxRank) + " is read");
  for (uint32_t i = 0; i < rank; ++i) {
    uint64_t size;
    if (Error failure = cursor.readScalar(size, "the shape of " + what))
      return failure;
    info.shape.push_back(size);
  }
  // Files give the innermost dimension first.
  std::reverse(info.shape.begin(), info.shape.end());
  if (Error failure = cursor.readScalar(info.type, "the type of " + what))
    return failure;
  return cursor.readScalar(info.offset, "the offset of " + what);
}

Expected<uint64_t> GgufReader::checkSize(const TensorInfo &info,
                                         const GgmlType &type) {
  std::string what = "tensor " + quoted(info.name) + " of type " +
                     getTypeName(info.type) + " and shape " +
                     showShape(info.shape);
  uint64_t row = info.shape.empty() ? 1 : info.shape.back();
  if (row % type.blockElements != 0)
    return cursor.error(Twine(what) + " has rows of " + Twine(row) +
                        " elements, which is no multiple of " +
                        Twine(type.blockElements));
  std::optional<uint64_t> size =
      getTensorBytes(info.shape, type.blockElements, type.blockBytes);
  if (!size)
    return cursor.error(Twine(what) + " has a size above 2^63 - 1 bytes");
  if (info.offset % alignment != 0)
    return cursor.error(Twine(what) + " begins at byte " + Twine(info.offset) +
                        " of the data, which is no multiple of the alignment " +
                        Twine(alignment));
  uint64_t available = bytes.size() - dataBegin;
  if (info.offset > available || *size > available - info.offset)
    return cursor.error(Twine(what) + " has " + Twine(*size) +
                        " bytes from byte " + Twine(info.offset) +
                        " of the data, which have " + Twine(available) +
                        " bytes");
  return *size;
}

Error GgufReader::addTensor(const TensorInfo &info) {
  const GgmlType &type = getType(info.type);
  Expected<uint64_t> size = checkSize(info, type);
  if (!size)
    return size.takeError();
  spans.push_back({info.name, info.offset, info.offset + *size});

  SourceTensor tensor;
  tensor.name = info.name.str();
  tensor.file = file.file;
  tensor.formatName = getTypeName(info.type);
  tensor.shape.assign(info.shape.begin(), info.shape.end());
  tensor.format = type.format;
  if (type.format != TensorFormat::Other)
    tensor.bytes = ArrayRef(bytes.data() + dataBegin + info.offset, *size);
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
  dataBegin = std::min<uint64_t>(alignTo(cursor.getPosition(), alignment),
                                 bytes.size());
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

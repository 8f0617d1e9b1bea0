//===- Safetensors.cpp - Reader of safetensors files ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the reader of safetensors files and of directories of them.
//
//===----------------------------------------------------------------------===//

#include "iquant/Import/Safetensors.h"

#include "ReaderSupport.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <map>

using namespace llvm;

namespace mlir::iquant {

/// The limit of the reference implementation.
static constexpr uint64_t maxHeaderBytes = 100'000'000;

namespace {
struct Dtype {
  StringLiteral name;
  uint64_t bytes;
  TensorFormat format;
};
} // namespace

static constexpr Dtype dtypes[] = {
    {"F32", 4, TensorFormat::F32},       {"F16", 2, TensorFormat::F16},
    {"BF16", 2, TensorFormat::BF16},     {"F64", 8, TensorFormat::Other},
    {"F8_E4M3", 1, TensorFormat::Other}, {"F8_E5M2", 1, TensorFormat::Other},
    {"F8_E8M0", 1, TensorFormat::Other}, {"I64", 8, TensorFormat::Other},
    {"I32", 4, TensorFormat::Other},     {"I16", 2, TensorFormat::Other},
    {"I8", 1, TensorFormat::Other},      {"U64", 8, TensorFormat::Other},
    {"U32", 4, TensorFormat::Other},     {"U16", 2, TensorFormat::Other},
    {"U8", 1, TensorFormat::Other},      {"BOOL", 1, TensorFormat::Other},
    {"C64", 8, TensorFormat::Other}};

//===----------------------------------------------------------------------===//
// One file
//===----------------------------------------------------------------------===//

namespace {
/// The state while one file is read.
class FileReader {
public:
  FileReader(MappedFile file, TensorTable &table)
      : file(std::move(file)), path(this->file->getBufferIdentifier()),
        table(table) {}

  Error read();

private:
  Expected<StringRef> findHeader();
  Error readTensor(StringRef name, const json::Value &entry);
  Error checkCoverage();

  Error error(const Twine &sentence) {
    return createStringError(Twine(path) + ": " + sentence);
  }
  Error tensorError(StringRef name, const Twine &sentence) {
    return error("tensor " + Twine(quoted(name)) + " " + sentence);
  }

  MappedFile file;
  StringRef path;
  TensorTable &table;
  /// The bytes after the header.
  StringRef data;
  std::vector<TensorSpan> spans;
};
} // namespace

Expected<StringRef> FileReader::findHeader() {
  StringRef text = file->getBuffer();
  if (text.size() < sizeof(uint64_t))
    return error("is truncated: expects 8 bytes of header size, got " +
                 Twine(text.size()));
  uint64_t size = support::endian::read64le(text.data());
  text = text.drop_front(sizeof(uint64_t));
  // The size stands where other formats have their magic number.
  if (size > maxHeaderBytes)
    return error("is not a safetensors file: its first 8 bytes give a header "
                 "of " +
                 Twine(size) + " bytes, at most " + Twine(maxHeaderBytes) +
                 " are read");
  if (size > text.size())
    return error("is truncated: the header has " + Twine(size) +
                 " bytes, the file " + Twine(text.size()) +
                 " after the header size");
  data = text.drop_front(size);
  return text.take_front(size);
}

/// Reads an array of integers that are not negative.
static std::optional<SmallVector<uint64_t, 4>>
readSizes(const json::Array *array) {
  if (!array)
    return std::nullopt;
  SmallVector<uint64_t, 4> sizes;
  for (const json::Value &element : *array) {
    std::optional<uint64_t> size = element.getAsUINT64();
    if (!size || *size > uint64_t(INT64_MAX))
      return std::nullopt;
    sizes.push_back(*size);
  }
  return sizes;
}

Error FileReader::readTensor(StringRef name, const json::Value &entry) {
  const json::Object *object = entry.getAsObject();
  if (!object)
    return tensorError(name, "is not described by a JSON object");
  std::optional<StringRef> dtypeName = object->getString("dtype");
  if (!dtypeName)
    return tensorError(name, "has no 'dtype' that is a string");
  auto shape = readSizes(object->getArray("shape"));
  if (!shape)
    return tensorError(name, "has no 'shape' of integers from 0 to 2^63 - 1");
  auto offsets = readSizes(object->getArray("data_offsets"));
  if (!offsets || offsets->size() != 2)
    return tensorError(
        name, "has no 'data_offsets' of two integers from 0 to 2^63 - 1");

  uint64_t begin = (*offsets)[0], end = (*offsets)[1];
  if (begin > end)
    return tensorError(name, "begins at byte " + Twine(begin) +
                                 ", past its end at byte " + Twine(end));
  if (end > data.size())
    return tensorError(name, "ends at byte " + Twine(end) +
                                 " of the data, which have " +
                                 Twine(data.size()) + " bytes");
  const Dtype *dtype = llvm::find_if(
      dtypes, [&](const Dtype &d) { return d.name == dtypeName; });
  if (dtype != std::end(dtypes)) {
    std::optional<uint64_t> bytes = getTensorBytes(*shape, 1, dtype->bytes);
    if (!bytes)
      return tensorError(name, "has the shape " + showShape(*shape) +
                                   ", whose size exceeds 2^63 - 1 bytes");
    if (*bytes != end - begin)
      return tensorError(name, "of type " + dtypeName->str() + " and shape " +
                                   showShape(*shape) + " expects " +
                                   Twine(*bytes) + " bytes, got " +
                                   Twine(end - begin));
  }

  spans.push_back({name, begin, end});
  SourceTensor tensor;
  tensor.name = name.str();
  tensor.formatName = dtypeName->str();
  tensor.shape.assign(shape->begin(), shape->end());
  tensor.file = file;
  if (dtype != std::end(dtypes) && dtype->format != TensorFormat::Other) {
    tensor.format = dtype->format;
    tensor.bytes = ArrayRef(data.data() + begin, end - begin);
  }
  return table.insert(std::move(tensor));
}

/// The format allows no byte that belongs to no tensor.
Error FileReader::checkCoverage() {
  if (Error overlap = checkDisjoint(path, spans))
    return overlap;
  uint64_t covered = 0;
  for (const TensorSpan &span : spans) {
    if (span.begin != covered)
      return tensorError(span.name, "begins at byte " + Twine(span.begin) +
                                        " of the data, but the one before it "
                                        "ends at byte " +
                                        Twine(covered));
    covered = span.end;
  }
  if (covered != data.size())
    return error("the tensors end at byte " + Twine(covered) +
                 " of the data, which have " + Twine(data.size()) + " bytes");
  return Error::success();
}

Error FileReader::read() {
  Expected<StringRef> header = findHeader();
  if (!header)
    return header.takeError();
  Expected<json::Value> value = parseJson(*header, path, "the header");
  if (!value)
    return value.takeError();
  const json::Object *object = value->getAsObject();
  if (!object)
    return error("the header is not a JSON object");
  // In the order of the names: that of the object is the order of a hash.
  std::map<StringRef, const json::Value *> entries;
  for (const auto &[name, entry] : *object)
    entries.emplace(name, &entry);
  entries.erase("__metadata__");
  for (auto [name, entry] : entries)
    if (Error failure = readTensor(name, *entry))
      return failure;
  return checkCoverage();
}

Error readSafetensors(MappedFile file, TensorTable &table) {
  return FileReader(std::move(file), table).read();
}

//===----------------------------------------------------------------------===//
// A directory
//===----------------------------------------------------------------------===//

static std::string join(StringRef directory, StringRef name) {
  SmallString<128> path(directory);
  sys::path::append(path, name);
  return path.str().str();
}

/// Maps one file and adds its tensors.
static Error readFile(StringRef path, TensorTable &table) {
  Expected<MappedFile> file = mapFile(path);
  if (!file)
    return file.takeError();
  return readSafetensors(*file, table);
}

/// Reads all the files of an index, and checks that they hold what it says.
static Error readIndexed(StringRef directory, StringRef indexPath,
                         TensorTable &table) {
  Expected<json::Value> value = readJson(indexPath, "the index");
  if (!value)
    return value.takeError();
  const json::Object *object = value->getAsObject();
  const json::Object *weights =
      object ? object->getObject("weight_map") : nullptr;
  if (!weights)
    return createStringError(Twine(indexPath) +
                             ": the index has no object 'weight_map'");

  std::map<std::string, std::vector<std::string>> files;
  for (const auto &[tensor, file] : *weights) {
    StringRef name = file.getAsString().value_or("");
    if (name.empty() || name != sys::path::filename(name) || name == "..")
      return createStringError(
          Twine(indexPath) + ": tensor " + quoted(StringRef(tensor)) +
          " expects the name of a file beside the index, got " + quoted(name));
    files[name.str()].push_back(StringRef(tensor).str());
  }
  for (const auto &[name, tensors] : files) {
    TensorTable own;
    std::string path = join(directory, name);
    if (Error failure = readFile(path, own))
      return failure;
    for (const std::string &tensor : tensors)
      if (!own.find(tensor))
        return createStringError(Twine(indexPath) + ": tensor " +
                                 quoted(tensor) + " is not in " + path +
                                 ", where the index puts it");
    for (const SourceTensor &tensor : own.getTensors())
      if (Error failure = table.insert(tensor))
        return failure;
  }
  return Error::success();
}

Expected<TensorTable> readSafetensorsDirectory(StringRef directory) {
  TensorTable table;
  std::string single = join(directory, "model.safetensors");
  std::string index = join(directory, "model.safetensors.index.json");
  Error failure = Error::success();
  if (sys::fs::exists(single))
    failure = readFile(single, table);
  else if (sys::fs::exists(index))
    failure = readIndexed(directory, index, table);
  else
    failure = createStringError(
        Twine(directory) +
        ": expects model.safetensors or model.safetensors.index.json, got "
        "neither");
  if (failure)
    return std::move(failure);
  return table;
}

} // namespace mlir::iquant

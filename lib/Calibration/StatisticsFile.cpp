//===- StatisticsFile.cpp - The file of a calibration run -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Calibration/StatisticsFile.h"

#include "iquant/Support/Json.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Base64.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"

#include <charconv>
#include <cmath>

using namespace llvm;
using namespace mlir::iquant;

static constexpr StringLiteral kFormat = "iquant statistics";
static constexpr int64_t kVersion = 1;
static constexpr double kPercents[] = {0.01, 0.1, 1,  5,    25,   50,
                                       75,   95,  99, 99.9, 99.99};

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

/// The shortest decimal number that reads as `number` again.
static void writeNumber(raw_ostream &out, float number) {
  char text[32];
  std::to_chars_result end =
      std::to_chars(std::begin(text), std::end(text), number);
  out << StringRef(text, end.ptr - text);
}

/// Writes one number per channel.
static void writeChannels(json::OStream &json, StringRef name,
                          const ValueStatistics &value,
                          function_ref<double(const Summary &)> get) {
  json.attributeBegin(name);
  json.rawValue([&](raw_ostream &out) {
    for (int64_t c = 0; c < value.getChannels(); ++c) {
      out << (c == 0 ? '[' : ',');
      writeNumber(out, get(value.getChannel(c)));
    }
    out << ']';
  });
  json.attributeEnd();
}

static std::string encode(ArrayRef<float> numbers) {
  std::vector<char> bytes(numbers.size() * sizeof(float));
  for (auto [index, number] : enumerate(numbers))
    support::endian::write32le(&bytes[index * sizeof(float)],
                               bit_cast<uint32_t>(number));
  return encodeBase64(bytes);
}

static void writeValue(json::OStream &json, StringRef name,
                       const ValueStatistics &value) {
  Summary total = value.getTotal();
  auto number = [&](StringRef key, double x) {
    json.attributeBegin(key);
    json.rawValue([&](raw_ostream &out) { writeNumber(out, x); });
    json.attributeEnd();
  };
  json.attribute("name", name);
  json.attribute("channels", value.getChannels());
  json.attribute("count", value.getChannel(0).count);
  number("min", total.min);
  number("max", total.max);
  number("mean", total.mean);
  number("deviation", total.getDeviation());
  number("absmax", total.getAbsmax());
  json.attributeObject("percentiles", [&] {
    for (double percent : kPercents) {
      std::string key;
      raw_string_ostream keyStream(key);
      writeNumber(keyStream, percent);
      number(key, value.getPercentile(percent));
    }
  });
  json.attributeObject("channel", [&] {
    writeChannels(json, "min", value, [](const Summary &c) { return c.min; });
    writeChannels(json, "max", value, [](const Summary &c) { return c.max; });
    writeChannels(json, "mean", value, [](const Summary &c) { return c.mean; });
    writeChannels(json, "deviation", value,
                  [](const Summary &c) { return c.getDeviation(); });
    writeChannels(json, "absmax", value,
                  [](const Summary &c) { return c.getAbsmax(); });
  });
  if (value.getSample().getCount() != 0)
    json.attribute("rows", encode(value.getSample().getRows()));
  const Sequences &sequences = value.getSequences();
  if (sequences.elements.empty())
    return;
  json.attribute("sequence_length", sequences.length);
  json.attribute("sequences", encode(sequences.elements));
}

void mlir::iquant::writeStatistics(raw_ostream &out, const CalibrationRun &run,
                                   ArrayRef<NamedStatistics> values) {
  json::OStream json(out);
  json.object([&] {
    json.attribute("format", kFormat);
    json.attribute("version", kVersion);
    json.attribute("model", run.model);
    json.attribute("windows", run.windows);
    json.attribute("context", run.context);
    json.attributeArray("values", [&] {
      for (auto [name, value] : values)
        json.rawValue([&, name = name, value = value](raw_ostream &line) {
          line << '\n';
          json::OStream nested(line);
          nested.object([&] { writeValue(nested, name, *value); });
        });
    });
  });
  out << '\n';
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {
/// Reads the values of one file; the first thing wrong ends it.
class Reader {
public:
  explicit Reader(StringRef path) : path(path) {}

  Expected<std::vector<RecordedValue>> read(const json::Value &root);

private:
  Error error(const Twine &sentence) {
    return createStringError("'" + path + "': " + sentence);
  }
  Error error(const RecordedValue &value, const Twine &sentence) {
    return error("value " + quoted(value.name) + " " + sentence);
  }
  Error readValue(const json::Value &json, RecordedValue &value);
  Error readChannels(const json::Object &channel, StringRef name,
                     RecordedValue &value, std::vector<float> &numbers);
  Error readRows(const json::Object &object, StringRef name,
                 RecordedValue &value, std::vector<float> &rows);
  Error readSequences(const json::Object &object, RecordedValue &value);

  StringRef path;
};
} // namespace

Error Reader::readChannels(const json::Object &channel, StringRef name,
                           RecordedValue &value, std::vector<float> &numbers) {
  const json::Array *array = channel.getArray(name);
  if (!array)
    return error(value, "has no array " + quoted(name) + " in 'channel'");
  for (const json::Value &element : *array) {
    std::optional<double> number = element.getAsNumber();
    if (!number || !(std::fabs(*number) <= std::numeric_limits<float>::max()))
      return error(value, "has an element of " + quoted(name) +
                              " that is no number in the range of f32");
    numbers.push_back(static_cast<float>(*number));
  }
  if (numbers.size() != value.min.size())
    return error(value, "has " + Twine(value.min.size()) +
                            " channels in 'min', but " + Twine(numbers.size()) +
                            " in " + quoted(name));
  return Error::success();
}

/// Reads rows, if there are any.
Error Reader::readRows(const json::Object &object, StringRef name,
                       RecordedValue &value, std::vector<float> &rows) {
  const json::Value *member = object.get(name);
  if (!member)
    return Error::success();
  std::vector<char> bytes;
  std::optional<StringRef> text = member->getAsString();
  Error failure =
      text ? decodeBase64(*text, bytes) : createStringError("it is no string");
  if (failure)
    return error(value, "has " + quoted(name) + " that are not in Base64: " +
                            toString(std::move(failure)));
  size_t rowBytes = value.getChannels() * sizeof(float);
  if (rowBytes == 0 || bytes.size() % rowBytes != 0)
    return error(value, "has " + Twine(bytes.size()) + " bytes of " +
                            quoted(name) + ", which is no multiple of the " +
                            Twine(rowBytes) + " of a row");
  rows.reserve(bytes.size() / sizeof(float));
  for (size_t at = 0; at < bytes.size(); at += sizeof(float)) {
    float number = bit_cast<float>(support::endian::read32le(&bytes[at]));
    if (!std::isfinite(number))
      return error(value,
                   "has an element of " + quoted(name) + " that is not finite");
    rows.push_back(number);
  }
  return Error::success();
}

Error Reader::readSequences(const json::Object &object, RecordedValue &value) {
  if (Error failure = readRows(object, "sequences", value, value.sequences))
    return failure;
  if (value.sequences.empty())
    return Error::success();
  value.sequenceLength = object.getInteger("sequence_length").value_or(0);
  int64_t rows = value.sequences.size() / value.getChannels();
  if (value.sequenceLength < 1 || rows % value.sequenceLength != 0)
    return error(value, "has " + Twine(rows) +
                            " rows of 'sequences', which is no multiple of a "
                            "positive 'sequence_length'");
  return Error::success();
}

Error Reader::readValue(const json::Value &json, RecordedValue &value) {
  const json::Object *object = json.getAsObject();
  std::optional<StringRef> name =
      object ? object->getString("name") : std::nullopt;
  if (!name || name->empty())
    return error("has a value without a name");
  value.name = name->str();
  value.count = object->getInteger("count").value_or(0);
  if (value.count < 1)
    return error(value, "has no 'count' that is a positive integer");
  const json::Object *channel = object->getObject("channel");
  if (!channel)
    return error(value, "has no object 'channel'");
  for (auto [key, numbers] :
       {std::pair(StringRef("min"), &value.min),
        std::pair(StringRef("max"), &value.max),
        std::pair(StringRef("mean"), &value.mean),
        std::pair(StringRef("deviation"), &value.deviation),
        std::pair(StringRef("absmax"), &value.absmax)})
    if (Error failure = readChannels(*channel, key, value, *numbers))
      return failure;
  if (Error failure = readRows(*object, "rows", value, value.rows))
    return failure;
  return readSequences(*object, value);
}

Expected<std::vector<RecordedValue>> Reader::read(const json::Value &root) {
  Expected<const json::Object *> object =
      checkFormat(root, path, "file of statistics", kFormat, kVersion);
  if (!object)
    return object.takeError();
  const json::Array *array = (*object)->getArray("values");
  if (!array)
    return error("has no array 'values'");
  std::vector<RecordedValue> values(array->size());
  StringSet<> names;
  for (auto [json, value] : zip_equal(*array, values)) {
    if (Error failure = readValue(json, value))
      return std::move(failure);
    if (!names.insert(value.name).second)
      return error(value, "is there twice");
  }
  return values;
}

Expected<std::vector<RecordedValue>>
mlir::iquant::parseStatistics(StringRef text, StringRef path) {
  Expected<json::Value> root = parseJson(text, path, "the file");
  if (!root)
    return root.takeError();
  return Reader(path).read(*root);
}

Expected<std::vector<RecordedValue>>
mlir::iquant::readStatistics(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return createStringError("'" + path + "': " + buffer.getError().message());
  return parseStatistics((*buffer)->getBuffer(), path);
}

//===- ScaleFile.cpp - The file of a smoothing's scales -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Calibration/ScaleFile.h"

#include "iquant/Support/Json.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>

using namespace llvm;
using namespace mlir::iquant;

static constexpr StringLiteral kFormat = "iquant scales";
static constexpr int64_t kVersion = 1;

void mlir::iquant::writeScales(raw_ostream &out, ArrayRef<NamedScales> places) {
  json::OStream json(out);
  json.object([&] {
    json.attribute("format", kFormat);
    json.attribute("version", kVersion);
    json.attributeObject("places", [&] {
      for (auto [name, scales] : places) {
        json.attributeBegin(name);
        // A place a line.
        json.rawValue([&, scales = scales](raw_ostream &line) {
          line << '\n';
          json::OStream nested(line);
          nested.array([&] {
            for (double scale : scales)
              nested.value(scale);
          });
        });
        json.attributeEnd();
      }
    });
  });
  out << '\n';
}

/// Reads the scales of one place.
static Expected<std::vector<double>> readPlace(const json::Value &value,
                                               const Twine &place) {
  const json::Array *array = value.getAsArray();
  if (!array)
    return createStringError(place + " expects an array of scales");
  std::vector<double> scales;
  for (const json::Value &element : *array) {
    std::optional<double> scale = element.getAsNumber();
    if (!scale || !std::isfinite(*scale) || *scale <= 0)
      return createStringError(
          place + " expects positive, finite scales, got " +
          formatv("{0}", element).str() + " at index " + Twine(scales.size()));
    scales.push_back(*scale);
  }
  return scales;
}

Expected<ScalesByPlace> mlir::iquant::parseScales(StringRef text,
                                                  StringRef path) {
  auto error = [&](const Twine &sentence) {
    return createStringError("'" + path + "': " + sentence);
  };
  Expected<json::Value> root = parseJson(text, path, "the file");
  if (!root)
    return root.takeError();
  Expected<const json::Object *> object =
      checkFormat(*root, path, "file of scales", kFormat, kVersion);
  if (!object)
    return object.takeError();
  const json::Object *places = (*object)->getObject("places");
  if (!places)
    return error("has no object 'places'");
  // In the order of names, so that the first error is the same in every run.
  std::map<std::string, const json::Value *> sorted;
  for (const auto &[name, value] : *places)
    sorted[StringRef(name).str()] = &value;
  ScalesByPlace result;
  for (const auto &[name, value] : sorted) {
    Expected<std::vector<double>> scales =
        readPlace(*value, "'" + path + "': place " + quoted(name));
    if (!scales)
      return scales.takeError();
    result[name] = std::move(*scales);
  }
  return result;
}

Expected<ScalesByPlace> mlir::iquant::readScales(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return createStringError("'" + path + "': " + buffer.getError().message());
  return parseScales((*buffer)->getBuffer(), path);
}

//===- TransformerAttributes.cpp - Verification of attributes -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Transformer/Transformer.h"

#include "iquant/Support/CodeThresholds.h"

#include "mlir/IR/BuiltinAttributes.h"

#include <cmath>

using namespace mlir;
using namespace mlir::transformer;

//===----------------------------------------------------------------------===//
// StatisticsAttr
//===----------------------------------------------------------------------===//

/// Whether `elements` is an f32 tensor of this rank whose elements are there.
static bool isFloats(ElementsAttr elements, int64_t rank) {
  ShapedType type = elements.getShapedType();
  return isa<DenseFPElementsAttr, DenseResourceElementsAttr>(elements) &&
         type.getElementType().isF32() && type.getRank() == rank;
}

LogicalResult
StatisticsAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                       int64_t count, ElementsAttr min, ElementsAttr max,
                       ElementsAttr mean, ElementsAttr deviation,
                       ElementsAttr absmax, ElementsAttr rows,
                       ElementsAttr sequences) {
  if (count < 1)
    return emitError() << "expects a positive count, got " << count;
  Type first = min.getType();
  for (auto [name, vector] :
       {std::pair("min", min), std::pair("max", max), std::pair("mean", mean),
        std::pair("deviation", deviation), std::pair("absmax", absmax)})
    if (!isFloats(vector, /*rank=*/1) || vector.getType() != first)
      return emitError() << "expects f32 vectors of one length, got " << first
                         << " as min and " << vector.getType() << " as "
                         << name;
  int64_t channels = min.getNumElements();
  auto hasChannels = [&](ElementsAttr elements, int64_t rank) {
    return isFloats(elements, rank) &&
           elements.getShapedType().getShape().back() == channels;
  };
  if (rows && !hasChannels(rows, /*rank=*/2))
    return emitError() << "expects rows as an f32 matrix of " << channels
                       << " columns, got " << rows.getType();
  if (sequences && !hasChannels(sequences, /*rank=*/3))
    return emitError() << "expects sequences as an f32 tensor of texts, rows "
                          "and "
                       << channels << " channels, got " << sequences.getType();
  return success();
}

//===----------------------------------------------------------------------===//
// ClipAttr
//===----------------------------------------------------------------------===//

/// Checks that the entries of a head fall from 1 to something not negative.
static LogicalResult verifyEntries(function_ref<InFlightDiagnostic()> emitError,
                                   ArrayRef<double> entries) {
  if (entries.front() != 1)
    return emitError() << "expects a head's entries to begin with 1, got "
                       << entries.front();
  for (auto [before, entry] :
       llvm::zip(entries.drop_back(), entries.drop_front()))
    if (!(entry >= 0 && entry <= before))
      return emitError() << "expects an entry in 0 .. " << before
                         << " after one of " << before << ", got " << entry;
  return success();
}

LogicalResult ClipAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               unsigned bits, DenseF64ArrayAttr at,
                               ClipFloor floor, ClipRounding rounding,
                               DenseF64ArrayAttr table, unsigned width,
                               DenseI64ArrayAttr thresholds) {
  if ((bits < 2 || bits > 5) && bits != 8)
    return emitError() << "expects codes of 2, 3, 4, 5 or 8 bits, got " << bits;
  if (at.empty())
    return emitError() << "expects a clip, got none";
  for (double clip : at.asArrayRef())
    if (!(clip < 0) || !std::isfinite(clip))
      return emitError() << "expects clips that are negative and finite, got "
                         << clip;
  if (width != 8 && width != 16)
    return emitError() << "expects entries of 8 or 16 bits, got " << width;
  if (thresholds && !table)
    return emitError() << "expects a table beside thresholds, got none";
  if (!table)
    return success();
  if (floor == ClipFloor::Zero)
    return emitError() << "expects no floor of zero beside a table, which says "
                          "what its last code weighs";
  int64_t codes = int64_t(1) << bits;
  if (table.size() != at.size() * codes)
    return emitError() << "expects a table of " << codes << " entries for each "
                       << "of " << at.size() << " clips, got " << table.size();
  for (int64_t head = 0; head < at.size(); ++head)
    if (failed(verifyEntries(emitError,
                             table.asArrayRef().slice(head * codes, codes))))
      return failure();
  if (!thresholds)
    return success();
  return iquant::verifyThresholds(emitError, thresholds.asArrayRef(), at.size(),
                                  "clips", codes);
}

ArrayRef<int64_t> ClipAttr::getThresholdsOf(int64_t head) const {
  if (!getThresholds())
    return {};
  int64_t count = getNumCodes() - 1;
  return getThresholds().asArrayRef().slice(head * count, count);
}

/// Whether weights are products of two tables.
static bool isProduct(ClipAttr clip) {
  return clip.getBits() == 8 && !clip.getTable();
}

int64_t ClipAttr::getEntryUnit() const {
  if (isProduct(*this))
    return 65280 * 255 / 256;
  return getWidth() == 8 ? 255 : 65280;
}

SmallVector<int64_t> ClipAttr::getEntries(int64_t head) const {
  int64_t last = getNumCodes() - 1;
  return llvm::map_to_vector(llvm::seq(last + 1), [&](int64_t code) {
    double step = getAt()[head] / last, weight = std::exp(step * code);
    if (getTable())
      weight = getTable()[head * (last + 1) + code];
    else if (code == last && getFloor() == ClipFloor::Zero)
      weight = 0;
    else if (isProduct(*this))
      return std::lround(65280 * std::exp(step * (code / 16 * 16))) *
             std::lround(255 * std::exp(step * (code % 16))) / 256;
    return std::lround(getEntryUnit() * weight);
  });
}

double ClipAttr::getClip(int64_t head) const {
  if (!getThresholds())
    return getAt()[head];
  return -(getThresholdsOf(head).back() - 0.5) / getStepsPerUnit(head);
}

int64_t ClipAttr::getStep(double input, int64_t head, int64_t position) const {
  double rounding = getRounding() == ClipRounding::Nearest
                        ? 0.5
                        : (2 * ((7 * position + 3) % 16) + 1) / 32.0;
  double last = getLastStep();
  return std::min(last, std::floor(-input * getStepsPerUnit(head) + rounding));
}

int64_t ClipAttr::getCode(double input, int64_t head, int64_t position) const {
  int64_t step = getStep(input, head, position);
  if (!getThresholds())
    return step;
  return llvm::count_if(getThresholdsOf(head),
                        [&](int64_t threshold) { return step >= threshold; });
}

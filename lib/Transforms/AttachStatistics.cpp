//===- AttachStatistics.cpp - Statistics of a file for observers ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Mismatches.h"

#include "iquant/Calibration/StatisticsFile.h"
#include "iquant/Support/ConstantBuilder.h"
#include "iquant/Support/Json.h"
#include "iquant/Support/Observers.h"
#include "iquant/Transforms/Passes.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_TRANSFORMERATTACHSTATISTICS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;
using transformer::ObserverOpInterface;
using transformer::StatisticsAttr;

/// Statistics of more channels become resources, as a module has hundreds.
static constexpr int64_t kMaxInlineChannels = 16;

//===----------------------------------------------------------------------===//
// The attribute
//===----------------------------------------------------------------------===//

static ElementsAttr makeElements(MLIRContext *context, const Twine &name,
                                 ArrayRef<int64_t> shape,
                                 ArrayRef<float> elements) {
  ConstantBuilder<float> builder(
      RankedTensorType::get(shape, Float32Type::get(context)));
  llvm::copy(elements, builder.data().begin());
  return builder.finish(name.str(), kMaxInlineChannels);
}

static StatisticsAttr makeStatistics(MLIRContext *context,
                                     const RecordedValue &value) {
  int64_t channels = value.getChannels();
  auto vector = [&](StringRef key, ArrayRef<float> elements) {
    return makeElements(context, value.name + "." + key, channels, elements);
  };
  ElementsAttr rows;
  if (!value.rows.empty())
    rows = makeElements(
        context, value.name + ".rows",
        {static_cast<int64_t>(value.rows.size()) / channels, channels},
        value.rows);
  ElementsAttr sequences;
  if (!value.sequences.empty()) {
    int64_t length = value.sequenceLength;
    int64_t count = value.sequences.size() / channels / length;
    sequences = makeElements(context, value.name + ".sequences",
                             {count, length, channels}, value.sequences);
  }
  return StatisticsAttr::get(
      context, value.count, vector("min", value.min), vector("max", value.max),
      vector("mean", value.mean), vector("deviation", value.deviation),
      vector("absmax", value.absmax), rows, sequences);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct TransformerAttachStatistics
    : public iquant::impl::TransformerAttachStatisticsBase<
          TransformerAttachStatistics> {
  using TransformerAttachStatisticsBase::TransformerAttachStatisticsBase;

  void runOnOperation() override;
};
} // namespace

/// Gives every observer its value; says which have none, which have another
/// number of channels, and which values have no observer.
static SmallVector<Mismatch>
match(ModuleOp module, ArrayRef<RecordedValue> values,
      SmallVectorImpl<std::pair<ObserverOpInterface, const RecordedValue *>>
          &matches) {
  llvm::StringMap<const RecordedValue *> recorded;
  for (const RecordedValue &value : values)
    recorded[value.name] = &value;
  SmallVector<Mismatch> mismatches;
  llvm::StringSet<> observed;
  for (ObserverOpInterface op : collectObservers(module)) {
    StringRef name = op.getObservedName();
    auto mismatch = [&](const Twine &sentence) {
      mismatches.push_back(
          {op->getLoc(), ("value " + quoted(name) + " " + sentence).str()});
    };
    const RecordedValue *value = recorded.lookup(name);
    if (!observed.insert(name).second)
      mismatch("has two observers");
    else if (!value)
      mismatch("has no statistics in the file");
    else if (value->getChannels() != op.getObservedChannels())
      mismatch("has " + Twine(op.getObservedChannels()) +
               " channels, but statistics of " + Twine(value->getChannels()));
    else
      matches.emplace_back(op, value);
  }
  for (const RecordedValue &value : values)
    if (!observed.contains(value.name))
      mismatches.push_back(
          {module.getLoc(),
           "value " + quoted(value.name) + " of the file has no observer"});
  return mismatches;
}

void TransformerAttachStatistics::runOnOperation() {
  ModuleOp module = getOperation();
  if (file.empty()) {
    emitError(module.getLoc(),
              "expects the option 'file' to name a file of statistics");
    return signalPassFailure();
  }
  llvm::Expected<std::vector<RecordedValue>> values = readStatistics(file);
  if (!values) {
    emitError(module.getLoc()) << toString(values.takeError());
    return signalPassFailure();
  }
  SmallVector<std::pair<ObserverOpInterface, const RecordedValue *>> matches;
  if (failed(checkMismatches(module, "the statistics", file,
                             match(module, *values, matches))))
    return signalPassFailure();
  for (auto [op, value] : matches)
    op.setStatisticsAttr(makeStatistics(&getContext(), *value));
}

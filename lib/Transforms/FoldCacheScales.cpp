//===- FoldCacheScales.cpp - Static scales of keys and values -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantMatrix.h"
#include "SmoothingPlaces.h"
#include "SmoothingRule.h"

#include "iquant/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"

#include <cmath>

namespace mlir::iquant {
#define GEN_PASS_DEF_TRANSFORMERFOLDCACHESCALES
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::transformer;

namespace {
/// What an attention reads as keys or values, with the largest magnitude of
/// each channel.
struct CachedValue {
  OpOperand *operand;
  int64_t heads;
  std::vector<double> ranges;

  /// The largest magnitude of each head.
  SmallVector<double> getHeadRanges() const;
};

struct TransformerFoldCacheScales
    : public iquant::impl::TransformerFoldCacheScalesBase<
          TransformerFoldCacheScales> {
  using TransformerFoldCacheScalesBase::TransformerFoldCacheScalesBase;

  void runOnOperation() override;
};
} // namespace

SmallVector<double> CachedValue::getHeadRanges() const {
  SmallVector<double> result;
  size_t width = ranges.size() / heads;
  for (int64_t head = 0; head < heads; ++head)
    result.push_back(
        *llvm::max_element(ArrayRef(ranges).slice(head * width, width)));
  return result;
}

static FailureOr<CachedValue> readRanges(OpOperand &operand, int64_t heads) {
  FailureOr<StatisticsAttr> statistics =
      getStatistics(operand.get(), [&](const Twine &reason) {
        return operand.getOwner()->emitError()
               << "expects statistics of keys and values, but " << reason.str();
      });
  if (failed(statistics))
    return failure();
  CachedValue value = {&operand, heads, {}};
  DoubleMatrix ranges = ConstantMatrix(statistics->getAbsmax()).read();
  for (double range : ranges.reshaped())
    value.ranges.push_back(std::max(range, kLeastMagnitude));
  return value;
}

/// All keys and values that no clamp has given ranges yet.
static FailureOr<std::vector<CachedValue>> collectCached(ModuleOp module) {
  std::vector<CachedValue> cached;
  WalkResult walk = module.walk([&](transformer::AttentionOp op) {
    for (OpOperand *operand : {&op.getKeyMutable(), &op.getValueMutable()}) {
      if (operand->get().getDefiningOp<ClampOp>())
        continue;
      FailureOr<CachedValue> value = readRanges(*operand, op.getKvHeads());
      if (failed(value))
        return WalkResult::interrupt();
      cached.push_back(std::move(*value));
    }
    return WalkResult::advance();
  });
  if (walk.wasInterrupted())
    return failure();
  return cached;
}

/// The scales that give all channels of `values` one range, with 1 as their
/// geometric mean. Channels that share a scale get it from the largest of them.
static std::vector<double> levelRanges(const SmoothingPlace &place,
                                       ArrayRef<CachedValue *> values) {
  std::vector<double> largest(place.getNumScales(), kLeastMagnitude),
      logarithms(place.getNumScales(), 0);
  for (CachedValue *value : values)
    for (auto [block, range] : llvm::zip_equal(
             place.getClasses(value->operand->get()), value->ranges))
      if (block.classNumber >= 0 && range >= largest[block.classNumber]) {
        largest[block.classNumber] = range;
        logarithms[block.classNumber] =
            block.inverse ? -std::log(range) : std::log(range);
      }
  return makeScales(std::move(logarithms));
}

/// What is left of the ranges of `value` behind the scales of its place.
static void divideRanges(CachedValue &value, const SmoothingPlace &place,
                         ArrayRef<double> scales) {
  for (auto [block, range] :
       llvm::zip_equal(place.getClasses(value.operand->get()), value.ranges))
    if (block.classNumber >= 0)
      range *= block.inverse ? scales[block.classNumber]
                             : 1 / scales[block.classNumber];
}

static void clamp(const CachedValue &value) {
  Value input = value.operand->get();
  OpBuilder builder(value.operand->getOwner());
  value.operand->set(
      ClampOp::create(builder, input.getLoc(), input,
                      builder.getDenseF64ArrayAttr(value.getHeadRanges())));
}

void TransformerFoldCacheScales::runOnOperation() {
  FailureOr<std::vector<CachedValue>> cached = collectCached(getOperation());
  if (failed(cached))
    return signalPassFailure();
  ChannelFreedom freedom(getOperation(), MapFamily::Scales);
  ConstantFolding folding;
  for (const SmoothingPlace &place :
       collectSmoothingPlaces(getOperation(), freedom)) {
    SmallVector<CachedValue *> values;
    for (CachedValue &value : *cached)
      if (llvm::is_contained(place.getPlace().values, value.operand->get()))
        values.push_back(&value);
    if (values.empty())
      continue;
    std::vector<double> scales = levelRanges(place, values);
    for (CachedValue *value : values)
      divideRanges(*value, place, scales);
    place.fold(scales, folding);
    remark::passed(place.getLoc(),
                   remark::RemarkOpts::name("Leveled").category(getArgument()))
        << "gave the channels of keys or values one range"
        << remark::metric("place", place.getName())
        << remark::metric("scales", scales.size());
  }
  folding.apply(&getContext());
  llvm::for_each(*cached, clamp);
}

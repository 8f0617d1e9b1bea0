//===- VerifyAccumulatorRange.cpp - Prove that no sum overflows -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the proof that the accumulators of the integer rules suffice.
//
//===----------------------------------------------------------------------===//

#include "iquant/Analysis/AccumulatorRange.h"
#include "iquant/Support/Locations.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_VERIFYACCUMULATORRANGE
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;
using transformer::kContextLength;

// What the rules sum over rows as long as the verifiers of the ops admit: the
// exponentials of S3 and A4, the weighted values of A4, the squares of N0 and
// the epsilon beside them, which N0 keeps to 2^61.
static_assert(kMaxSoftmaxChannels * kLargestExponential <= INT32_MAX);
static_assert(kMaxSoftmaxChannels * kLargestTableEntry <= INT32_MAX);
static_assert(kMaxSoftmaxChannels * kLargestPublished <= INT32_MAX);
static_assert(kLargestProbability * kLargestSymmetric <= kLargestExponential);
static_assert(kMaxNormChannels * kLargestSquare + (uint64_t(1) << 61) <
              uint64_t(1) << 62);
// Twice the rows of F5 and their number.
static_assert(kMaxMeanRows * ((int64_t(1) << 32) + 1) < INT64_MAX);

namespace {

class VerifyAccumulatorRange
    : public iquant::impl::VerifyAccumulatorRangeBase<VerifyAccumulatorRange> {
public:
  using VerifyAccumulatorRangeBase::VerifyAccumulatorRangeBase;

  void runOnOperation() override {
    proven = 0;
    bool failed = false;
    getOperation()->walk([&](Operation *op) {
      LogicalResult result =
          TypeSwitch<Operation *, LogicalResult>(op)
              .Case<LinearOp, AttentionOp, MeanPoolOp>(
                  [&](auto op) { return verify(op); })
              .Case<SoftmaxOp, RmsNormOp, LayerNormOp>([&](auto) {
                // Their verifiers bound the channels, see the assertions above.
                ++proven;
                return success();
              })
              .Default([](Operation *) { return success(); });
      failed |= mlir::failed(result);
      TypeSwitch<Operation *>(op).Case<SoftmaxOp, AttentionOp>(
          [&](auto op) { describePackedSum(op); });
    });
    markAllAnalysesPreserved();
    if (failed)
      return signalPassFailure();
    remark::passed(
        getOperation().getLoc(),
        remark::RemarkOpts::name("AccumulatorRange").category(getArgument()))
        << remark::add("no accumulator can overflow")
        << remark::metric("ProvenAccumulators", proven);
  }

private:
  LogicalResult verify(LinearOp op);
  LogicalResult verify(AttentionOp op);
  LogicalResult verify(MeanPoolOp op);

  /// Says for how many codes a packed sum would do, beyond those that the rules
  /// admit.
  template <typename OpTy> void describePackedSum(OpTy op);

  std::optional<int64_t> getMostRows(Operation *op, ArrayRef<int64_t> sizes);
  LogicalResult reportUnbounded(Operation *op, StringRef what, unsigned bits,
                                int64_t most);

  unsigned proven = 0;
};

} // namespace

//===----------------------------------------------------------------------===//
// Linear
//===----------------------------------------------------------------------===//

LogicalResult VerifyAccumulatorRange::verify(LinearOp op) {
  bool isAsymmetric = op.getInput().getType().isAsymmetric();
  uint64_t channels = op.getWeight().getType().getShape()[1];
  uint64_t largestCode = isAsymmetric ? kLargestAsymmetric : kLargestSymmetric;
  SumRange sum = SumRange::inSigned(largestCode * kLargestSymmetric, 32);
  ++proven;
  if (sum.fits(channels))
    return success();

  std::optional<uint64_t> largest = getLargestSum(op.getWeight(), isAsymmetric);
  if (largest && *largest <= INT32_MAX) {
    remark::analysis(
        op.getLoc(),
        remark::RemarkOpts::name("AccumulatorRange").category(getArgument()))
        << remark::add("{0} products of up to {1} * {2} could overflow 32 "
                       "bits, but with the codes of this weight their sum "
                       "stays within {3}",
                       channels, largestCode, kLargestSymmetric, *largest);
    return success();
  }
  InFlightDiagnostic diagnostic =
      op.emitOpError() << "accumulates " << channels << " products of up to "
                       << largestCode << " * " << kLargestSymmetric
                       << " in 32 bits, which can overflow beyond "
                       << sum.getLongest() << " channels" << describePlace(op);
  if (largest)
    diagnostic.attachNote(op.getWeight().getLoc())
        << "with the codes of this weight a sum can reach " << *largest
        << ", and 32 bits hold " << INT32_MAX;
  else
    diagnostic.attachNote(op.getWeight().getLoc())
        << "the codes of this weight are not constant here, so nothing closer "
           "is known";
  return diagnostic;
}

//===----------------------------------------------------------------------===//
// Packed sums
//===----------------------------------------------------------------------===//

template <typename OpTy>
void VerifyAccumulatorRange::describePackedSum(OpTy op) {
  if (!op.getPackedSum())
    return;
  TableAttr tables = *op.getTable();
  remark::analysis(
      op.getLoc(),
      remark::RemarkOpts::name("AccumulatorRange").category(getArgument()))
      << remark::add("the sum of packed codes by {0} fits 32 bits for at most "
                     "{1} of them, one by one for {2}, and the rules admit {3}",
                     stringifyPackedSum(*op.getPackedSum()),
                     getMostCodes(tables, op.getPackedSum()),
                     getMostCodes(tables, std::nullopt), kMaxSoftmaxChannels);
}

//===----------------------------------------------------------------------===//
// Attention and means
//===----------------------------------------------------------------------===//

/// The most keys or rows that an op is run with; `sizes` are what its types say
/// of their number.
std::optional<int64_t>
VerifyAccumulatorRange::getMostRows(Operation *op, ArrayRef<int64_t> sizes) {
  for (int64_t size : sizes)
    if (ShapedType::isStatic(size))
      return size;
  if (maxKeys > 0)
    return maxKeys;
  for (Operation *parent = op->getParentOp(); parent;
       parent = parent->getParentOp())
    if (auto length = parent->getAttrOfType<IntegerAttr>(kContextLength))
      return length.getInt();
  return std::nullopt;
}

LogicalResult VerifyAccumulatorRange::reportUnbounded(Operation *op,
                                                      StringRef what,
                                                      unsigned bits,
                                                      int64_t most) {
  return op->emitOpError() << "accumulates over a number of " << what
                           << " that has no bound, and " << bits
                           << " bits suffice for " << most << " " << what
                           << "; give max-keys or the attribute '"
                           << kContextLength << "'" << describePlace(op);
}

/// The largest exponential of an attention: that of S1, of its tables, or of a
/// published form.
static uint64_t getLargestExponential(AttentionOp op) {
  if (op.getExponential())
    return kLargestPublished;
  if (std::optional<TableAttr> tables = op.getTable())
    return *llvm::max_element(tables->getEntries().asArrayRef());
  return kLargestExponential;
}

LogicalResult VerifyAccumulatorRange::verify(AttentionOp op) {
  proven += 3;
  SumRange scores =
      SumRange::inSigned(kLargestSymmetric * kLargestSymmetric, 32);
  if (!scores.fits(op.getHeadWidth()))
    return op.emitOpError()
           << "accumulates " << op.getHeadWidth() << " products of up to "
           << kLargestSymmetric << " * " << kLargestSymmetric
           << " in 32 bits, which can overflow beyond " << scores.getLongest()
           << " channels of a head" << describePlace(op);

  auto rowsOf = [](DynType type) { return type.getShape().drop_back().back(); };
  std::optional<int64_t> keys = getMostRows(
      op, {rowsOf(op.getKey().getType()), rowsOf(op.getValue().getType())});
  if (!keys)
    return reportUnbounded(op, "keys", 32, kMaxSoftmaxChannels);
  // A weighted value is less than an exponential, so one bound serves both.
  if (*keys <= kMaxSoftmaxChannels)
    return success();
  return op.emitOpError() << "accumulates the exponentials of " << *keys
                          << " keys, each up to " << getLargestExponential(op)
                          << ", in 32 bits, which rule A4 allows for at most "
                          << kMaxSoftmaxChannels << " keys"
                          << describePlace(op);
}

LogicalResult VerifyAccumulatorRange::verify(MeanPoolOp op) {
  ++proven;
  ArrayRef<int64_t> input = op.getInput().getType().getShape();
  std::optional<int64_t> rows = getMostRows(
      op, {input.drop_back().back(), op.getMask().getType().getShape().back()});
  if (!rows)
    return reportUnbounded(op, "rows", 64, kMaxMeanRows);
  if (*rows <= kMaxMeanRows)
    return success();
  return op.emitOpError() << "accumulates " << *rows
                          << " rows in 64 bits, which rule F5 allows for at "
                             "most "
                          << kMaxMeanRows << " rows" << describePlace(op);
}

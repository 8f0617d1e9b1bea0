//===- FoldNormScale.cpp - Norm parameters into the next linears ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FoldNormScale.h"

#include "iquant/Analysis/ChannelFreedom.h"
#include "iquant/Support/Locations.h"
#include "iquant/Support/Observers.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_TRANSFORMERFOLDNORMSCALE
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::transformer;

/// The value of an optional parameter, null without one.
static Value getParameter(std::optional<MutableOperandRange> operand) {
  return operand && !operand->empty() ? (*operand)[0].get() : Value();
}

namespace {
/// A norm with parameters, and who reads its result:
///
/// %n = norm %x scale %g shift %b
/// %r = linear %n, %w bias %c
///   -->
/// %n = norm %x
/// %r = linear %n, (%w * diag(%g)) bias (%c + %w * %b)
struct NormFold {
  explicit NormFold(ScalesChannelsOpInterface norm)
      : norm(norm), scale(getParameter(norm.getChannelScale())),
        shift(getParameter(norm.getChannelShift())),
        readers(getReaders(norm->getResult(0))) {}

  /// Says why the parameters cannot be folded.
  LogicalResult check(Decline decline) const;
  LogicalResult checkReader(OpOperand &reader, Decline decline) const;
  /// Gives every reader a vector that can take the shift.
  void createShiftSinks() const;
  void fold(ConstantFolding &folding);

  ScalesChannelsOpInterface norm;
  Value scale, shift;
  SmallVector<OpOperand *> readers;
};
} // namespace

static AbsorbsChannelMapOpInterface getOwner(OpOperand *reader) {
  return cast<AbsorbsChannelMapOpInterface>(reader->getOwner());
}

LogicalResult NormFold::checkReader(OpOperand &reader, Decline decline) const {
  Operation *op = reader.getOwner();
  auto declineReader = [&](const Twine &reason) {
    return decline("since '" + op->getName().getStringRef() +
                   "', which reads it, " + reason + describePlace(op));
  };
  auto absorbing = dyn_cast<AbsorbsChannelMapOpInterface>(op);
  SmallVector<ChannelSink> sinks;
  if (absorbing)
    sinks = absorbing.getInputSinks(reader);
  if (sinks.empty())
    return declineReader("absorbs no scale");
  for (const ChannelSink &sink : sinks)
    if (failed(getConstantElements(sink.operand->get(), declineReader)))
      return failure();
  if (!shift)
    return success();
  std::optional<ShiftSink> sink = absorbing.getInputShiftSink(reader);
  if (!sink)
    return declineReader("absorbs no shift");
  if (!sink->vector.empty())
    return getConstantElements(sink->vector[0].get(), declineReader);
  return success();
}

LogicalResult NormFold::check(Decline decline) const {
  for (Value parameter : {scale, shift}) {
    auto declineParameter = [&](const Twine &reason) {
      return decline("since its own parameters are needed: it " + reason);
    };
    if (parameter && failed(getConstantElements(parameter, declineParameter)))
      return failure();
  }
  for (OpOperand *reader : readers)
    if (failed(checkReader(*reader, decline)))
      return failure();
  return success();
}

void NormFold::createShiftSinks() const {
  if (!shift)
    return;
  for (OpOperand *reader : readers) {
    ShiftSink sink = *getOwner(reader).getInputShiftSink(*reader);
    auto weight = cast<ShapedType>(sink.weight->get().getType());
    getOrCreateParameter(sink.vector, weight.getDimSize(1 - sink.dimension), 0);
  }
}

void NormFold::fold(ConstantFolding &folding) {
  std::optional<ChannelMap> map;
  if (scale)
    map = ChannelMap::scale(readConstant(scale));
  for (OpOperand *reader : readers) {
    AbsorbsChannelMapOpInterface op = getOwner(reader);
    if (shift) {
      ShiftSink sink = *op.getInputShiftSink(*reader);
      folding.add(sink.vector[0], multiply(sink.weight->get(), sink.dimension,
                                           readConstant(shift)));
    }
    if (map)
      for (const ChannelSink &sink : op.getInputSinks(*reader))
        folding.map(sink, *map);
  }
  norm.getChannelScale().clear();
  if (std::optional<MutableOperandRange> range = norm.getChannelShift())
    range->clear();
  for (Value parameter : {scale, shift})
    if (parameter)
      eraseIfUnused(parameter);
}

void mlir::iquant::foldNormScales(Operation *root, ConstantFolding &folding,
                                  StringRef category) {
  SmallVector<NormFold> folds;
  root->walk([&](ScalesChannelsOpInterface norm) {
    NormFold fold(norm);
    if (!fold.scale && !fold.shift)
      return;
    auto decline = [&](const Twine &reason) -> LogicalResult {
      remark::missed(
          norm.getLoc(),
          remark::RemarkOpts::name("NormScaleKept").category(category))
          << ("not folded, " + reason).str();
      return failure();
    };
    if (succeeded(fold.check(decline)))
      folds.push_back(std::move(fold));
  });
  // An op that gets an operand may move the others: pointers to them come
  // later.
  for (const NormFold &fold : folds)
    fold.createShiftSinks();
  for (NormFold &fold : folds) {
    fold.readers = getReaders(fold.norm->getResult(0));
    remark::passed(
        fold.norm.getLoc(),
        remark::RemarkOpts::name("NormScaleFolded").category(category))
        << "folded into the ops that read it"
        << remark::metric("readers", fold.readers.size());
    fold.fold(folding);
    dropStatistics(fold.norm->getResult(0));
  }
}

namespace {
struct TransformerFoldNormScale
    : public iquant::impl::TransformerFoldNormScaleBase<
          TransformerFoldNormScale> {
  void runOnOperation() override {
    ConstantFolding folding;
    foldNormScales(getOperation(), folding, getArgument());
    folding.apply(&getContext());
  }
};
} // namespace

//===- ConvertTransformerToIQuant.cpp - Float to integer ops --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pass: check everything, then convert everything, then say what was done.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "mlir/IR/Remarks.h"

#include "llvm/ADT/MapVector.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_CONVERTTRANSFORMERTOIQUANT
#include "iquant/Conversion/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

void mlir::iquant::populateTransformerToIQuant(
    const IQuantTypeConverter &converter, IntegerParameters &parameters,
    const FloatIslands &islands, RewritePatternSet &patterns,
    ConversionTarget &target, const PublishedForms &forms) {
  target.addDynamicallyLegalDialect<transformer::TransformerDialect>(
      [&](Operation *op) { return islands.contains(op); });
  target.addLegalDialect<IQuantDialect>();
  populateLinearPatterns(converter, parameters, patterns);
  populateNormPatterns(converter, parameters, patterns);
  populateAttentionPatterns(converter, parameters, forms, patterns);
  populateCachePatterns(converter, patterns);
  populateSlicePatterns(converter, patterns);
  populateActivationPatterns(converter, forms, patterns);
  populateElementwisePatterns(converter, parameters, patterns);
  populateBoundaryPatterns(converter, parameters, islands, patterns, target);
}

/// How often each transformer op occurs in a function.
using OpCounts = llvm::MapVector<StringRef, int64_t>;

static OpCounts countOps(func::FuncOp function, const FloatIslands &islands) {
  OpCounts counts;
  function.walk([&](Operation *op) {
    if (isa_and_nonnull<transformer::TransformerDialect>(op->getDialect()) &&
        !islands.contains(op))
      ++counts[op->getName().stripDialect()];
  });
  return counts;
}

static void emitConverted(func::FuncOp function, const OpCounts &counts) {
  if (counts.empty())
    return;
  auto remark =
      remark::passed(function.getLoc(), remark::RemarkOpts::name("Converted")
                                            .category(kRemarkCategory)
                                            .function(function.getName()));
  remark << "converted to integer ops";
  for (auto [name, count] : counts)
    remark << remark::metric(name, count);
}

/// Erases what the patterns left without users: float constants that were
/// parameters, and dequantized norms whose codes were taken instead.
static void eraseLeftovers(ModuleOp module) {
  module.walk([](Operation *op) {
    bool leftover =
        isa<DequantizeOp>(op) || (op->hasTrait<OpTrait::ConstantLike>() &&
                                  containsFloat(op->getResult(0).getType()));
    if (leftover && op->use_empty())
      op->erase();
  });
}

static std::optional<ExponentialForm> getForm(ExponentialRule rule) {
  switch (rule) {
  case ExponentialRule::Table:
    return std::nullopt;
  case ExponentialRule::DiExp:
    return ExponentialForm::DiExp;
  case ExponentialRule::DiExpGuarded:
    return ExponentialForm::DiExpGuarded;
  case ExponentialRule::DiClipped:
    return ExponentialForm::DiClipped;
  case ExponentialRule::DiClippedGuarded:
    return ExponentialForm::DiClippedGuarded;
  case ExponentialRule::IBert:
    return ExponentialForm::IBert;
  }
  llvm_unreachable("every rule is above");
}

namespace {
struct ConvertTransformerToIQuant
    : public iquant::impl::ConvertTransformerToIQuantBase<
          ConvertTransformerToIQuant> {
  using ConvertTransformerToIQuantBase::ConvertTransformerToIQuantBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (exponent < 0 || exponent > 24) {
      emitError(module.getLoc())
          << "expects an exponent in 0 .. 24, got " << exponent.getValue();
      return signalPassFailure();
    }
    if (rowGroup < 0) {
      emitError(module.getLoc())
          << "expects a row group of 0 or more channels, got "
          << rowGroup.getValue();
      return signalPassFailure();
    }
    IntegerParameters parameters(&getContext(), exponent, rowGroup);
    PublishedForms forms;
    forms.exponential = getForm(softmax);
    if (sigmoid == SigmoidRule::RowMaximum)
      forms.sigmoid = SigmoidForm::RowMaximum;
    if (erf == ErfRule::IBert)
      forms.erf = GeluForm::IBert;
    FloatIslands islands;
    if (floatIslands)
      islands = findFloatIslands(module, parameters, forms);
    if (failed(checkTransformerToIQuant(module, parameters, forms, islands)))
      return signalPassFailure();

    SmallVector<std::pair<func::FuncOp, OpCounts>> counts;
    for (auto function : module.getOps<func::FuncOp>())
      counts.emplace_back(function, countOps(function, islands));

    IQuantTypeConverter converter(module, exponent);
    if (floatIslands) {
      separateIslands(module, islands);
      addIslandMaterializations(converter);
    }
    RewritePatternSet patterns(&getContext());
    ConversionTarget target(getContext());
    populateTransformerToIQuant(converter, parameters, islands, patterns,
                                target, forms);
    if (failed(applyFullConversion(module, target, std::move(patterns))))
      return signalPassFailure();
    eraseLeftovers(module);
    for (auto &[function, functionCounts] : counts)
      emitConverted(function, functionCounts);
  }
};
} // namespace

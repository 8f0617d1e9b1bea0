//===- ConvertTransformerToLinalg.cpp - Float ops to linalg ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "iquant/Conversion/Passes.h"

#include "mlir/Transforms/DialectConversion.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_CONVERTTRANSFORMERTOLINALG
#include "iquant/Conversion/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_linalg;

void mlir::iquant::populateTransformerToLinalgPatterns(
    RewritePatternSet &patterns, RotationTables &tables) {
  populateActivationPatterns(patterns);
  populateAttentionPatterns(patterns);
  populateElementwisePatterns(patterns);
  populateLinearPatterns(patterns);
  populateNormPatterns(patterns);
  populateRopePatterns(patterns, tables);
  populateSoftmaxPatterns(patterns);
}

namespace {
struct ConvertTransformerToLinalg
    : public iquant::impl::ConvertTransformerToLinalgBase<
          ConvertTransformerToLinalg> {
  void runOnOperation() override {
    RotationTables tables;
    RewritePatternSet patterns(&getContext());
    populateTransformerToLinalgPatterns(patterns, tables);
    ConversionTarget target(getContext());
    target.addIllegalDialect<transformer::TransformerDialect>();
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

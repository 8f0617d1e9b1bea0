//===- ConvertIQuantToLinalg.cpp - Integer ops to linalg ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "iquant/Conversion/Passes.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_CONVERTIQUANTTOLINALG
#include "iquant/Conversion/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

void mlir::iquant::populateIQuantToLinalgPatterns(
    const TypeConverter &converter, RewritePatternSet &patterns) {
  populateActivationPatterns(converter, patterns);
  populateAttentionPatterns(converter, patterns);
  populateComponentPatterns(converter, patterns);
  populateElementwisePatterns(converter, patterns);
  populateLinearPatterns(converter, patterns);
  populateNormPatterns(converter, patterns);
  populateQuantizePatterns(converter, patterns);
  populateRopePatterns(converter, patterns);
  populateSoftmaxPatterns(converter, patterns);
}

namespace {
struct ConvertIQuantToLinalg
    : public iquant::impl::ConvertIQuantToLinalgBase<ConvertIQuantToLinalg> {
  void runOnOperation() override {
    ComponentTypeConverter converter;
    RewritePatternSet patterns(&getContext());
    ConversionTarget target(getContext());
    target.addIllegalDialect<IQuantDialect>();
    populateIQuantToLinalgPatterns(converter, patterns);
    populateComponentSignaturePatterns(converter, patterns, target);
    if (failed(
            applyFullConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

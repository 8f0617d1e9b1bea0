//===- Activation.cpp - SwiGLU, SiLU, GELU --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

namespace {
struct ConvertSwiGlu : public OpConversionPattern<transformer::SwiGluOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(transformer::SwiGluOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<SwiGluOp>(op, adaptor.getGate().getType(),
                                          adaptor.getGate(), adaptor.getUp());
    return success();
  }
};

struct ConvertSilu : public OpConversionPattern<transformer::SiluOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(transformer::SiluOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<SiluOp>(op, adaptor.getInput());
    return success();
  }
};

struct ConvertGelu : public OpConversionPattern<transformer::GeluOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(transformer::GeluOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto form = op.getForm() == transformer::GeluForm::Erf ? GeluForm::Erf
                                                           : GeluForm::Tanh;
    rewriter.replaceOpWithNewOp<GeluOp>(op, adaptor.getInput(), form);
    return success();
  }
};
} // namespace

void to_iquant::populateActivationPatterns(const TypeConverter &converter,
                                           RewritePatternSet &patterns) {
  patterns.add<ConvertSwiGlu, ConvertSilu, ConvertGelu>(converter,
                                                        patterns.getContext());
}

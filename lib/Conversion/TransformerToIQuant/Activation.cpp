//===- Activation.cpp - SwiGLU, SiLU, GELU, ReLU --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

/// The form of the same name.
static GeluForm getForm(transformer::GeluForm form) {
  switch (form) {
  case transformer::GeluForm::Erf:
    return GeluForm::Erf;
  case transformer::GeluForm::Tanh:
    return GeluForm::Tanh;
  case transformer::GeluForm::Sigmoid:
    return GeluForm::Sigmoid;
  }
  llvm_unreachable("a form of GELU");
}

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

struct ConvertRelu : public OpConversionPattern<transformer::ReluOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(transformer::ReluOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<ReluOp>(op, adaptor.getInput());
    return success();
  }
};

struct ConvertGelu : public OpConversionPattern<transformer::GeluOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(transformer::GeluOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<GeluOp>(op, adaptor.getInput(),
                                        getForm(op.getForm()));
    return success();
  }
};
} // namespace

void to_iquant::populateActivationPatterns(const TypeConverter &converter,
                                           RewritePatternSet &patterns) {
  patterns.add<ConvertSwiGlu, ConvertSilu, ConvertRelu, ConvertGelu>(
      converter, patterns.getContext());
}

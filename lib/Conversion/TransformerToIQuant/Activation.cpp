//===- Activation.cpp - SwiGLU, SiLU, GELU, ReLU --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

/// The form of the same name, unless a published one stands in its place.
static GeluForm getForm(transformer::GeluForm form,
                        const PublishedForms &forms) {
  switch (form) {
  case transformer::GeluForm::Erf:
    return forms.erf;
  case transformer::GeluForm::Tanh:
    return GeluForm::Tanh;
  case transformer::GeluForm::Sigmoid:
    return GeluForm::Sigmoid;
  }
  llvm_unreachable("a form of GELU");
}

/// A maximum of a row needs rows.
static LogicalResult checkSigmoid(Operation *op, const PublishedForms &forms) {
  if (!forms.sigmoid ||
      cast<ShapedType>(op->getResult(0).getType()).getRank() > 0)
    return success();
  return decline(op, "expects channels for the sigmoid by " +
                         stringifySigmoidForm(*forms.sigmoid) +
                         ", got a tensor of rank 0");
}

LogicalResult to_iquant::check(transformer::SwiGluOp op,
                               const PublishedForms &forms) {
  return checkSigmoid(op, forms);
}

LogicalResult to_iquant::check(transformer::SiluOp op,
                               const PublishedForms &forms) {
  return checkSigmoid(op, forms);
}

namespace {
/// A pattern that takes published forms.
template <typename SourceOp>
struct ActivationPattern : public OpConversionPattern<SourceOp> {
  ActivationPattern(const TypeConverter &converter, MLIRContext *context,
                    const PublishedForms &forms)
      : OpConversionPattern<SourceOp>(converter, context), forms(forms) {}

  SigmoidFormAttr getSigmoid() const {
    return forms.sigmoid
               ? SigmoidFormAttr::get(this->getContext(), *forms.sigmoid)
               : SigmoidFormAttr();
  }

  PublishedForms forms;
};

struct ConvertSwiGlu : public ActivationPattern<transformer::SwiGluOp> {
  using ActivationPattern::ActivationPattern;

  LogicalResult
  matchAndRewrite(transformer::SwiGluOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<SwiGluOp>(op, adaptor.getGate().getType(),
                                          adaptor.getGate(), adaptor.getUp(),
                                          getSigmoid());
    return success();
  }
};

struct ConvertSilu : public ActivationPattern<transformer::SiluOp> {
  using ActivationPattern::ActivationPattern;

  LogicalResult
  matchAndRewrite(transformer::SiluOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<SiluOp>(op, adaptor.getInput(), getSigmoid());
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

struct ConvertGelu : public ActivationPattern<transformer::GeluOp> {
  using ActivationPattern::ActivationPattern;

  LogicalResult
  matchAndRewrite(transformer::GeluOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<GeluOp>(op, adaptor.getInput(),
                                        getForm(op.getForm(), forms));
    return success();
  }
};
} // namespace

void to_iquant::populateActivationPatterns(const TypeConverter &converter,
                                           const PublishedForms &forms,
                                           RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  patterns.add<ConvertRelu>(converter, context);
  patterns.add<ConvertSwiGlu, ConvertSilu, ConvertGelu>(converter, context,
                                                        forms);
}

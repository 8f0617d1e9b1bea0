//===- Elementwise.cpp - Sum, argmax, mean, observers ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

namespace {
struct ConvertAdd : public OpConversionPattern<transformer::AddOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(transformer::AddOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<AddOp>(op, adaptor.getLhs(), adaptor.getRhs());
    return success();
  }
};

struct ConvertArgmax : public OpConversionPattern<transformer::ArgmaxOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(transformer::ArgmaxOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<ArgmaxOp>(op, op.getType(), adaptor.getInput());
    return success();
  }
};

struct ConvertMeanPool : public OpConversionPattern<transformer::MeanPoolOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(transformer::MeanPoolOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<MeanPoolOp>(
        op, getTypeConverter()->convertType(op.getType()), adaptor.getInput(),
        adaptor.getMask());
    return success();
  }
};

struct EraseObserve : public OpConversionPattern<transformer::ObserveOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(transformer::ObserveOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, adaptor.getInput());
    return success();
  }
};
} // namespace

void to_iquant::populateElementwisePatterns(const TypeConverter &converter,
                                            RewritePatternSet &patterns) {
  patterns.add<ConvertAdd, ConvertArgmax, ConvertMeanPool, EraseObserve>(
      converter, patterns.getContext());
}

//===- Elementwise.cpp - Sums, products, clamp, argmax, mean, observers ---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

/// A range as fixed point of this exponent: at least one unit.
static int32_t toFixedRange(double range, int64_t exponent) {
  double rounded = std::round(std::ldexp(range, exponent));
  return static_cast<int32_t>(
      std::clamp<double>(rounded, 1, std::numeric_limits<int32_t>::max()));
}

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

struct ConvertMul : public OpConversionPattern<transformer::MulOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(transformer::MulOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<MulOp>(op, adaptor.getGate().getType(),
                                       adaptor.getGate(), adaptor.getUp());
    return success();
  }
};

struct ConvertScale : public ParameterPattern<transformer::ScaleOp> {
  using ParameterPattern::ParameterPattern;

  LogicalResult
  matchAndRewrite(transformer::ScaleOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value factors =
        getVector(rewriter, op, op.getFactors(), ParameterRole::Vector);
    rewriter.replaceOpWithNewOp<ScaleOp>(op, adaptor.getInput(), factors);
    return success();
  }
};

/// %r = transformer.clamp %x to %ranges
///   -->
/// %q = iquant.quantize %x to static scales
/// %r = iquant.dequantize %q    (which attention and caches do not read)
struct ConvertClamp : public OpConversionPattern<transformer::ClampOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(transformer::ClampOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto fixed = cast<FixedType>(adaptor.getInput().getType());
    auto ranges = llvm::map_to_vector(op.getRanges(), [&](double range) {
      return toFixedRange(range, fixed.getExponent());
    });
    Value quantized = QuantizeOp::create(
        rewriter, op.getLoc(), getGroupType(fixed, op.getGroup()),
        adaptor.getInput(), rewriter.getDenseI32ArrayAttr(ranges));
    rewriter.replaceOpWithNewOp<DequantizeOp>(op, fixed, quantized);
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

LogicalResult to_iquant::check(transformer::ScaleOp op,
                               IntegerParameters &parameters) {
  return parameters.compute(
      op.getFactors(), ParameterRole::Vector, "constant factors",
      [&](const Twine &reason) { return decline(op, reason); });
}

void to_iquant::populateElementwisePatterns(const TypeConverter &converter,
                                            IntegerParameters &parameters,
                                            RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  patterns.add<ConvertAdd, ConvertMul, ConvertClamp, ConvertArgmax,
               ConvertMeanPool, EraseObserve>(converter, context);
  patterns.add<ConvertScale>(converter, context, parameters);
}

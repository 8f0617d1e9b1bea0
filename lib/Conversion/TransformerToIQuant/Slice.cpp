//===- Slice.cpp - Parts, shapes and sizes of activations -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fixed point has one component, so an op that moves elements and computes
// nothing works on that.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

/// The only component of a fixed-point value.
static Value getCodes(OpBuilder &builder, Location loc, Value value) {
  Type type = getComponents(value.getType()).front();
  return DecomposeOp::create(builder, loc, type, value).getResult(0);
}

namespace {
/// %r = tensor.extract_slice %x
///   -->
/// %codes = iquant.decompose %x
/// %slice = tensor.extract_slice %codes
/// %r = iquant.compose %slice
struct ConvertExtractSlice
    : public OpConversionPattern<tensor::ExtractSliceOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(tensor::ExtractSliceOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = cast<FixedType>(getTypeConverter()->convertType(op.getType()));
    Value codes = getCodes(rewriter, op.getLoc(), adaptor.getSource());
    Value slice = tensor::ExtractSliceOp::create(
        rewriter, op.getLoc(),
        cast<RankedTensorType>(type.getComponents().front()), codes,
        op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides());
    rewriter.replaceOpWithNewOp<ComposeOp>(op, type, slice);
    return success();
  }
};

/// %r = tensor.expand_shape / collapse_shape %x
///   -->
/// %codes = iquant.decompose %x
/// %reshaped = tensor.expand_shape / collapse_shape %codes
/// %r = iquant.compose %reshaped
template <typename ReshapeOp>
struct ConvertReshape : public OpConversionPattern<ReshapeOp> {
  using OpConversionPattern<ReshapeOp>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(ReshapeOp op, typename ReshapeOp::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type =
        cast<FixedType>(this->getTypeConverter()->convertType(op.getType()));
    Value codes = getCodes(rewriter, op.getLoc(), adaptor.getSrc());
    auto codeType = cast<RankedTensorType>(type.getComponents().front());
    Value reshaped;
    if constexpr (std::is_same_v<ReshapeOp, tensor::ExpandShapeOp>)
      reshaped = ReshapeOp::create(rewriter, op.getLoc(), codeType, codes,
                                   op.getReassociationIndices(),
                                   op.getMixedOutputShape());
    else
      reshaped = ReshapeOp::create(rewriter, op.getLoc(), codeType, codes,
                                   op.getReassociationIndices());
    rewriter.replaceOpWithNewOp<ComposeOp>(op, type, reshaped);
    return success();
  }
};

/// The same of a transpose, which gets a place of its own for its codes.
struct ConvertTranspose : public OpConversionPattern<linalg::TransposeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(linalg::TransposeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = cast<FixedType>(
        getTypeConverter()->convertType(op->getResult(0).getType()));
    Location loc = op.getLoc();
    Value codes = getCodes(rewriter, loc, adaptor.getInput());
    SmallVector<OpFoldResult> sizes =
        tensor::getMixedSizes(rewriter, loc, codes);
    Value place = tensor::EmptyOp::create(
        rewriter, loc, applyPermutation(ArrayRef(sizes), op.getPermutation()),
        getElementTypeOrSelf(codes.getType()));
    auto transposed = linalg::TransposeOp::create(rewriter, loc, codes, place,
                                                  op.getPermutation());
    rewriter.replaceOpWithNewOp<ComposeOp>(op, type, transposed->getResult(0));
    return success();
  }
};

/// The same of a concatenation.
struct ConvertConcat : public OpConversionPattern<tensor::ConcatOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(tensor::ConcatOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = cast<FixedType>(getTypeConverter()->convertType(op.getType()));
    auto codes = llvm::map_to_vector(adaptor.getInputs(), [&](Value input) {
      return getCodes(rewriter, op.getLoc(), input);
    });
    Value joined = tensor::ConcatOp::create(rewriter, op.getLoc(),
                                            type.getComponents().front(),
                                            op.getDim(), codes);
    rewriter.replaceOpWithNewOp<ComposeOp>(op, type, joined);
    return success();
  }
};

/// A place that nobody has written to has no numbers; what reads it as a value
/// may get any.
struct ConvertEmpty : public OpConversionPattern<tensor::EmptyOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(tensor::EmptyOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = cast<FixedType>(getTypeConverter()->convertType(op.getType()));
    Value codes = tensor::EmptyOp::create(rewriter, op.getLoc(),
                                          type.getComponents().front(),
                                          adaptor.getDynamicSizes());
    rewriter.replaceOpWithNewOp<ComposeOp>(op, type, codes);
    return success();
  }
};

struct ConvertDim : public OpConversionPattern<tensor::DimOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(tensor::DimOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value codes = getCodes(rewriter, op.getLoc(), adaptor.getSource());
    rewriter.replaceOpWithNewOp<tensor::DimOp>(op, codes, adaptor.getIndex());
    return success();
  }
};
} // namespace

void to_iquant::populateSlicePatterns(const TypeConverter &converter,
                                      RewritePatternSet &patterns) {
  patterns.add<ConvertExtractSlice, ConvertReshape<tensor::ExpandShapeOp>,
               ConvertReshape<tensor::CollapseShapeOp>, ConvertTranspose,
               ConvertConcat, ConvertEmpty, ConvertDim>(converter,
                                                        patterns.getContext());
}

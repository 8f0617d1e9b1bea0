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
/// %r = op %x
///   -->
/// %codes = iquant.decompose %x
/// %moved = op %codes
/// %r = iquant.compose %moved
///
/// A tensor.empty has no operand, and no numbers either: what reads it as a
/// value may get any.
template <typename Op> struct ConvertMove : public OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type =
        cast<FixedType>(this->getTypeConverter()->convertType(op.getType()));
    auto operands =
        llvm::map_to_vector(adaptor.getOperands(), [&](Value operand) {
          return isa<FixedType>(operand.getType())
                     ? getCodes(rewriter, op.getLoc(), operand)
                     : operand;
        });
    Operation *moved =
        rewriter.create(op.getLoc(), op->getName().getIdentifier(), operands,
                        type.getComponents().front(), op->getAttrs());
    rewriter.replaceOpWithNewOp<ComposeOp>(op, type, moved->getResult(0));
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

/// The same of a broadcast.
struct ConvertBroadcast : public OpConversionPattern<linalg::BroadcastOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(linalg::BroadcastOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = cast<FixedType>(
        getTypeConverter()->convertType(op->getResult(0).getType()));
    Location loc = op.getLoc();
    Value codes = getCodes(rewriter, loc, adaptor.getInput());
    Value place = getCodes(rewriter, loc, adaptor.getInit());
    auto broadcast = linalg::BroadcastOp::create(rewriter, loc, codes, place,
                                                 op.getDimensions());
    rewriter.replaceOpWithNewOp<ComposeOp>(op, type, broadcast->getResult(0));
    return success();
  }
};

/// %r = arith.cmpf ogt, %x, %limit
///   -->
/// %r = arith.cmpi sgt, %codes_of_x, %codes_of_limit
///
/// Both have one unit, so their codes compare as they do.
struct ConvertCompare : public OpConversionPattern<arith::CmpFOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(arith::CmpFOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value lhs = getCodes(rewriter, loc, adaptor.getLhs());
    Value rhs = getCodes(rewriter, loc, adaptor.getRhs());
    rewriter.replaceOpWithNewOp<arith::CmpIOp>(op, arith::CmpIPredicate::sgt,
                                               lhs, rhs);
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
  patterns.add<ConvertMove<tensor::ExtractSliceOp>,
               ConvertMove<tensor::ExpandShapeOp>,
               ConvertMove<tensor::CollapseShapeOp>,
               ConvertMove<tensor::ConcatOp>, ConvertMove<tensor::EmptyOp>,
               ConvertTranspose, ConvertBroadcast, ConvertCompare, ConvertDim>(
      converter, patterns.getContext());
}

//===- Patterns.h - One lowering function per op ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the lowerings by op family, and the pattern that applies one.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_PATTERNS_H
#define IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_PATTERNS_H

#include "dialects/Transformer/Transformer.h"
#include "iquant/Conversion/TransformerToLinalg.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::iquant::to_linalg {

/// Replaces an op by what a function makes of it.
template <typename OpTy> class LowerOp : public OpRewritePattern<OpTy> {
public:
  using Lowering = Value (*)(OpTy, ImplicitLocOpBuilder &);

  LowerOp(MLIRContext *context, Lowering lowering)
      : OpRewritePattern<OpTy>(context), lowering(lowering) {}

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder builder(op.getLoc(), rewriter);
    Value result = lowering(op, builder);
    // An op may say less about its result's sizes than its operands do.
    Type type = op->getResult(0).getType();
    if (result.getType() != type)
      result = tensor::CastOp::create(builder, type, result);
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  Lowering lowering;
};

template <typename OpTy>
void addLowering(RewritePatternSet &patterns,
                 Value (*lowering)(OpTy, ImplicitLocOpBuilder &)) {
  patterns.add<LowerOp<OpTy>>(patterns.getContext(), lowering);
}

void populateActivationPatterns(RewritePatternSet &patterns);
void populateAttentionPatterns(RewritePatternSet &patterns);
void populateElementwisePatterns(RewritePatternSet &patterns);
void populateLinearPatterns(RewritePatternSet &patterns);
void populateNormPatterns(RewritePatternSet &patterns);
void populateRopePatterns(RewritePatternSet &patterns, RotationTables &tables);
void populateSoftmaxPatterns(RewritePatternSet &patterns);

} // namespace mlir::iquant::to_linalg

#endif // IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_PATTERNS_H

//===- Linear.cpp - Embedding and linear ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

/// The longest sum of products that surely fits 32 bits (rule L1).
static constexpr int64_t kMaxInputChannels = 66311;

LogicalResult to_iquant::check(transformer::EmbeddingOp op,
                               IntegerParameters &parameters) {
  return parameters.compute(
      op.getTable(), ParameterRole::Weight, "a constant table",
      [&](const Twine &reason) { return decline(op, reason); });
}

LogicalResult to_iquant::check(transformer::LinearOp op,
                               IntegerParameters &parameters) {
  auto declineOp = [&](const Twine &reason) { return decline(op, reason); };
  int64_t width = op.getWeight().getType().getDimSize(1);
  if (width > kMaxInputChannels)
    return declineOp("expects at most " + Twine(kMaxInputChannels) +
                     " input channels, so that sums fit 32 bits, got " +
                     Twine(width));
  LogicalResult weight = parameters.compute(
      op.getWeight(), ParameterRole::Weight, "a constant weight", declineOp);
  LogicalResult bias = success();
  if (op.getBias())
    bias = parameters.compute(op.getBias(), ParameterRole::Activation,
                              "a constant bias", declineOp);
  return failure(failed(weight) || failed(bias));
}

namespace {
/// %r = transformer.embedding %ids, %table
///   -->
/// %t = iquant.compose %codes, %multipliers, %exponents, %sums
/// %r = iquant.embedding %ids, %t
struct ConvertEmbedding : public ParameterPattern<transformer::EmbeddingOp> {
  using ParameterPattern::ParameterPattern;

  LogicalResult
  matchAndRewrite(transformer::EmbeddingOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value table = parameters.materialize(rewriter, op, op.getTable(),
                                         ParameterRole::Weight);
    rewriter.replaceOpWithNewOp<EmbeddingOp>(op, getResultType(op),
                                             adaptor.getIds(), table);
    return success();
  }
};

/// %r = transformer.linear %x, %weight bias %bias
///   -->
/// %w = iquant.compose %codes, %multipliers, %exponents, %sums
/// %b = iquant.compose %bias
/// %q = iquant.quantize %x
/// %r = iquant.linear %q, %w bias %b
struct ConvertLinear : public ParameterPattern<transformer::LinearOp> {
  using ParameterPattern::ParameterPattern;

  LogicalResult
  matchAndRewrite(transformer::LinearOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value weight = parameters.materialize(rewriter, op, op.getWeight(),
                                          ParameterRole::Weight);
    Value bias =
        getVector(rewriter, op, op.getBias(), ParameterRole::Activation);
    Value rows =
        getQuantizedRows(rewriter, op.getLoc(), adaptor.getInput(), parameters);
    rewriter.replaceOpWithNewOp<LinearOp>(op, getResultType(op), rows, weight,
                                          bias);
    return success();
  }
};
} // namespace

void to_iquant::populateLinearPatterns(const TypeConverter &converter,
                                       IntegerParameters &parameters,
                                       RewritePatternSet &patterns) {
  patterns.add<ConvertEmbedding, ConvertLinear>(
      converter, patterns.getContext(), parameters);
}

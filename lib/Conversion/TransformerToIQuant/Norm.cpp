//===- Norm.cpp - Norms, fused with quantization --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "iquant/Support/Observers.h"

#include "mlir/IR/Remarks.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

/// The longest row whose sums the norms' rules keep within 64 bits.
static constexpr int64_t kMaxChannels = 65536;
/// The largest epsilon in units of `2^(-2 * exponent)`.
static constexpr int64_t kMaxEpsilon = (1 << 30) - 1;

/// An epsilon in units of the square of the activations' unit.
static double inSquaredUnits(const APFloat &epsilon, int64_t exponent) {
  return std::round(std::ldexp(epsilon.convertToDouble(), 2 * exponent));
}

template <typename NormOp>
static LogicalResult checkNorm(NormOp op, IntegerParameters &parameters) {
  LogicalResult result = success();
  int64_t channels = op.getType().getShape().back();
  if (channels < 1 || channels > kMaxChannels)
    result = decline(op, "expects 1 .. " + Twine(kMaxChannels) +
                             " channels, got " + Twine(channels));
  double epsilon = inSquaredUnits(op.getEpsilon(), parameters.getExponent());
  if (epsilon > kMaxEpsilon)
    result = decline(op, "expects an epsilon of at most " + Twine(kMaxEpsilon) +
                             " units of 2^-" +
                             Twine(2 * parameters.getExponent()) + ", got " +
                             showNumber(op.getEpsilon().convertToDouble()));
  return result;
}

static LogicalResult checkVector(Operation *op, Value vector, StringRef what,
                                 IntegerParameters &parameters) {
  if (!vector)
    return success();
  return parameters.compute(
      vector, ParameterRole::Vector, what,
      [&](const Twine &reason) { return decline(op, reason); });
}

LogicalResult to_iquant::check(transformer::RmsNormOp op,
                               IntegerParameters &parameters) {
  LogicalResult norm = checkNorm(op, parameters);
  LogicalResult scale =
      checkVector(op, op.getScale(), "a constant scale", parameters);
  return failure(failed(norm) || failed(scale));
}

LogicalResult to_iquant::check(transformer::LayerNormOp op,
                               IntegerParameters &parameters) {
  LogicalResult norm = checkNorm(op, parameters);
  LogicalResult scale =
      checkVector(op, op.getScale(), "a constant scale", parameters);
  LogicalResult shift =
      checkVector(op, op.getShift(), "a constant shift", parameters);
  return failure(failed(norm) || failed(scale) || failed(shift));
}

/// The first reader of `value` that is no linear, or null. Observers are looked
/// through, since they disappear.
static Operation *findOtherUser(Value value) {
  for (OpOperand *reader : getReaders(value))
    if (!isa<transformer::LinearOp>(reader->getOwner()))
      return reader->getOwner();
  return nullptr;
}

namespace {
/// With users that are linears only, and with others:
///
/// %r = transformer.rms_norm %x scale %s
///   -->
/// %q = iquant.rms_norm %x scale %t : !iquant.dyn   (%r = iquant.dequantize %q,
///                                                   which no linear reads)
///   or
/// %r = iquant.rms_norm %x scale %t : !iquant.fixed
template <typename SourceOp, typename TargetOp>
struct ConvertNorm : public ParameterPattern<SourceOp> {
  using ParameterPattern<SourceOp>::ParameterPattern;
  using OpAdaptor = typename SourceOp::Adaptor;

  LogicalResult
  matchAndRewrite(SourceOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    FixedType fixed = this->getResultType(op);
    Operation *other = findOtherUser(op.getResult());
    if (op->use_empty() || other) {
      if (other)
        remark::missed(
            op.getLoc(),
            remark::RemarkOpts::name("NormNotFused").category(kRemarkCategory))
            << ("not fused with quantization, since '" +
                other->getName().getStringRef() + "' reads the result too")
                   .str();
      rewriter.replaceOp(op, create(op, adaptor, rewriter, fixed));
      return success();
    }
    Value quantized =
        create(op, adaptor, rewriter, getRowType(fixed, this->parameters));
    rewriter.replaceOpWithNewOp<DequantizeOp>(op, fixed, quantized);
    return success();
  }

private:
  Value create(transformer::RmsNormOp op,
               transformer::RmsNormOp::Adaptor adaptor, OpBuilder &builder,
               Type result) const {
    Value scale =
        this->getVector(builder, op, op.getScale(), ParameterRole::Vector);
    return RmsNormOp::create(builder, op.getLoc(), result, adaptor.getInput(),
                             scale, getEpsilon(op.getEpsilon()));
  }

  Value create(transformer::LayerNormOp op,
               transformer::LayerNormOp::Adaptor adaptor, OpBuilder &builder,
               Type result) const {
    Value scale =
        this->getVector(builder, op, op.getScale(), ParameterRole::Vector);
    Value shift =
        this->getVector(builder, op, op.getShift(), ParameterRole::Vector);
    return LayerNormOp::create(builder, op.getLoc(), result, adaptor.getInput(),
                               scale, shift, getEpsilon(op.getEpsilon()));
  }

  int64_t getEpsilon(const APFloat &epsilon) const {
    return static_cast<int64_t>(
        inSquaredUnits(epsilon, this->parameters.getExponent()));
  }
};
} // namespace

void to_iquant::populateNormPatterns(const TypeConverter &converter,
                                     IntegerParameters &parameters,
                                     RewritePatternSet &patterns) {
  patterns.add<ConvertNorm<transformer::RmsNormOp, RmsNormOp>,
               ConvertNorm<transformer::LayerNormOp, LayerNormOp>>(
      converter, patterns.getContext(), parameters);
}

//===- Attention.cpp - Rotations, softmax, attention ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

/// The longest row of exponentials whose sum the softmax rules keep in 32 bits.
static constexpr int64_t kMaxKeys = 32768;
/// The widest head whose scores fit 32 bits: 127 * 127 * D < 2^31.
static constexpr int64_t kMaxHeadWidth = 133144;
/// Exponents of score scales that leave room for those of query and key.
static constexpr int32_t kMaxScoreExponent = 62;
/// What the range of the table exponential's codes stands for (rule S1).
static constexpr double kCodesPerUnit = 255.0 / 12.0;

LogicalResult to_iquant::check(transformer::RopeOp op,
                               IntegerParameters &parameters) {
  return parameters.compute(
      op.getFrequencies(), ParameterRole::Cosine, "constant frequencies",
      [&](const Twine &reason) { return decline(op, reason); },
      op.getMaxPositions());
}

/// The scale of a head's codes, with the factor `scale` on its scores.
static DyadicScale getCodeScale(transformer::ClipAttr clip, int64_t head,
                                double scale) {
  return nearestDyadic(scale * clip.getStepsPerUnit(head));
}

/// Whether the codes of a clip are those that integers have without one.
static bool isDefault(transformer::ClipAttr clip) {
  return clip.getBits() == 8 && clip.getAt().asArrayRef() == ArrayRef(-12.0) &&
         clip.getFloor() == transformer::ClipFloor::Exponential &&
         clip.getRounding() == transformer::ClipRounding::Nearest &&
         !clip.getTable();
}

/// Checks that the integers of a table can hold the scales of its codes, and
/// that no published form stands in its place.
static LogicalResult checkClip(Operation *op,
                               std::optional<transformer::ClipAttr> clip,
                               double scale, const PublishedForms &forms) {
  if (clip && clip->getBits() == 8 && !isDefault(*clip))
    return decline(op, "expects codes of 8 bits to be the nearest ones, "
                       "clipped at -12 and without a table, got " +
                           llvm::formatv("{0}", *clip).str());
  if (clip && forms.exponential)
    return decline(op, "expects no clip for exponentials by " +
                           stringifyExponentialForm(*forms.exponential) +
                           ", got one of " + Twine(clip->getBits()) + " bits");
  for (int64_t head = 0; clip && head < clip->getHeads(); ++head) {
    int32_t exponent = getCodeScale(*clip, head, scale).exponent;
    if (exponent < 0 || exponent > kMaxScoreExponent)
      return decline(op, "expects a clip whose codes have a scale with an "
                         "exponent in 0 .. " +
                             Twine(kMaxScoreExponent) + ", got " +
                             Twine(exponent) + " for a clip at " +
                             showNumber(clip->getAt()[head]));
  }
  return success();
}

/// The table of a clipped softmax, with the factor `scale` on its scores; null
/// without a clip, and where it is the default.
static TableAttr getTable(std::optional<transformer::ClipAttr> clip,
                          double scale) {
  if (!clip || isDefault(*clip))
    return {};
  SmallVector<int64_t> multipliers, exponents, entries;
  for (int64_t head = 0; head < clip->getHeads(); ++head) {
    DyadicScale codes = getCodeScale(*clip, head, scale);
    multipliers.push_back(codes.multiplier);
    exponents.push_back(codes.exponent);
    llvm::append_range(entries, clip->getEntries(head));
  }
  MLIRContext *context = clip->getContext();
  bool isDithered = clip->getRounding() == transformer::ClipRounding::Dithered;
  return TableAttr::get(
      context, clip->getBits(), DenseI64ArrayAttr::get(context, multipliers),
      DenseI64ArrayAttr::get(context, exponents),
      DenseI64ArrayAttr::get(context, entries),
      isDithered ? CodeRounding::Dithered : CodeRounding::Nearest,
      clip->getThresholds());
}

/// What an attention multiplies its scores with: their own scale, or the codes
/// that they become.
static DyadicScale getScoreScale(transformer::AttentionOp op,
                                 const PublishedForms &forms) {
  return nearestDyadic(op.getScoreScale() *
                       (forms.exponential ? 1 : kCodesPerUnit));
}

LogicalResult to_iquant::check(transformer::SoftmaxOp op,
                               const PublishedForms &forms) {
  ArrayRef<int64_t> shape = op.getType().getShape();
  if (shape.empty() || ShapedType::isDynamic(shape.back()))
    return decline(op,
                   "expects a static number of channels, got a dynamic one");
  if (shape.back() < 1 || shape.back() > kMaxKeys)
    return decline(op, "expects 1 .. " + Twine(kMaxKeys) + " channels, got " +
                           Twine(shape.back()));
  return checkClip(op, op.getClip(), /*scale=*/1, forms);
}

LogicalResult to_iquant::check(transformer::AttentionOp op,
                               const PublishedForms &forms) {
  LogicalResult result = success();
  ArrayRef<int64_t> keys = op.getKey().getType().getShape();
  if (keys[keys.size() - 2] > kMaxKeys)
    result = decline(op, "expects at most " + Twine(kMaxKeys) + " keys, got " +
                             Twine(keys[keys.size() - 2]));
  if (op.getHeadWidth() < 1 || op.getHeadWidth() > kMaxHeadWidth)
    result = decline(op, "expects heads of 1 .. " + Twine(kMaxHeadWidth) +
                             " channels, got " + Twine(op.getHeadWidth()));
  double scale = op.getScoreScale();
  if (!(scale > 0) || !std::isfinite(scale))
    return decline(op, "expects a positive, finite score scale, got " +
                           showNumber(scale));
  if (failed(checkClip(op, op.getClip(), scale, forms)))
    result = failure();
  int32_t exponent = getScoreScale(op, forms).exponent;
  if (std::abs(exponent) > kMaxScoreExponent)
    return decline(op, "expects a score scale with an exponent in -" +
                           Twine(kMaxScoreExponent) + " .. " +
                           Twine(kMaxScoreExponent) + ", got " +
                           Twine(exponent));
  return result;
}

static RopePairing convert(transformer::RopePairing pairing) {
  return pairing == transformer::RopePairing::Half ? RopePairing::Half
                                                   : RopePairing::Interleaved;
}

namespace {
/// %r = transformer.rope %x by %frequencies at %position
///   -->
/// %c, %s = iquant.compose %cosine / %sine
/// %r = iquant.rope %x by %c, %s at %position
struct ConvertRope : public ParameterPattern<transformer::RopeOp> {
  using ParameterPattern::ParameterPattern;

  LogicalResult
  matchAndRewrite(transformer::RopeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto table = [&](ParameterRole role) {
      return parameters.materialize(rewriter, op, op.getFrequencies(), role,
                                    op.getMaxPositions());
    };
    Value cosine = table(ParameterRole::Cosine);
    Value sine = table(ParameterRole::Sine);
    rewriter.replaceOpWithNewOp<RopeOp>(
        op, getResultType(op), adaptor.getInput(), cosine, sine,
        adaptor.getPosition(), op.getHeads(), convert(op.getPairing()));
    return success();
  }
};

struct ConvertRotatePairs
    : public OpConversionPattern<transformer::RotatePairsOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(transformer::RotatePairsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<RotatePairsOp>(
        op, adaptor.getInput().getType(), adaptor.getInput(),
        adaptor.getCosine(), adaptor.getSine(), op.getHeads(),
        convert(op.getPairing()));
    return success();
  }
};

/// A pattern that takes published forms.
template <typename SourceOp>
struct ExponentialPattern : public OpConversionPattern<SourceOp> {
  ExponentialPattern(const TypeConverter &converter, MLIRContext *context,
                     const PublishedForms &forms)
      : OpConversionPattern<SourceOp>(converter, context), forms(forms) {}

  ExponentialFormAttr getExponential() const {
    return forms.exponential ? ExponentialFormAttr::get(this->getContext(),
                                                        *forms.exponential)
                             : ExponentialFormAttr();
  }

  PublishedForms forms;
};

struct ConvertSoftmax : public ExponentialPattern<transformer::SoftmaxOp> {
  using ExponentialPattern::ExponentialPattern;

  LogicalResult
  matchAndRewrite(transformer::SoftmaxOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<SoftmaxOp>(
        op, adaptor.getInput().getType(), adaptor.getInput(),
        getTable(op.getClip(), /*scale=*/1),
        /*packed_sum=*/PackedSumAttr(), getExponential());
    return success();
  }
};

/// %r = transformer.attention %q, %k, %v
///   -->
/// %a, %b, %c = iquant.quantize %q / %k / %v, one scale per head
/// %r = iquant.attention %a, %b, %c
struct ConvertAttention : public ExponentialPattern<transformer::AttentionOp> {
  using ExponentialPattern::ExponentialPattern;

  LogicalResult
  matchAndRewrite(transformer::AttentionOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto quantize = [&](Value value) {
      return getQuantizedGroups(rewriter, op.getLoc(), value,
                                op.getHeadWidth());
    };
    Value query = quantize(adaptor.getQuery());
    Value key = quantize(adaptor.getKey());
    Value value = quantize(adaptor.getValue());
    // A table has the scale of the scores in its own.
    TableAttr table = getTable(op.getClip(), op.getScoreScale());
    DyadicScale scale = getScoreScale(op, forms);
    auto unlessTable = [&](int64_t number) {
      return table ? IntegerAttr() : rewriter.getI64IntegerAttr(number);
    };
    rewriter.replaceOpWithNewOp<AttentionOp>(
        op, getTypeConverter()->convertType(op.getType()), query, key, value,
        adaptor.getMask(), adaptor.getOffset(), op.getHeadsAttr(),
        op.getKvHeadsAttr(), unlessTable(scale.multiplier),
        unlessTable(scale.exponent), table, /*packed_sum=*/PackedSumAttr(),
        getExponential(), op.getCausalAttr());
    return success();
  }
};
} // namespace

void to_iquant::populateAttentionPatterns(const TypeConverter &converter,
                                          IntegerParameters &parameters,
                                          const PublishedForms &forms,
                                          RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  patterns.add<ConvertRope>(converter, context, parameters);
  patterns.add<ConvertRotatePairs>(converter, context);
  patterns.add<ConvertSoftmax, ConvertAttention>(converter, context, forms);
}

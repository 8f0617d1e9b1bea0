//===- IQuantOps.cpp - Verification and folding ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/IQuant/IQuant.h"

using namespace mlir;
using namespace mlir::iquant;

//===----------------------------------------------------------------------===//
// Shared checks
//===----------------------------------------------------------------------===//

/// A shape as diagnostics show it, `[?, 576]`.
static std::string show(ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << '[';
  llvm::interleaveComma(shape, out, [&](int64_t size) {
    if (ShapedType::isDynamic(size))
      out << '?';
    else
      out << size;
  });
  out << ']';
  return text;
}

static LogicalResult verifySameShape(Operation *op, Type first, Type second) {
  if (succeeded(verifyCompatibleShape(getShape(first), getShape(second))))
    return success();
  return op->emitOpError() << "expects operands and result of one shape, got "
                           << show(getShape(first)) << " and "
                           << show(getShape(second));
}

static LogicalResult verifyShape(Operation *op, StringRef what, Type type,
                                 ArrayRef<int64_t> expected) {
  if (succeeded(verifyCompatibleShape(getShape(type), expected)))
    return success();
  return op->emitOpError() << "expects " << what << " of shape "
                           << show(expected) << ", got "
                           << show(getShape(type));
}

/// Checks an optional parameter with one element per channel.
static LogicalResult verifyChannelVector(Operation *op, StringRef what,
                                         Value vector, int64_t channels) {
  if (!vector || getShape(vector.getType()) == ArrayRef<int64_t>(channels))
    return success();
  return op->emitOpError() << "expects " << what << " of shape "
                           << show(channels) << ", got "
                           << show(getShape(vector.getType()));
}

/// Checks that the components of `type` are `given`.
static LogicalResult verifyComponents(Operation *op, Type type,
                                      TypeRange given) {
  SmallVector<Type> expected = getComponents(type);
  if (TypeRange(expected) == given)
    return success();
  InFlightDiagnostic diagnostic =
      op->emitOpError() << "expects the components of " << type << ", ";
  llvm::interleaveComma(expected, diagnostic);
  diagnostic << ", got ";
  llvm::interleaveComma(given, diagnostic);
  return diagnostic;
}

//===----------------------------------------------------------------------===//
// ComposeOp, DecomposeOp
//===----------------------------------------------------------------------===//

LogicalResult ComposeOp::verify() {
  return verifyComponents(*this, getResult().getType(),
                          getComponents().getTypes());
}

OpFoldResult ComposeOp::fold(FoldAdaptor) {
  // compose(decompose(x)) -> x
  auto source = getComponents().empty()
                    ? DecomposeOp()
                    : getComponents().front().getDefiningOp<DecomposeOp>();
  if (source && source.getComponents() == getComponents() &&
      source.getValue().getType() == getType())
    return source.getValue();
  return {};
}

LogicalResult DecomposeOp::verify() {
  return verifyComponents(*this, getValue().getType(),
                          getComponents().getTypes());
}

LogicalResult DecomposeOp::fold(FoldAdaptor,
                                SmallVectorImpl<OpFoldResult> &results) {
  // decompose(compose(x...)) -> x...
  auto source = getValue().getDefiningOp<ComposeOp>();
  if (!source)
    return failure();
  llvm::append_range(results, source.getComponents());
  return success();
}

//===----------------------------------------------------------------------===//
// QuantizeOp, DequantizeOp, RescaleOp
//===----------------------------------------------------------------------===//

LogicalResult QuantizeOp::verify() {
  if (failed(verifySameShape(*this, getInput().getType(), getType())))
    return failure();
  std::optional<ArrayRef<int32_t>> ranges = getRanges();
  if (!ranges)
    return success();
  if (getType().isAsymmetric() || getType().getGroup() == 0)
    return emitOpError() << "expects si8 codes in groups to have fixed ranges, "
                            "got "
                         << getType();
  if (static_cast<int64_t>(ranges->size()) != getType().getNumGroups())
    return emitOpError() << "expects a range for each of "
                         << getType().getNumGroups() << " groups, got "
                         << ranges->size();
  for (int32_t range : *ranges)
    if (range <= 0)
      return emitOpError() << "expects positive ranges, got " << range;
  return success();
}

LogicalResult DequantizeOp::verify() {
  return verifySameShape(*this, getInput().getType(), getType());
}

LogicalResult RescaleOp::verify() {
  return verifySameShape(*this, getInput().getType(), getType());
}

OpFoldResult RescaleOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? getInput() : OpFoldResult();
}

//===----------------------------------------------------------------------===//
// EmbeddingOp, LinearOp
//===----------------------------------------------------------------------===//

LogicalResult EmbeddingOp::verify() {
  SmallVector<int64_t> expected(getIds().getType().getShape());
  expected.push_back(getTable().getType().getShape()[1]);
  return verifyShape(*this, "a result", getType(), expected);
}

LogicalResult LinearOp::verify() {
  DynType input = getInput().getType();
  ArrayRef<int64_t> weight = getWeight().getType().getShape();
  int64_t group = getWeight().getType().getGroup();
  if (input.getShape().back() != weight[1])
    return emitOpError() << "expects an input of " << weight[1]
                         << " channels, as the weight has, got "
                         << input.getShape().back();
  if (input.getGroup() && !input.isAsymmetric())
    return emitOpError()
           << "expects an si8 input with one scale per row, got groups of "
           << input.getGroup();
  if (input.getGroup() != group)
    return emitOpError() << "expects input and weight in the same groups, got "
                         << input << " and " << getWeight().getType();
  SmallVector<int64_t> expected(input.getShape());
  expected.back() = weight[0];
  if (failed(verifyShape(*this, "a result", getType(), expected)))
    return failure();
  if (!getBias())
    return success();
  if (failed(verifyChannelVector(*this, "a bias", getBias(), weight[0])))
    return failure();
  if (getBias().getType().getExponent() != getType().getExponent())
    return emitOpError() << "expects a bias with the result's exponent "
                         << getType().getExponent() << ", got "
                         << getBias().getType().getExponent();
  return success();
}

//===----------------------------------------------------------------------===//
// RmsNormOp, LayerNormOp
//===----------------------------------------------------------------------===//

/// Checks input and result of a norm.
static LogicalResult verifyNorm(Operation *op, FixedType input, Type result) {
  if (failed(verifySameShape(op, input, result)))
    return failure();
  int64_t channels =
      input.getShape().empty() ? ShapedType::kDynamic : input.getShape().back();
  if (ShapedType::isDynamic(channels) || channels > kMaxNormChannels)
    return op->emitOpError()
           << "expects a static number of channels of at most "
           << kMaxNormChannels << ", got " << show(input.getShape());
  auto quantized = dyn_cast<DynType>(result);
  if (quantized && !quantized.isAsymmetric())
    return op->emitOpError()
           << "expects a quantized result of ui8 codes, got " << quantized;
  return success();
}

LogicalResult RmsNormOp::verify() {
  if (failed(verifyNorm(*this, getInput().getType(), getType())))
    return failure();
  return verifyChannelVector(*this, "a scale", getScale(),
                             getInput().getType().getShape().back());
}

LogicalResult LayerNormOp::verify() {
  if (failed(verifyNorm(*this, getInput().getType(), getType())))
    return failure();
  int64_t channels = getInput().getType().getShape().back();
  if (failed(verifyChannelVector(*this, "a scale", getScale(), channels)))
    return failure();
  return verifyChannelVector(*this, "a shift", getShift(), channels);
}

//===----------------------------------------------------------------------===//
// SoftmaxOp
//===----------------------------------------------------------------------===//

/// Codes are those of a table.
template <typename OpTy> static LogicalResult verifyPackedSum(OpTy op) {
  if (!op.getPackedSum() || op.getTable())
    return success();
  return op.emitOpError() << "expects a table with a packed sum by "
                          << stringifyPackedSum(*op.getPackedSum())
                          << ", got none";
}

/// Exponentials come from a table or from a published form.
template <typename OpTy> static LogicalResult verifyExponential(OpTy op) {
  if (!op.getExponential() || !op.getTable())
    return success();
  return op.emitOpError() << "expects no table beside the exponential "
                          << stringifyExponentialForm(*op.getExponential())
                          << ", got one of " << op.getTable()->getBits()
                          << " bits";
}

LogicalResult SoftmaxOp::verify() {
  FixedType input = getInput().getType();
  ArrayRef<int64_t> shape = input.getShape();
  int64_t channels = shape.empty() ? ShapedType::kDynamic : shape.back();
  if (ShapedType::isDynamic(channels) || channels < 1 ||
      channels > kMaxSoftmaxChannels)
    return emitOpError() << "expects a static number of channels in 1 .. "
                         << kMaxSoftmaxChannels << ", got " << show(shape);
  if (getTable() && getTable()->getHeads() != 1)
    return emitOpError() << "expects a table of one head, got "
                         << getTable()->getHeads();
  if (failed(verifyPackedSum(*this)) || failed(verifyExponential(*this)) ||
      failed(verifySameShape(*this, input, getType())))
    return failure();
  if (auto quantized = dyn_cast<DynType>(getType())) {
    if (quantized.isAsymmetric() && !quantized.getGroup())
      return success();
    return emitOpError()
           << "expects a quantized result of ui8 codes without groups, got "
           << quantized;
  }
  int64_t exponent = cast<FixedType>(getType()).getExponent();
  if (exponent != input.getExponent())
    return emitOpError() << "expects a result with the operand's exponent "
                         << input.getExponent() << ", got " << exponent;
  return success();
}

//===----------------------------------------------------------------------===//
// UpdateCacheOp
//===----------------------------------------------------------------------===//

LogicalResult UpdateCacheOp::verify() {
  DynType cache = getCache().getType(), rows = getRows().getType();
  size_t rank = cache.getShape().size();
  if (rank != rows.getShape().size() || rank < 2 || rank > 3)
    return emitOpError() << "expects cache and rows of one rank, 2 or 3, got "
                         << cache << " and " << rows;
  if (cache.getElementType() != rows.getElementType() ||
      cache.getGroup() != rows.getGroup() ||
      cache.getShape().back() != rows.getShape().back() ||
      failed(verifyCompatibleShape(cache.getShape().drop_back(2),
                                   rows.getShape().drop_back(2))))
    return emitOpError() << "expects rows with the elements, groups, channels "
                            "and batch of the cache, got "
                         << rows << " for " << cache;
  int64_t capacity = cache.getShape()[rank - 2],
          count = rows.getShape()[rank - 2];
  if (ShapedType::isStatic(capacity) && ShapedType::isStatic(count) &&
      count > capacity)
    return emitOpError() << "expects no more rows than the " << capacity
                         << " of the cache, got " << count;
  return success();
}

//===----------------------------------------------------------------------===//
// AttentionOp
//===----------------------------------------------------------------------===//

static LogicalResult verifyHeads(AttentionOp op) {
  DynType query = op.getQuery().getType(), key = op.getKey().getType(),
          value = op.getValue().getType();
  int64_t channels = query.getShape().back(), heads = op.getHeads(),
          kvHeads = op.getKvHeads();
  if (channels % heads != 0 || heads % kvHeads != 0)
    return op.emitOpError()
           << "expects query channels that are a multiple of the heads, and "
              "heads that are a multiple "
           << "of the key and value heads, got " << channels << " channels, "
           << heads << " heads and " << kvHeads << " key and value heads";
  int64_t width = channels / heads;
  for (auto [name, type] : {std::pair("query", query), std::pair("key", key),
                            std::pair("value", value)})
    if (type.getGroup() != width)
      return op.emitOpError()
             << "expects a " << name << " in groups of " << width
             << " channels, one per head, got " << type;
  for (auto [name, type] : {std::pair("key", key), std::pair("value", value)})
    if (type.getShape().back() != kvHeads * width)
      return op.emitOpError()
             << "expects a " << name << " of " << kvHeads << " heads of "
             << width << " channels, " << kvHeads * width << " in all, got "
             << type.getShape().back();
  return success();
}

static LogicalResult verifyMask(AttentionOp op) {
  ArrayRef<int64_t> query = op.getQuery().getType().getShape(),
                    key = op.getKey().getType().getShape();
  SmallVector<int64_t> perKey(key.drop_back()), perQuery(query.drop_back());
  perQuery.push_back(key[key.size() - 2]);
  ArrayRef<int64_t> mask =
      cast<RankedTensorType>(op.getMask().getType()).getShape();
  if (succeeded(verifyCompatibleShape(mask, perKey)) ||
      succeeded(verifyCompatibleShape(mask, perQuery)))
    return success();
  return op.emitOpError() << "expects a mask of one element per key, "
                          << show(perKey) << ", or per query and key, "
                          << show(perQuery) << ", got " << show(mask);
}

/// Checks the scale of the scores, which a table has in it.
static LogicalResult verifyScoreScale(AttentionOp op) {
  if (failed(verifyPackedSum(op)) || failed(verifyExponential(op)))
    return failure();
  std::optional<int64_t> multiplier = op.getScaleMultiplier(),
                         exponent = op.getScaleExponent();
  std::optional<TableAttr> table = op.getTable();
  if (multiplier.has_value() == table.has_value() ||
      exponent.has_value() == table.has_value())
    return op.emitOpError()
           << "expects multiplier and exponent of a score scale, or a table, "
              "got "
           << (table ? "both" : "neither in full");
  if (table) {
    int64_t heads = op.getHeads(), tables = table->getHeads();
    if (tables == 1 || tables == heads)
      return success();
    return op.emitOpError()
           << "expects a table of 1 or " << heads << " heads, got " << tables;
  }
  if (*multiplier < 32768 || *multiplier > 65535)
    return op.emitOpError()
           << "expects a score scale with a multiplier in 32768 .. 65535, got "
           << *multiplier;
  if (*exponent < 0 || *exponent > 62)
    return op.emitOpError()
           << "expects a score scale with an exponent in 0 .. 62, got "
           << *exponent;
  return success();
}

LogicalResult AttentionOp::verify() {
  DynType query = getQuery().getType(), key = getKey().getType(),
          value = getValue().getType();
  size_t rank = query.getShape().size();
  if (rank < 2 || rank > 3 || key.getShape().size() != rank ||
      value.getShape().size() != rank)
    return emitOpError()
           << "expects query, key and value of one rank, 2 or 3, got " << query
           << ", " << key << " and " << value;
  if (query.isAsymmetric() || key.isAsymmetric() || value.isAsymmetric())
    return emitOpError() << "expects query, key and value of si8 codes, got "
                         << query << ", " << key << " and " << value;
  if (failed(verifyHeads(*this)))
    return failure();
  if (failed(verifyCompatibleShape(key.getShape(), value.getShape())))
    return emitOpError() << "expects key and value of one shape, got "
                         << show(key.getShape()) << " and "
                         << show(value.getShape());
  if (failed(verifyCompatibleShape(query.getShape().drop_back(2),
                                   key.getShape().drop_back(2))))
    return emitOpError() << "expects query and key of one batch size, got "
                         << show(query.getShape()) << " and "
                         << show(key.getShape());
  if (getMask() && failed(verifyMask(*this)))
    return failure();
  if (failed(verifyShape(*this, "a result", getType(), query.getShape())))
    return failure();
  if (failed(verifyScoreScale(*this)))
    return failure();
  int64_t queries = query.getShape()[rank - 2], keys = key.getShape()[rank - 2];
  if (getCausal() && ShapedType::isStatic(queries) &&
      ShapedType::isStatic(keys) && queries > keys)
    return emitOpError() << "expects a causal attention to have no more "
                            "queries than keys, got "
                         << queries << " queries and " << keys << " keys";
  return success();
}

//===----------------------------------------------------------------------===//
// MeanPoolOp
//===----------------------------------------------------------------------===//

LogicalResult MeanPoolOp::verify() {
  ArrayRef<int64_t> input = getInput().getType().getShape();
  if (input.size() < 2)
    return emitOpError() << "expects an input of rank 2 or more, got "
                         << show(input);
  if (failed(
          verifyShape(*this, "a mask", getMask().getType(), input.drop_back())))
    return failure();
  SmallVector<int64_t> expected(input);
  expected.erase(expected.end() - 2);
  if (failed(verifyShape(*this, "a result", getType(), expected)))
    return failure();
  int64_t exponent = getInput().getType().getExponent();
  if (getType().getExponent() != exponent)
    return emitOpError() << "expects a result with the input's exponent "
                         << exponent << ", got " << getType().getExponent();
  return success();
}

//===----------------------------------------------------------------------===//
// SwiGluOp, MulOp, ScaleOp, ArgmaxOp
//===----------------------------------------------------------------------===//

/// A maximum of a row needs rows.
template <typename OpTy>
static LogicalResult verifySigmoid(OpTy op, FixedType type) {
  if (!op.getSigmoid() || !type.getShape().empty())
    return success();
  return op.emitOpError() << "expects channels for the sigmoid by "
                          << stringifySigmoidForm(*op.getSigmoid()) << ", got "
                          << type;
}

LogicalResult SiluOp::verify() {
  return verifySigmoid(*this, getInput().getType());
}

LogicalResult SwiGluOp::verify() {
  if (failed(verifySigmoid(*this, getGate().getType())) ||
      failed(verifySameShape(*this, getGate().getType(), getUp().getType())))
    return failure();
  return verifySameShape(*this, getGate().getType(), getType());
}

LogicalResult MulOp::verify() {
  if (failed(verifySameShape(*this, getGate().getType(), getUp().getType())))
    return failure();
  return verifySameShape(*this, getGate().getType(), getType());
}

LogicalResult ScaleOp::verify() {
  ArrayRef<int64_t> shape = getInput().getType().getShape();
  if (shape.empty())
    return emitOpError() << "expects an input of rank 1 or more, got "
                         << show(shape);
  return verifyChannelVector(*this, "factors", getFactors(), shape.back());
}

LogicalResult ArgmaxOp::verify() {
  ArrayRef<int64_t> shape = getInput().getType().getShape();
  int64_t channels = shape.empty() ? ShapedType::kDynamic : shape.back();
  if (ShapedType::isDynamic(channels) || channels == 0)
    return emitOpError()
           << "expects a static, positive number of channels, got "
           << show(shape);
  return verifyShape(*this, "a result", getType(), shape.drop_back());
}

#define GET_OP_CLASSES
#include "dialects/IQuant/IQuantOps.cpp.inc"

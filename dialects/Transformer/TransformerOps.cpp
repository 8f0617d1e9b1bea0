//===- TransformerOps.cpp - Verification, inference, interfaces -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Transformer/Transformer.h"

#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace mlir::transformer;

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static RankedTensorType tensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// The number of channels, dynamic for a scalar so that every check on it
/// fails.
static int64_t channelsOf(Value value) {
  RankedTensorType type = tensorType(value);
  return type.getRank() == 0 ? ShapedType::kDynamic : type.getShape().back();
}

/// A dimension as diagnostics show it.
static std::string show(int64_t size) {
  return ShapedType::isDynamic(size) ? "?" : std::to_string(size);
}

/// Checks a parameter vector with one element per channel.
static LogicalResult verifyChannelVector(Operation *op, StringRef name,
                                         Value vector, int64_t channels) {
  RankedTensorType type = tensorType(vector);
  if (type.getRank() == 1 && type.getDimSize(0) == channels)
    return success();
  return op->emitOpError() << "expects " << name << " of shape ["
                           << show(channels) << "], got " << type;
}

static LogicalResult verifyStaticChannels(Operation *op, Value input) {
  if (ShapedType::isStatic(channelsOf(input)))
    return success();
  return op->emitOpError() << "expects a static number of channels, got "
                           << input.getType();
}

/// The shape of `rows` with its last dimension replaced by `channels`.
static RankedTensorType withChannels(Value rows, int64_t channels) {
  RankedTensorType type = tensorType(rows);
  SmallVector<int64_t> shape(type.getShape());
  if (!shape.empty())
    shape.back() = channels;
  return type.clone(shape);
}

//===----------------------------------------------------------------------===//
// ChannelTie
//===----------------------------------------------------------------------===//

ChannelTie ChannelTie::all(ChannelPort first, ChannelPort second,
                           ChannelMapKind kind) {
  int64_t count = channelsOf(first.value);
  if (ShapedType::isDynamic(count))
    count = 0;
  SmallVector<int64_t> channels = llvm::to_vector(llvm::seq(count));
  return {first, second, channels, channels, count, kind};
}

//===----------------------------------------------------------------------===//
// ObserverOpInterface
//===----------------------------------------------------------------------===//

LogicalResult transformer::detail::verifyObserver(Operation *op) {
  auto observer = cast<ObserverOpInterface>(op);
  StatisticsAttr statistics = observer.getStatisticsAttr();
  if (!statistics)
    return success();
  if (!observer.getObservedName())
    return op->emitOpError("expects a name for what it has statistics of");
  int64_t channels = observer.getObservedChannels();
  if (statistics.getChannels() == channels)
    return success();
  return op->emitOpError() << "expects statistics of " << show(channels)
                           << " channels, got " << statistics.getChannels();
}

//===----------------------------------------------------------------------===//
// EmbeddingOp
//===----------------------------------------------------------------------===//

LogicalResult EmbeddingOp::verify() {
  RankedTensorType table = tensorType(getTable());
  if (table.getRank() != 2)
    return emitOpError() << "expects a table of rank 2, got " << table;
  if (!table.hasStaticShape() || table.getNumElements() == 0)
    return emitOpError() << "expects a table of static, positive sizes, got "
                         << table;
  return success();
}

LogicalResult EmbeddingOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> location,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &inferred) {
  SmallVector<int64_t> shape(tensorType(adaptor.getIds()).getShape());
  shape.push_back(channelsOf(adaptor.getTable()));
  inferred.push_back(tensorType(adaptor.getTable()).clone(shape));
  return success();
}

SmallVector<ChannelSink> EmbeddingOp::getOutputSinks() {
  return {{&getTableMutable(), 1}};
}

//===----------------------------------------------------------------------===//
// LinearOp
//===----------------------------------------------------------------------===//

LogicalResult LinearOp::verify() {
  RankedTensorType weight = tensorType(getWeight());
  if (weight.getRank() != 2 || !weight.hasStaticShape())
    return emitOpError() << "expects a weight of rank 2 and static sizes, got "
                         << weight;
  if (channelsOf(getInput()) != weight.getDimSize(1))
    return emitOpError() << "expects an input of " << weight.getDimSize(1)
                         << " channels, as the weight has, got "
                         << show(channelsOf(getInput()));
  if (getBias())
    return verifyChannelVector(*this, "a bias", getBias(),
                               weight.getDimSize(0));
  return success();
}

LogicalResult LinearOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> location,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &inferred) {
  RankedTensorType weight = tensorType(adaptor.getWeight());
  inferred.push_back(withChannels(
      adaptor.getInput(),
      weight.getRank() == 2 ? weight.getDimSize(0) : ShapedType::kDynamic));
  return success();
}

SmallVector<ChannelSink> LinearOp::getInputSinks(OpOperand &operand) {
  if (&operand != &getInputMutable())
    return {};
  return {{&getWeightMutable(), 1}};
}

SmallVector<ChannelSink> LinearOp::getOutputSinks() {
  SmallVector<ChannelSink> sinks = {{&getWeightMutable(), 0}};
  for (OpOperand &bias : getBiasMutable())
    sinks.push_back({&bias, 0});
  return sinks;
}

std::optional<ShiftSink> LinearOp::getInputShiftSink(OpOperand &operand) {
  if (&operand != &getInputMutable())
    return std::nullopt;
  return ShiftSink{&getWeightMutable(), 1, getBiasMutable()};
}

//===----------------------------------------------------------------------===//
// RmsNormOp, LayerNormOp
//===----------------------------------------------------------------------===//

LogicalResult RmsNormOp::verify() {
  if (failed(verifyStaticChannels(*this, getInput())))
    return failure();
  if (getScale())
    return verifyChannelVector(*this, "a scale", getScale(),
                               channelsOf(getInput()));
  return success();
}

SmallVector<ChannelTie> RmsNormOp::getChannelTies() {
  if (getScale())
    return {};
  return {ChannelTie::all(getInputMutable(), cast<OpResult>(getResult()),
                          ChannelMapKind::Rotation)};
}

MutableOperandRange RmsNormOp::getChannelScale() { return getScaleMutable(); }

LogicalResult LayerNormOp::verify() {
  if (failed(verifyStaticChannels(*this, getInput())))
    return failure();
  if (getScale() && failed(verifyChannelVector(*this, "a scale", getScale(),
                                               channelsOf(getInput()))))
    return failure();
  if (getShift())
    return verifyChannelVector(*this, "a shift", getShift(),
                               channelsOf(getInput()));
  return success();
}

SmallVector<ChannelTie> LayerNormOp::getChannelTies() {
  if (getScale() || getShift())
    return {};
  // The mean is subtracted from every channel alike.
  return {ChannelTie::all(getInputMutable(), cast<OpResult>(getResult()),
                          ChannelMapKind::MeanKeepingRotation)};
}

MutableOperandRange LayerNormOp::getChannelScale() { return getScaleMutable(); }

std::optional<MutableOperandRange> LayerNormOp::getChannelShift() {
  return getShiftMutable();
}

//===----------------------------------------------------------------------===//
// UpdateCacheOp
//===----------------------------------------------------------------------===//

LogicalResult UpdateCacheOp::verify() {
  RankedTensorType cache = tensorType(getCache()), rows = tensorType(getRows());
  int64_t rank = cache.getRank();
  if (rank != rows.getRank() || rank < 2 || rank > 3)
    return emitOpError() << "expects cache and rows of one rank, 2 or 3, got "
                         << cache << " and " << rows;
  if (cache.getElementType() != rows.getElementType() ||
      failed(verifyCompatibleShape(cache.getShape().take_back(),
                                   rows.getShape().take_back())) ||
      failed(verifyCompatibleShape(cache.getShape().drop_back(2),
                                   rows.getShape().drop_back(2))))
    return emitOpError() << "expects rows with the elements, channels and "
                            "batch of the cache, got "
                         << rows << " for " << cache;
  int64_t capacity = cache.getDimSize(rank - 2),
          count = rows.getDimSize(rank - 2);
  if (ShapedType::isStatic(capacity) && ShapedType::isStatic(count) &&
      count > capacity)
    return emitOpError() << "expects no more rows than the " << capacity
                         << " of the cache, got " << count;
  return success();
}

//===----------------------------------------------------------------------===//
// AttentionOp
//===----------------------------------------------------------------------===//

int64_t AttentionOp::getHeadWidth() {
  return channelsOf(getQuery()) / static_cast<int64_t>(getHeads());
}

double AttentionOp::getScoreScale() {
  if (std::optional<APFloat> scale = getScale())
    return scale->convertToDouble();
  return 1.0 / std::sqrt(static_cast<double>(getHeadWidth()));
}

/// Checks a mask of `[..., T]` or `[..., S, T]`.
static LogicalResult verifyMask(AttentionOp op) {
  ArrayRef<int64_t> query = tensorType(op.getQuery()).getShape(),
                    key = tensorType(op.getKey()).getShape();
  SmallVector<int64_t> perKey(key.drop_back());
  SmallVector<int64_t> perQuery(query.drop_back());
  perQuery.push_back(key[key.size() - 2]);
  RankedTensorType mask = tensorType(op.getMask());
  if (succeeded(verifyCompatibleShape(mask.getShape(), perKey)) ||
      succeeded(verifyCompatibleShape(mask.getShape(), perQuery)))
    return success();
  return op.emitOpError() << "expects a mask of one element per key, "
                          << RankedTensorType::get(perKey,
                                                   mask.getElementType())
                          << ", or per query and key, "
                          << RankedTensorType::get(perQuery,
                                                   mask.getElementType())
                          << ", got " << mask;
}

LogicalResult AttentionOp::verify() {
  RankedTensorType query = tensorType(getQuery()), key = tensorType(getKey()),
                   value = tensorType(getValue());
  if (query.getRank() != key.getRank() || query.getRank() != value.getRank() ||
      query.getRank() < 2 || query.getRank() > 3)
    return emitOpError()
           << "expects query, key and value of one rank, 2 or 3, got " << query
           << ", " << key << " and " << value;
  int64_t heads = getHeads(), kvHeads = getKvHeads(),
          channels = channelsOf(getQuery());
  if (ShapedType::isDynamic(channels) || channels % heads != 0)
    return emitOpError() << "expects a static number of query channels that is "
                            "a multiple of its "
                         << heads << " heads, got " << show(channels);
  if (heads % kvHeads != 0)
    return emitOpError()
           << "expects a number of heads that is a multiple of its " << kvHeads
           << " key and value heads, got " << heads;
  for (auto [name, operand] :
       {std::pair("key", getKey()), std::pair("value", getValue())})
    if (channelsOf(operand) != kvHeads * getHeadWidth())
      return emitOpError() << "expects a " << name << " of " << kvHeads
                           << " heads of " << getHeadWidth() << " channels, "
                           << kvHeads * getHeadWidth() << " in all, got "
                           << show(channelsOf(operand));
  if (failed(verifyCompatibleShape(key, value)))
    return emitOpError() << "expects key and value of one shape, got " << key
                         << " and " << value;
  if (failed(verifyCompatibleShape(query.getShape().drop_back(2),
                                   key.getShape().drop_back(2))))
    return emitOpError() << "expects query and key of one batch size, got "
                         << query << " and " << key;
  if (getMask() && failed(verifyMask(*this)))
    return failure();
  if (getScores() && getScores()->empty())
    return emitOpError("expects a name of its scores that is not empty");
  if (getClip() && getClip()->getHeads() != 1 && getClip()->getHeads() != heads)
    return emitOpError() << "expects a clip of 1 or " << heads << " heads, got "
                         << getClip()->getHeads();
  int64_t queries = query.getDimSize(query.getRank() - 2),
          keys = key.getDimSize(key.getRank() - 2);
  if (getCausal() && ShapedType::isStatic(queries) &&
      ShapedType::isStatic(keys) && queries > keys)
    return emitOpError() << "expects a causal attention to have no more "
                            "queries than keys, got "
                         << queries << " queries and " << keys << " keys";
  return success();
}

LogicalResult AttentionOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> location,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &inferred) {
  inferred.push_back(adaptor.getQuery().getType());
  return success();
}

SmallVector<ChannelTie> AttentionOp::getChannelTies() {
  int64_t heads = getHeads(), width = getHeadWidth();
  int64_t queriesPerHead = heads / static_cast<int64_t>(getKvHeads());
  SmallVector<int64_t> channels =
      llvm::to_vector(llvm::seq<int64_t>(heads * width));
  // The channels of the key and value head that each query head reads.
  SmallVector<int64_t> shared;
  for (int64_t channel : channels)
    shared.push_back(channel / width / queriesPerHead * width +
                     channel % width);
  return {{getQueryMutable(), getKeyMutable(), channels, shared, width,
           ChannelMapKind::Linear, /*dual=*/true},
          {getValueMutable(), cast<OpResult>(getResult()), shared, channels,
           width, ChannelMapKind::Linear}};
}

StringAttr AttentionOp::getObservedName() { return getScoresAttr(); }

int64_t AttentionOp::getObservedChannels() { return getHeads(); }

//===----------------------------------------------------------------------===//
// MeanPoolOp
//===----------------------------------------------------------------------===//

LogicalResult MeanPoolOp::verify() {
  RankedTensorType input = tensorType(getInput()), mask = tensorType(getMask());
  if (input.getRank() < 2)
    return emitOpError() << "expects an input of rank 2 or more, got " << input;
  auto perRow = RankedTensorType::get(input.getShape().drop_back(),
                                      mask.getElementType());
  if (failed(verifyCompatibleShape(mask, perRow)))
    return emitOpError() << "expects a mask of one element per row, " << perRow
                         << ", got " << mask;
  return success();
}

LogicalResult MeanPoolOp::inferReturnTypes(MLIRContext *context,
                                           std::optional<Location> location,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &inferred) {
  RankedTensorType input = tensorType(adaptor.getInput());
  SmallVector<int64_t> shape(input.getShape());
  if (shape.size() >= 2)
    shape.erase(shape.end() - 2);
  inferred.push_back(input.clone(shape));
  return success();
}

SmallVector<ChannelTie> MeanPoolOp::getChannelTies() {
  return {ChannelTie::all(getInputMutable(), cast<OpResult>(getResult()),
                          ChannelMapKind::Linear)};
}

//===----------------------------------------------------------------------===//
// SoftmaxOp, SwiGluOp, MulOp, ScaleOp, AddOp, ClampOp, ArgmaxOp, ObserveOp
//===----------------------------------------------------------------------===//

LogicalResult SoftmaxOp::verify() {
  if (tensorType(getInput()).getRank() == 0)
    return emitOpError() << "expects an input of rank 1 or more, got "
                         << getInput().getType();
  if (getClip() && getClip()->getHeads() != 1)
    return emitOpError() << "expects a clip of one head, got "
                         << getClip()->getHeads();
  return success();
}

SmallVector<ChannelTie> SwiGluOp::getChannelTies() {
  return {ChannelTie::all(getUpMutable(), cast<OpResult>(getResult()),
                          ChannelMapKind::Diagonal)};
}

SmallVector<ChannelTie> MulOp::getChannelTies() {
  return {ChannelTie::all(getUpMutable(), cast<OpResult>(getResult()),
                          ChannelMapKind::Diagonal)};
}

LogicalResult ScaleOp::verify() {
  if (failed(verifyStaticChannels(*this, getInput())))
    return failure();
  return verifyChannelVector(*this, "factors", getFactors(),
                             channelsOf(getInput()));
}

SmallVector<ChannelTie> ScaleOp::getChannelTies() {
  DenseElementsAttr factors;
  bool areEqual =
      matchPattern(getFactors(), m_Constant(&factors)) && factors.isSplat();
  return {ChannelTie::all(getInputMutable(), cast<OpResult>(getResult()),
                          areEqual ? ChannelMapKind::Linear
                                   : ChannelMapKind::Diagonal)};
}

SmallVector<ChannelTie> AddOp::getChannelTies() {
  auto result = cast<OpResult>(getResult());
  return {ChannelTie::all(getLhsMutable(), result, ChannelMapKind::Linear),
          ChannelTie::all(getRhsMutable(), result, ChannelMapKind::Linear)};
}

int64_t ClampOp::getGroup() {
  return channelsOf(getInput()) / static_cast<int64_t>(getRanges().size());
}

LogicalResult ClampOp::verify() {
  int64_t channels = channelsOf(getInput()), count = getRanges().size();
  if (count == 0 || ShapedType::isDynamic(channels) || channels == 0 ||
      channels % count != 0)
    return emitOpError() << "expects a static, positive number of channels "
                            "that is a multiple of its "
                         << count << " ranges, got " << show(channels);
  for (double range : getRanges())
    if (!(range > 0) || !std::isfinite(range))
      return emitOpError() << "expects positive, finite ranges, got " << range;
  return success();
}

LogicalResult ArgmaxOp::verify() {
  int64_t channels = channelsOf(getInput());
  if (ShapedType::isDynamic(channels) || channels == 0)
    return emitOpError()
           << "expects a static, positive number of channels, got "
           << getInput().getType();
  return success();
}

LogicalResult ArgmaxOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> location,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> shape = tensorType(adaptor.getInput()).getShape();
  inferred.push_back(
      RankedTensorType::get(shape.empty() ? shape : shape.drop_back(),
                            IntegerType::get(context, 32)));
  return success();
}

SmallVector<ChannelTie> ObserveOp::getChannelTies() {
  return {ChannelTie::all(getInputMutable(), cast<OpResult>(getResult()),
                          ChannelMapKind::Linear)};
}

LogicalResult ObserveOp::verify() {
  if (getName().empty())
    return emitOpError("expects a name that is not empty");
  return success();
}

StringAttr ObserveOp::getObservedName() { return getNameAttr(); }

int64_t ObserveOp::getObservedChannels() { return channelsOf(getInput()); }

#define GET_OP_CLASSES
#include "dialects/Transformer/TransformerOps.cpp.inc"

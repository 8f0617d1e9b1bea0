//===- Heads.cpp - Rotations and attention in foreign IR ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Heads are dimensions here, in whatever place, or joined with the batches.
//
//===----------------------------------------------------------------------===//

#include "ModelMaker.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::testing;

//===----------------------------------------------------------------------===//
// Rotation
//===----------------------------------------------------------------------===//

ModelMaker::Angles ModelMaker::makeAngles(Dim position, Dim pair,
                                          Rotation rotation) {
  int64_t pairs = speller.getSize(pair);
  double base = chance.oneOf({100.0, 10000.0});
  SmallVector<double> frequencies;
  for (int64_t i = 0; i < pairs; ++i)
    frequencies.push_back(std::pow(base, -static_cast<double>(i) / pairs));
  auto angleAt = [&](int64_t place) {
    int64_t s = place / pairs;
    double angle = s * frequencies[place % pairs];
    return rotation == Rotation::OtherAngles ? angle + 0.1 * s * s : angle;
  };
  auto apply = [&](FormulaKind kind, const Formula &angle) {
    return Formula(kind, {angle});
  };
  if (rotation != Rotation::OtherAngles && chance.oneIn(3)) {
    Formula angle = product(
        {Formula(constant({position}, [](int64_t s) { return s; })),
         Formula(constant({pair}, [&](int64_t i) { return frequencies[i]; }))});
    return {apply(FormulaKind::Cos, angle), apply(FormulaKind::Sin, angle)};
  }
  if (chance.oneIn(2)) {
    Formula angle = constant({position, pair}, angleAt);
    return {apply(FormulaKind::Cos, angle), apply(FormulaKind::Sin, angle)};
  }
  return {constant({position, pair},
                   [&](int64_t i) { return std::cos(angleAt(i)); }),
          constant({position, pair},
                   [&](int64_t i) { return std::sin(angleAt(i)); })};
}

Spelled ModelMaker::getMember(const Spelled &channels, Dim pair, bool isHalf,
                              int64_t which) {
  unsigned last = channels.dims.size() - 1;
  int64_t pairs = speller.getSize(pair);
  Dims dims(channels.dims);
  dims.back() = pair;
  return {isHalf ? speller.slice(channels.tensor, last, which * pairs, pairs)
                 : speller.slice(channels.tensor, last, which, pairs,
                                 /*step=*/2),
          dims};
}

std::array<ModelMaker::Angles, 2> ModelMaker::makeTables(Dim channel, Dim pair,
                                                         bool isHalf) {
  // Of all batches or of each, with entries of channels or of pairs.
  Dims dims = chance.oneIn(2) ? Dims{rows.back()} : rows;
  bool isOfPairs = chance.oneIn(2);
  dims.push_back(isOfPairs ? pair : channel);
  // Any numbers, but none that let activations grow from layer to layer.
  auto pick = [&] { return std::cos(3 * chance.normal()); };
  Spelled cosine = argument(dims, pick), sine = argument(dims, pick);
  auto getAngles = [&](int64_t which) -> Angles {
    if (isOfPairs)
      return {cosine, sine};
    return {getMember(cosine, pair, isHalf, which),
            getMember(sine, pair, isHalf, which)};
  };
  return {getAngles(0), getAngles(1)};
}

Spelled ModelMaker::rotate(const Spelled &input, int64_t width,
                           Rotation rotation) {
  Dim head = speller.addDim(speller.getSize(input.dims.back()) / width),
      channel = speller.addDim(width), pair = speller.addDim(width / 2);
  bool isHalf = chance.oneIn(2);
  Dims split(rows), order(rows);
  split.append({head, channel});
  // Heads before positions, or behind them.
  order.insert(order.end() - chance.from(0, 1), head);
  order.push_back(channel);
  Spelled heads = {
      speller.arrange(
          {speller.reshape(input.tensor, speller.getShape(split)), split},
          order),
      order};

  Dims pairs(order);
  pairs.back() = pair;
  unsigned last = order.size() - 1;
  bool hasTables = rotation == Rotation::Tables ||
                   (rotation == Rotation::OtherSign && chance.oneIn(2));
  auto makeBoth = [&]() -> std::array<Angles, 2> {
    if (hasTables)
      return makeTables(channel, pair, isHalf);
    Angles angles = makeAngles(rows.back(), pair, rotation);
    return {angles, angles};
  };
  auto [ofFirst, ofSecond] = makeBoth();
  Formula a = getMember(heads, pair, isHalf, 0),
          b = getMember(heads, pair, isHalf, 1);
  Formula cosine = product({a, ofFirst.cosine}),
          sine = product({b, ofFirst.sine});
  Formula low = rotation == Rotation::OtherSign ? cosine + sine : cosine - sine;
  Formula high = product({b, ofSecond.cosine}) + product({a, ofSecond.sine});
  Value first = speller.spell(low, pairs), second = speller.spell(high, pairs);
  Value rotated;
  if (isHalf) {
    rotated = speller.concat({first, second}, last);
  } else {
    Dims column(pairs);
    column.push_back(kUnit);
    SmallVector<int64_t> shape = speller.getShape(column);
    rotated = speller.concat(
        {speller.reshape(first, shape), speller.reshape(second, shape)},
        last + 1);
    rotated = speller.reshape(rotated, speller.getShape(order));
  }
  return {speller.reshape(speller.arrange({rotated, order}, split),
                          speller.getShape(input.dims)),
          input.dims};
}

ModelMaker::Rotation ModelMaker::pickRotation() {
  // Known cosines of few bits are no rotation's.
  return isNarrow() || chance.oneIn(2) ? Rotation::Tables : Rotation::Rope;
}

static StringRef getName(bool hasTables) {
  return hasTables ? "rotate_pairs" : "rope";
}

void ModelMaker::addRope() {
  int64_t channels = speller.getSize(getChannel());
  if (channels % 4 != 0)
    return addResidual();
  int64_t width = channels / chance.from(1, 2) / 2 * 2;
  // Of one pair, only what is known for all heads says which channels it has.
  Rotation rotation = pickRotation();
  if (rotation == Rotation::Tables)
    width = std::max<int64_t>(width, 4);
  push(rotate(activations.back(), width, rotation),
       getName(rotation == Rotation::Tables));
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// A causal mask, or any that leaves every query a key.
SmallVector<bool> ModelMaker::pickMask(Dim query, Dim key, bool isCausal) {
  int64_t queries = speller.getSize(query), keys = speller.getSize(key);
  SmallVector<bool> valid;
  for (int64_t s = 0; s < queries; ++s)
    for (int64_t t = 0; t < keys; ++t)
      valid.push_back(isCausal ? t <= s + keys - queries
                               : t == s % keys ||
                                     (s + t != keys - 1 && chance.oneIn(2)));
  return valid;
}

/// A mask as a sum or as a selection.
Formula ModelMaker::maskScores(const Formula &scores, Dim query, Dim key,
                               bool mayBeAny) {
  int64_t queries = speller.getSize(query), keys = speller.getSize(key);
  bool isCausal = !mayBeAny || chance.oneIn(2);
  SmallVector<bool> valid = pickMask(query, key, isCausal);
  double masked =
      isNarrow()
          ? -1e4
          : chance.oneOf({-1e4, -1e9, -3.4028234663852886e38, -HUGE_VAL});
  if (!isCausal || chance.oneIn(2)) {
    Formula mask = constant({query, key}, [&](int64_t i) {
      return valid[i] ? 0.f : static_cast<float>(masked);
    });
    return chance.oneIn(2) ? scores + mask : mask + scores;
  }
  // By comparing indices.
  Dims dims = scores.getDims();
  Spelled whole{speller.spell(scores, dims), dims};
  RankedTensorType type = speller.getTensorType(dims);
  Value empty =
      tensor::EmptyOp::create(b, type.getShape(), type.getElementType());
  AffineMap all = b.getMultiDimIdentityMap(dims.size());
  SmallVector<AffineMap> maps = {all, all};
  SmallVector<utils::IteratorType> iterators(dims.size(),
                                             utils::IteratorType::parallel);
  whole.tensor =
      linalg::GenericOp::create(
          b, type, whole.tensor, empty, maps, iterators,
          [&](OpBuilder &body, Location loc, ValueRange in) {
            Value s = linalg::IndexOp::create(
                body, loc, llvm::find(dims, query) - dims.begin());
            Value t = linalg::IndexOp::create(
                body, loc, llvm::find(dims, key) - dims.begin());
            Value offset =
                arith::ConstantIndexOp::create(body, loc, keys - queries);
            Value last = arith::AddIOp::create(body, loc, s, offset);
            Value counts = arith::CmpIOp::create(
                body, loc, arith::CmpIPredicate::sle, t, last);
            Value lowest = arith::ConstantOp::create(
                body, loc, body.getFloatAttr(type.getElementType(), masked));
            Value score =
                arith::SelectOp::create(body, loc, counts, in[0], lowest);
            linalg::YieldOp::create(body, loc, score);
          })
          .getResult(0);
  return whole;
}

Spelled ModelMaker::attendAtOnce(const Parts &parts, bool mayBeAny) {
  Dims dims(parts.batch);
  dims.append({parts.position, parts.keyPosition});
  Formula scores = Spelled{
      speller.contract(parts.query, parts.key, parts.channel, dims), dims};
  if (parts.scale != 1)
    scores = chance.oneIn(2) ? scores / Formula(1 / parts.scale)
                             : product({scores, parts.scale});
  if (!chance.oneIn(3))
    scores = maskScores(scores, parts.position, parts.keyPosition, mayBeAny);
  Spelled weights{speller.spell(softmax(scores, parts.keyPosition), dims),
                  dims};
  dims.back() = parts.channel;
  return {speller.contract(weights, parts.value, parts.keyPosition, dims),
          dims};
}

void ModelMaker::addAttention() {
  int64_t groups = chance.from(1, 2), members = chance.from(1, 2), width = 4;
  int64_t heads = groups * members;
  Dim queryChannel = speller.addDim(heads * width),
      keyChannel = speller.addDim(groups * width);
  Spelled query = linear(activations.back(), queryChannel);
  Spelled key = linear(activations.back(), keyChannel);
  Spelled value = linear(activations.back(), keyChannel);
  ops["linear"] += 3;
  if (chance.oneIn(3)) {
    Rotation rotation = pickRotation();
    query = rotate(query, width, rotation);
    key = rotate(key, width, rotation);
    ops[getName(rotation == Rotation::Tables).str()] += 2;
  }

  // [batch, head, position, channel], keys repeated for the heads of a group.
  bool hasBatch = rows.size() == 2;
  int64_t batches = hasBatch ? speller.getSize(rows[0]) : 1;
  bool isJoined = chance.oneIn(2);
  // Formulas have their dimensions in this order, keys last.
  int64_t positions = speller.getSize(rows.back());
  Dim head = speller.addDim(heads), group = speller.addDim(groups),
      member = speller.addDim(members),
      batchAndHead = speller.addDim(batches * heads),
      position = speller.addDim(positions),
      keyPosition = speller.addDim(positions), channel = speller.addDim(width);
  Dims front(rows);
  front.pop_back();
  Dims batch(front);
  batch.push_back(head);
  Dims finalBatch = isJoined ? Dims{batchAndHead} : batch;
  auto with = [](ArrayRef<Dim> dims, std::initializer_list<Dim> more) {
    Dims all(dims);
    all.append(more);
    return all;
  };
  auto getHeads = [&](const Spelled &packed, Dim at, bool isRepeated) {
    Spelled split;
    if (isRepeated && members > 1) {
      split.dims = with(front, {at, group, channel});
      split.tensor =
          speller.reshape(packed.tensor, speller.getShape(split.dims));
      split.tensor =
          speller.arrange(split, with(front, {group, member, at, channel}));
    } else {
      split.dims = with(front, {at, head, channel});
      split.tensor =
          speller.reshape(packed.tensor, speller.getShape(split.dims));
      split.tensor = speller.arrange(split, with(batch, {at, channel}));
    }
    split.dims = with(finalBatch, {at, channel});
    split.tensor = speller.reshape(split.tensor, speller.getShape(split.dims));
    return split;
  };
  Spelled q = getHeads(query, position, /*isRepeated=*/false);
  Spelled k = getHeads(key, keyPosition, /*isRepeated=*/true);
  Spelled v = getHeads(value, keyPosition, /*isRepeated=*/true);

  int64_t scaled = chance.from(0, 3);
  double scale = chance.oneOf({0.5, 0.25, 1 / std::sqrt(6.0)});
  auto multiply = [&](Spelled &part) {
    part.tensor = speller.spell(product({part, scale}), part.dims);
  };
  if (scaled == 1)
    multiply(q);
  if (scaled == 2)
    multiply(k);
  Parts parts{q, k, v, finalBatch, position, keyPosition, channel};
  if (scaled == 3)
    parts.scale = scale;
  bool mayBeAny = batches == 1;
  Value result;
  if (chance.oneIn(3)) {
    if (!chance.oneIn(3))
      parts.mask = makeMask(position, keyPosition, mayBeAny);
    result = chance.oneIn(3) ? attendInBlocksOfQueries(parts).tensor
                             : attendInBlocks(parts).tensor;
  } else {
    result = attendAtOnce(parts, mayBeAny).tensor;
  }
  // Back to channels.
  Dims unpacked = with(batch, {position, channel});
  Dims packed = with(front, {position, head, channel});
  result = speller.reshape(result, speller.getShape(unpacked));
  result = speller.arrange({result, unpacked}, packed);
  Dims dims = rowsAnd(queryChannel);
  push(Spelled{speller.reshape(result, speller.getShape(dims)), dims},
       "attention");
}

//===- Rope.cpp - Raise rotary position embeddings ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of the two channels of a pair, one becomes `a * cos - b * sin` and the other
// `b * cos + a * sin`. Whether the angles come from a table or are computed is
// no question: they are known numbers, which must grow with the position.
//
//===----------------------------------------------------------------------===//

#include "Heads.h"
#include "Patterns.h"

#include "dialects/Transformer/Transformer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// The most angles that are looked at.
static constexpr int64_t kMaxAngles = int64_t(1) << 20;
/// How far a cosine may be from that of the angle.
static constexpr double kTolerance = 1e-4;

namespace {
/// A channel times a number that is known.
struct Scaled {
  Term channel, table;
};

/// What rotates a pair: its channels, and for the results of either channel the
/// cosine and the sine of the angle.
struct Rotation {
  Term first, second;
  std::array<Term, 2> cosines, sines;
};
} // namespace

/// Whether the elements of a term are known numbers.
static bool isKnown(Reader &reader, const Term &term) {
  static constexpr unsigned kMaxVariables = 32;
  SmallVector<int64_t> zeros(kMaxVariables);
  return reader.evaluate(term, zeros).has_value();
}

/// The only product of a channel and a table that is added with this sign.
static std::optional<Scaled> getScaled(Reader &reader, const Product &product,
                                       double sign) {
  if (product.number != sign || product.factors.size() != 2 ||
      product.factors[0].power != 1 || product.factors[1].power != 1)
    return std::nullopt;
  Term first = product.factors[0].term, second = product.factors[1].term;
  if (isKnown(reader, first))
    std::swap(first, second);
  if (isKnown(reader, first) || !isKnown(reader, second))
    return std::nullopt;
  return Scaled{first, second};
}

/// first * cosine - second * sine, second * cosine + first * sine
static std::optional<Rotation> getRotation(Reader &reader, const Term &low,
                                           const Term &high) {
  Sum lowSum = getSum(reader, low);
  if (lowSum.number != 0 || lowSum.products.size() != 2)
    return std::nullopt;
  if (lowSum.products[0].number < 0)
    std::swap(lowSum.products[0], lowSum.products[1]);
  auto plus = getScaled(reader, lowSum.products[0], 1);
  auto minus = getScaled(reader, lowSum.products[1], -1);
  if (!plus || !minus)
    return std::nullopt;
  Sum highSum = getSum(reader, high);
  if (highSum.number != 0 || highSum.products.size() != 2)
    return std::nullopt;
  auto cosine = getScaled(reader, highSum.products[0], 1);
  auto sine = getScaled(reader, highSum.products[1], 1);
  if (!cosine || !sine)
    return std::nullopt;
  if (!reader.equal(cosine->channel, minus->channel))
    std::swap(cosine, sine);
  if (!reader.equal(cosine->channel, minus->channel) ||
      !reader.equal(sine->channel, plus->channel))
    return std::nullopt;
  return Rotation{plus->channel,
                  minus->channel,
                  {plus->table, cosine->table},
                  {minus->table, sine->table}};
}

/// `term` with `step * pair`, in whichever multiple, replaced by the channel.
static std::optional<Term> getChannelOf(const IndexSpace &space,
                                        const Term &term, AffineExpr pair,
                                        int64_t step, AffineExpr channel) {
  Term result = term;
  auto variable = cast<AffineDimExpr>(pair);
  for (AffineExpr &index : result.at) {
    if (!index.isFunctionOfDim(variable.getPosition()))
      continue;
    AffineExpr rest = index.replace(pair, space.getConstant(0));
    AffineExpr multiple = space.simplify(index - rest);
    int64_t factor = multiple.getLargestKnownDivisor();
    if (space.simplify(pair * factor) != multiple || factor % step != 0)
      return std::nullopt;
    index = space.simplify(rest + channel * (factor / step));
  }
  return result;
}

/// The frequencies of all pairs, if the angles are `position * frequency`.
static std::optional<SmallVector<float>>
getFrequencies(Site &site, const Rotation &rotation, AffineExpr position,
               AffineExpr pair) {
  Reader &reader = site.getReader();
  int64_t positions = site.getSpace().getExtent(position);
  int64_t pairs = site.getSpace().getExtent(pair);
  unsigned ofPosition = cast<AffineDimExpr>(position).getPosition(),
           ofPair = cast<AffineDimExpr>(pair).getPosition();
  SmallVector<int64_t> values;
  auto valueAt = [&](const Term &term, int64_t s, int64_t i) {
    values.assign(std::max(ofPosition, ofPair) + 1, 0);
    values[ofPosition] = s;
    values[ofPair] = i;
    return reader.evaluate(term, values);
  };
  // An angle that is computed is more exact than that of its cosine.
  Node cosine = reader.read(rotation.cosines[0]);
  bool isComputed = cosine.kind == Kind::Cos;
  SmallVector<float> frequencies;
  for (int64_t i = 0; i < pairs; ++i) {
    double frequency = 0;
    // Every angle tells the frequency more exactly than the one before.
    for (int64_t s = 1, end = isComputed ? 2 : positions; s < end; ++s) {
      auto x = valueAt(rotation.cosines[0], s, i),
           y = valueAt(rotation.sines[0], s, i);
      if (!x || !y)
        return std::nullopt;
      double angle = std::atan2(*y, *x);
      angle += 2 * M_PI * std::round((frequency * s - angle) / (2 * M_PI));
      frequency = angle / s;
      if (isComputed)
        frequency = valueAt(cosine.operands[0], s, i).value_or(frequency);
    }
    // What was found at the last position must be right at all of them.
    for (int64_t s = 0; s < positions; ++s)
      for (auto [cosines, sines] :
           llvm::zip_equal(rotation.cosines, rotation.sines)) {
        auto x = valueAt(cosines, s, i), y = valueAt(sines, s, i);
        if (!x || !y ||
            !(std::abs(std::cos(frequency * s) - *x) <= kTolerance) ||
            !(std::abs(std::sin(frequency * s) - *y) <= kTolerance))
          return std::nullopt;
      }
    frequencies.push_back(static_cast<float>(frequency));
  }
  return frequencies;
}

namespace {
/// A tensor whose rows are positions, with this many heads in its channels.
struct Packed {
  Term rows;
  int64_t heads;
};
} // namespace

/// Of the tensors on the way to an element of one head, that of all heads;
/// where there is none, the nearest to the producer that has positions as rows.
static std::optional<Packed> getPacked(Site &site, ArrayRef<Term> path,
                                       AffineExpr position) {
  IndexSpace &space = site.getSpace();
  AffineExpr head = getPackedHead(site, path.back(), site.getChannel());
  int64_t heads = head ? space.getExtent(head) : 1;
  AffineExpr channel = site.getChannel();
  if (head)
    channel = space.simplify(head * site.getChannels() + channel);
  // Whatever is in front of the rows is rotated as it is.
  for (const Term &step : llvm::reverse(path)) {
    ArrayRef<int64_t> shape =
        cast<RankedTensorType>(step.value.getType()).getShape();
    size_t rank = shape.size();
    if (rank >= 2 && step.at[rank - 1] == channel &&
        step.at[rank - 2] == position &&
        shape[rank - 1] == heads * site.getChannels() &&
        shape[rank - 2] == space.getExtent(position))
      return Packed{step, heads};
  }
  Indices indices;
  SmallVector<int64_t> shape;
  for (AffineExpr row : site.getRows())
    if (row != position && row != head) {
      indices.push_back(row);
      shape.push_back(space.getExtent(row));
    }
  indices.append({position, channel});
  shape.append({space.getExtent(position), heads * site.getChannels()});
  Value tensor = site.getTensor(path.front(), indices, shape);
  if (!tensor)
    return std::nullopt;
  return Packed{{tensor, indices}, heads};
}

/// The rotation of the pairs `(step * i, step * i + distance)`.
static Raised raisePairs(Site &site, int64_t step, int64_t distance,
                         transformer::RopePairing pairing) {
  Reader &reader = site.getReader();
  IndexSpace &space = site.getSpace();
  AffineExpr channel = site.getChannel();
  int64_t width = site.getChannels();
  AffineExpr pair = space.add(width / 2);
  if (!isa<AffineDimExpr>(pair))
    return std::nullopt;
  auto rotation = getRotation(
      reader, site.getTerm().substitute(space, channel, pair * step),
      site.getTerm().substitute(space, channel, pair * step + distance));
  if (!rotation)
    return std::nullopt;
  // The angle depends on the position and the pair only.
  AffineExpr position;
  unsigned depends = 0;
  for (AffineExpr row : site.getRows())
    if (reader.dependsOn(rotation->cosines[0], row) ||
        reader.dependsOn(rotation->sines[0], row)) {
      position = row;
      ++depends;
    }
  if (depends != 1)
    return site.decline("rope",
                        "its angles do not depend on one dimension, the "
                        "position");
  int64_t positions = space.getExtent(position);
  if (ShapedType::isDynamic(positions) || positions * width / 2 > kMaxAngles)
    return site.decline("rope", "its angles are not known, or too many");

  // The tensors on the way to a channel of a pair, at any channel.
  SmallVector<Term> steps, path;
  reader.look(rotation->first, &steps);
  for (const Term &element : steps)
    if (auto input = getChannelOf(space, element, pair, step, channel))
      if (reader.equal(
              input->substitute(space, channel, pair * step + distance),
              rotation->second))
        path.push_back(*input);
  if (path.empty())
    return site.decline("rope", "the channels of its pairs are not those of a "
                                "tensor");
  auto frequencies = getFrequencies(site, *rotation, position, pair);
  if (!frequencies)
    return site.decline("rope", "its angles are no constant multiples of the "
                                "position");

  std::optional<Packed> packed = getPacked(site, path, position);
  if (!packed)
    return site.decline("rope", "its input is no tensor");

  ImplicitLocOpBuilder &builder = site.getBuilder();
  Value tensor = site.cast(packed->rows.value, site.getType().getElementType());
  Value constant = arith::ConstantOp::create(
      builder, DenseElementsAttr::get(
                   RankedTensorType::get(width / 2, builder.getF32Type()),
                   ArrayRef(*frequencies)));
  Value zero = arith::ConstantIndexOp::create(builder, 0);
  Value rotated = transformer::RopeOp::create(
      builder, tensor.getType(), tensor, constant, zero,
      builder.getI64IntegerAttr(packed->heads),
      builder.getI64IntegerAttr(positions),
      transformer::RopePairingAttr::get(builder.getContext(), pairing));
  return site.getActivation({rotated, packed->rows.at});
}

Raised raise::raiseRope(Site &site) {
  Node node = site.getReader().read(site.getTerm());
  // A sum, or a concatenation, which is nothing before its parts are known.
  bool mayBeOne = node.kind == Kind::Add || node.kind == Kind::Leaf;
  if (site.getType().getRank() < 2 || !mayBeOne ||
      ShapedType::isDynamic(site.getChannels()) ||
      site.getChannels() % 2 != 0 || site.getChannels() < 2)
    return std::nullopt;
  int64_t half = site.getChannels() / 2;
  if (Raised raised = raisePairs(site, /*step=*/1, /*distance=*/half,
                                 transformer::RopePairing::Half))
    return raised;
  return raisePairs(site, /*step=*/2, /*distance=*/1,
                    transformer::RopePairing::Interleaved);
}

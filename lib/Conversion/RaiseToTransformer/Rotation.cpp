//===- Rotation.cpp - Rotated pairs of channels ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rotation.h"
#include "Heads.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

//===----------------------------------------------------------------------===//
// The formula
//===----------------------------------------------------------------------===//

bool raise::isKnown(Reader &reader, const Term &term) {
  SmallVector<int64_t> zeros(kMaxVariables);
  return reader.evaluate(term, zeros).has_value();
}

namespace {
/// A channel times a cosine or a sine.
struct Scaled {
  Term channel, table;
};
} // namespace

/// What a product with this sign may be; known numbers are no channels.
static SmallVector<Scaled, 2> getScaled(Reader &reader, const Product &product,
                                        double sign) {
  SmallVector<Scaled, 2> result;
  if (product.number != sign || product.factors.size() != 2 ||
      product.factors[0].power != 1 || product.factors[1].power != 1)
    return result;
  const Term &first = product.factors[0].term;
  const Term &second = product.factors[1].term;
  if (!isKnown(reader, first))
    result.push_back({first, second});
  if (!isKnown(reader, second))
    result.push_back({second, first});
  return result;
}

/// What a channel is multiplied with in a product.
static std::optional<Term> getTableOf(Reader &reader, const Product &product,
                                      const Term &channel) {
  for (const Scaled &scaled : getScaled(reader, product, 1))
    if (reader.equal(scaled.channel, channel))
      return scaled.table;
  return std::nullopt;
}

/// `term` of the first channel of a pair, with `step * pair`, in whichever
/// multiple, replaced by the channel.
static std::optional<Term> getAtChannel(Site &site, const Pairing &pairing,
                                        const Term &term) {
  IndexSpace &space = site.getSpace();
  Term result = term;
  auto variable = cast<AffineDimExpr>(pairing.pair);
  for (AffineExpr &index : result.at) {
    if (!index.isFunctionOfDim(variable.getPosition()))
      continue;
    AffineExpr rest = index.replace(pairing.pair, space.getConstant(0));
    AffineExpr multiple = space.simplify(index - rest);
    int64_t factor = multiple.getLargestKnownDivisor();
    if (space.simplify(pairing.pair * factor) != multiple ||
        factor % pairing.step != 0)
      return std::nullopt;
    index = space.simplify(rest + site.getChannel() * (factor / pairing.step));
  }
  return result;
}

/// The tensors on the way to the first of two terms that have the second at the
/// other channel of the pair, at any channel.
static SmallVector<Term> getPath(Site &site, const Pairing &pairing,
                                 const Term &first, const Term &second) {
  SmallVector<Term> steps, path;
  site.getReader().look(first, &steps);
  // What is computed in the midst of a formula.
  if (steps.empty())
    steps.push_back(first);
  for (const Term &step : steps) {
    std::optional<Term> element = getAtChannel(site, pairing, step);
    if (element && site.getReader().equal(
                       element->substitute(site.getSpace(), site.getChannel(),
                                           pairing.getSecond()),
                       second))
      path.push_back(*element);
  }
  return path;
}

std::optional<Rotation> raise::getRotation(Site &site, const Pairing &pairing) {
  Reader &reader = site.getReader();
  auto getSumAt = [&](AffineExpr channel) {
    return getSum(reader, site.getTerm().substitute(
                              site.getSpace(), site.getChannel(), channel));
  };
  Sum low = getSumAt(pairing.getFirst());
  if (low.number != 0 || low.products.size() != 2)
    return std::nullopt;
  Sum high = getSumAt(pairing.getSecond());
  if (high.number != 0 || high.products.size() != 2)
    return std::nullopt;
  if (low.products[0].number < 0)
    std::swap(low.products[0], low.products[1]);
  // Where nothing is known, a factor is a channel because its pair's other one
  // is in the same tensor.
  std::optional<Rotation> withoutTensor;
  for (const Scaled &plus : getScaled(reader, low.products[0], 1))
    for (const Scaled &minus : getScaled(reader, low.products[1], -1))
      for (auto [ofSecond, ofFirst] : {std::pair(0, 1), std::pair(1, 0)}) {
        auto cosine =
            getTableOf(reader, high.products[ofSecond], minus.channel);
        auto sine = getTableOf(reader, high.products[ofFirst], plus.channel);
        if (!cosine || !sine)
          continue;
        Rotation rotation = {
            {plus.table, *cosine},
            {minus.table, *sine},
            getPath(site, pairing, plus.channel, minus.channel)};
        if (!rotation.path.empty())
          return rotation;
        withoutTensor = rotation;
      }
  return withoutTensor;
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

static bool dependOn(Reader &reader, ArrayRef<Term> terms,
                     AffineExpr variable) {
  return llvm::any_of(terms, [&](const Term &term) {
    return reader.dependsOn(term, variable);
  });
}

std::optional<Packed> raise::getPacked(Site &site, const Rotation &rotation,
                                       AffineExpr position) {
  IndexSpace &space = site.getSpace();
  ArrayRef<Term> path = rotation.path;
  AffineExpr head = getPackedHead(site, path.back(), site.getChannel());
  if (head && dependOn(site.getReader(), rotation.getTables(), head))
    head = {};
  int64_t heads = head ? space.getExtent(head) : 1;
  AffineExpr channel = site.getChannel();
  if (head)
    channel = space.simplify(head * site.getChannels() + channel);
  // Whatever is in front of the rows is rotated as it is.
  for (const Term &step : llvm::reverse(path)) {
    auto type = dyn_cast<RankedTensorType>(step.value.getType());
    if (!type || type.getRank() < 2)
      continue;
    ArrayRef<int64_t> shape = type.getShape();
    size_t rank = shape.size();
    if (step.at[rank - 1] == channel && step.at[rank - 2] == position &&
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

Rows raise::getRows(Site &site, const Packed &packed, AffineExpr position,
                    ArrayRef<Term> terms, size_t channelRank) {
  Reader &reader = site.getReader();
  Rows all = {
      Indices(ArrayRef(packed.rows.at).drop_back()),
      SmallVector<int64_t>(cast<RankedTensorType>(packed.rows.value.getType())
                               .getShape()
                               .drop_back())};
  bool isOfPosition = llvm::none_of(site.getRows(), [&](AffineExpr row) {
    return row != position && dependOn(reader, terms, row);
  });
  // A single batch is there or not, as it is in what they come from.
  bool isOneBatch =
      llvm::all_of(ArrayRef(all.shape).drop_back(),
                   [](int64_t size) { return size == 1; }) &&
      reader.look(terms[0]).at.size() == all.indices.size() + channelRank;
  if (!isOfPosition || isOneBatch)
    return all;
  return {{position}, {site.getSpace().getExtent(position)}};
}

Value raise::getPerChannel(Site &site, const Rows &rows, const Pairing &pairing,
                           const std::array<Term, 2> &terms) {
  IndexSpace &space = site.getSpace();
  int64_t width = site.getChannels(), pairs = width / 2;
  auto getIndices = [&](AffineExpr channel) {
    Indices indices(rows.indices);
    indices.push_back(channel);
    return indices;
  };
  auto create = [&](const Term &element, AffineExpr channel, int64_t channels) {
    SmallVector<int64_t> shape(rows.shape);
    shape.push_back(channels);
    Value tensor = site.getRepeated(element, getIndices(channel), shape);
    return tensor ? tensor
                  : site.getTensor(element, getIndices(channel), shape);
  };
  for (const Term &element : getPath(site, pairing, terms[0], terms[1]))
    if (Value tensor = create(element, site.getChannel(), width))
      return tensor;
  // Both channels of a pair share one entry.
  if (!site.getReader().equal(terms[0], terms[1]))
    return {};
  Value shared = create(terms[0], pairing.pair, pairs);
  if (!shared)
    return {};
  AffineExpr side = space.add(2);
  return create({shared, getIndices(pairing.pair)},
                pairing.kind == transformer::RopePairing::Half
                    ? side * pairs + pairing.pair
                    : pairing.pair * 2 + side,
                width);
}

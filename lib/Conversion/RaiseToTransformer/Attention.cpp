//===- Attention.cpp - Raise attention ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attention.h"
#include "Heads.h"
#include "Patterns.h"

#include "dialects/Transformer/Transformer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// No score is this number or less.
static constexpr double kLowest = -1e30;

/// What a maximum with the lowest number, which keeps every score, is one of.
static std::optional<Term> getLimited(Reader &reader, const Node &node) {
  if (node.kind == Kind::AtLeast && node.number <= kLowest)
    return node.operands[0];
  if (node.kind == Kind::Max)
    for (auto [score, limit] : {std::pair(0, 1), std::pair(1, 0)})
      if (auto number = getNumber(reader, node.operands[limit]);
          number && *number <= kLowest)
        return node.operands[score];
  return std::nullopt;
}

/// Takes the scores out of selections between them and a number that masks.
static Term takeSelects(Site &site, Parts &parts, Term score) {
  Reader &reader = site.getReader();
  auto isMasked = [&](const Term &term) {
    auto number = getNumber(reader, term);
    return number && *number <= kMasked;
  };
  for (Node node = reader.read(score);; node = reader.read(score)) {
    if (auto limited = getLimited(reader, node)) {
      score = *limited;
      continue;
    }
    if (node.kind != Kind::Select)
      break;
    bool masks = isMasked(node.operands[1]);
    if (!masks && !isMasked(node.operands[2]))
      break;
    parts.selects.push_back({node.operands[0], masks});
    score = node.operands[masks ? 2 : 1];
  }
  return score;
}

/// Reads scores as a sum, also where a part of it is selected, or where it was
/// raised as one of activations.
static Sum getScores(Site &site, Parts &parts, const Term &score) {
  Reader &reader = site.getReader();
  Sum scores = getSum(reader, takeSelects(site, parts, score));
  Sum result = {scores.number, {}};
  auto append = [&](const Term &part) {
    Sum sum = getSum(reader, part);
    result.number += sum.number;
    llvm::append_range(result.products, sum.products);
  };
  for (Product &product : scores.products) {
    size_t known = parts.selects.size();
    Term rest;
    if (product.isTerm())
      rest = reader.look(takeSelects(site, parts, product.factors[0].term));
    auto add = rest ? rest.value.getDefiningOp<transformer::AddOp>()
                    : transformer::AddOp();
    if (add) {
      append({add.getLhs(), rest.at, rest.loops});
      append({add.getRhs(), rest.at, rest.loops});
    } else if (parts.selects.size() != known) {
      append(rest);
    } else {
      result.products.push_back(std::move(product));
    }
  }
  return result;
}

/// Takes the product of queries and keys out of the sum that scores are.
static bool takeScores(Site &site, Parts &parts, Sum scores) {
  Reader &reader = site.getReader();
  for (Product *product = scores.products.begin();
       product != scores.products.end(); ++product) {
    if (product->factors.size() != 1 || product->factors[0].power != 1)
      continue;
    auto dot = getContraction(reader, product->factors[0].term);
    if (!dot || dot->start || dot->variables.size() != 1)
      continue;
    parts.channel = dot->variables[0];
    if (!reader.dependsOn(dot->rhs, parts.keyPosition))
      std::swap(dot->lhs, dot->rhs);
    if (reader.dependsOn(dot->lhs, parts.keyPosition) ||
        reader.dependsOn(dot->rhs, parts.queryPosition))
      return false;
    // A scale may be on either side.
    parts.scale = product->number;
    for (auto [term, part] : {std::pair(&dot->lhs, &parts.query),
                              std::pair(&dot->rhs, &parts.key)}) {
      Product scaled = getProduct(reader, *term);
      *part = *term;
      if (scaled.factors.size() == 1 && scaled.factors[0].power == 1) {
        *part = scaled.factors[0].term;
        parts.scale *= scaled.number;
      }
    }
    scores.products.erase(product);
    parts.mask = std::move(scores);
    return true;
  }
  return false;
}

/// Finds the variables of the result: the position of the query, the channel of
/// the value, batches and heads.
static bool findVariables(Site &site, Parts &parts, const Term &weight,
                          AffineExpr query,
                          SmallVectorImpl<AffineExpr> &batches) {
  Reader &reader = site.getReader();
  parts.queryPosition = site.getSpace().getConstant(0);
  for (AffineExpr index : site.getIndices()) {
    if (!isa<AffineDimExpr>(index))
      continue;
    bool ofWeight = reader.dependsOn(weight, index);
    bool ofValue = reader.dependsOn(parts.value, index);
    // All heads may have one value.
    if (ofWeight && index == query && !ofValue)
      parts.queryPosition = index;
    else if (ofWeight)
      batches.push_back(index);
    else if (ofValue && !parts.valueChannel)
      parts.valueChannel = index;
    else
      return false;
  }
  return static_cast<bool>(parts.valueChannel);
}

/// Replaces a variable in all parts.
static void substitute(Site &site, Parts &parts, AffineExpr variable,
                       AffineExpr replacement) {
  for (Term *term : {&parts.query, &parts.key, &parts.value})
    *term = term->substitute(site.getSpace(), variable, replacement);
  for (auto &[condition, masks] : parts.selects)
    condition = condition.substitute(site.getSpace(), variable, replacement);
  for (Product &product : parts.mask.products)
    for (Factor &factor : product.factors)
      factor.term =
          factor.term.substitute(site.getSpace(), variable, replacement);
}

/// Whether the part has the channels of one head of keys for several heads of
/// queries, and the variable of the former.
static void shareKeys(Site &site, Parts &parts) {
  IndexSpace &space = site.getSpace();
  Reader &reader = site.getReader();
  int64_t heads = space.getExtent(parts.head);
  parts.kvHead = parts.head;
  if (ShapedType::isDynamic(heads))
    return;
  for (int64_t group = heads; group > 1; --group) {
    if (heads % group != 0)
      continue;
    AffineExpr kvHead = space.add(heads / group), member = space.add(group);
    AffineExpr head = space.simplify(kvHead * group + member);
    Term key = parts.key.substitute(space, parts.head, head);
    Term value = parts.value.substitute(space, parts.head, head);
    if (reader.dependsOn(key, member) || reader.dependsOn(value, member))
      continue;
    parts.key = key;
    parts.value = value;
    parts.kvHead = kvHead;
    return;
  }
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// sum_t softmax(scale * sum_e query[s, e] * key[t, e] + mask[s, t]) * value[t,
/// d]
Raised raise::raiseAttention(Site &site) {
  Reader &reader = site.getReader();
  IndexSpace &space = site.getSpace();
  auto sum = getContraction(reader, site.getTerm());
  if (!sum || sum->start || sum->variables.size() != 1)
    return std::nullopt;
  Parts parts;
  parts.keyPosition = sum->variables[0];
  auto getSoftmax = [&](const Term &term) {
    return reader.look(term).value.getDefiningOp<transformer::SoftmaxOp>();
  };
  if (!getSoftmax(sum->lhs))
    std::swap(sum->lhs, sum->rhs);
  auto softmax = getSoftmax(sum->lhs);
  if (!softmax)
    return std::nullopt;
  Term probability = reader.look(sum->lhs);
  parts.value = sum->rhs;
  if (probability.at.size() < 2 || probability.at.back() != parts.keyPosition ||
      space.getExtent(parts.keyPosition) != softmax.getType().getShape().back())
    return site.decline("attention", "its softmax is not over the keys");
  Term score =
      reader.getElement(softmax.getInput(), probability.at, probability.loops);
  return createAttention(site, parts, probability,
                         *std::next(probability.at.rbegin()), score);
}

Raised raise::createAttention(Site &site, Parts parts, const Term &weight,
                              AffineExpr query, const Term &score,
                              double scale) {
  Reader &reader = site.getReader();
  IndexSpace &space = site.getSpace();
  SmallVector<AffineExpr> batches;
  if (!findVariables(site, parts, weight, query, batches))
    return site.decline("attention", "its result has dimensions that are "
                                     "neither of queries nor of values");
  Sum scores;
  add(reader, scores, getScores(site, parts, score), scale);
  bool areCapped = llvm::any_of(scores.products, [&](const Product &product) {
    return product.factors.size() == 1 &&
           reader.read(product.factors[0].term).kind == Kind::Tanh;
  });
  if (areCapped)
    return site.decline("attention", "a tanh caps its scores");
  if (!takeScores(site, parts, std::move(scores)))
    return site.decline("attention", "its scores are no product of queries and "
                                     "keys");
  if (batches.size() > 2)
    return site.decline("attention",
                        "it has more than two dimensions of batches "
                        "and heads");

  // Which of its dimensions are heads.
  AffineExpr zero = space.getConstant(0);
  parts.batch = parts.head = zero;
  Indices indices(site.getIndices());
  auto split = [&](const Term &element, AffineExpr variable) {
    BatchAndHead both = splitBatch(site, element, variable);
    substitute(site, parts, variable, both.joined);
    for (AffineExpr &index : indices)
      index = space.simplify(index.replace(variable, both.joined));
    return both;
  };
  // Where all heads have one key, rows may count positions and heads together.
  bool haveOneKey = parts.queryPosition == zero && !batches.empty() &&
                    !reader.dependsOn(parts.key, batches.back()) &&
                    !reader.dependsOn(parts.value, batches.back());
  if (haveOneKey) {
    BatchAndHead rows = split(weight, batches.back());
    parts.queryPosition = rows.batch;
    parts.head = rows.head;
    if (batches.size() == 2)
      parts.batch = batches[0];
  } else if (batches.size() == 2) {
    std::tie(parts.batch, parts.head) = std::pair(batches[0], batches[1]);
  } else if (batches.size() == 1) {
    BatchAndHead both = split(parts.query, batches[0]);
    parts.batch = both.batch;
    parts.head = both.head;
  }
  std::string reason;
  std::optional<Mask> mask = getMask(site, parts, reason);
  if (!mask)
    return site.decline("attention", reason);
  shareKeys(site, parts);

  int64_t width = space.getExtent(parts.channel);
  int64_t heads = space.getExtent(parts.head);
  int64_t kvHeads = space.getExtent(parts.kvHead);
  if (ShapedType::isDynamic(width) || ShapedType::isDynamic(heads) ||
      width != space.getExtent(parts.valueChannel))
    return site.decline("attention", "keys and values have heads of different "
                                     "widths");
  auto pack = [&](const Term &term, AffineExpr position, AffineExpr head,
                  AffineExpr channel) {
    Value packed = site.getTensor(
        term, {parts.batch, position, space.simplify(head * width + channel)},
        {space.getExtent(parts.batch), space.getExtent(position),
         space.getExtent(head) * width});
    return packed ? site.cast(packed, site.getType().getElementType()) : packed;
  };
  Value queries =
      pack(parts.query, parts.queryPosition, parts.head, parts.channel);
  Value keys = pack(parts.key, parts.keyPosition, parts.kvHead, parts.channel);
  Value values =
      pack(parts.value, parts.keyPosition, parts.kvHead, parts.valueChannel);
  if (!queries || !keys || !values)
    return site.decline("attention",
                        "its queries, keys or values are no tensors "
                        "of heads");

  FailureOr<Value> valid = createMask(site, parts, *mask);
  if (failed(valid))
    return site.decline("attention", "its mask is no tensor of batches and "
                                     "keys, or of queries as well");
  ImplicitLocOpBuilder &builder = site.getBuilder();
  Value offset;
  if (mask->isFromStart)
    offset = arith::ConstantIndexOp::create(builder, 0);
  FloatAttr scaleAttr;
  if (!isNear(parts.scale, 1 / std::sqrt(width), site.getType()))
    scaleAttr = builder.getF64FloatAttr(parts.scale);
  Value result = transformer::AttentionOp::create(
      builder, queries.getType(), queries, keys, values, *valid, offset,
      builder.getI64IntegerAttr(heads), builder.getI64IntegerAttr(kvHeads),
      scaleAttr, mask->causal ? builder.getUnitAttr() : UnitAttr(),
      /*clip=*/nullptr, /*scores=*/nullptr, /*statistics=*/nullptr);
  return site.getTensor(
      {result,
       {parts.batch, parts.queryPosition,
        space.simplify(parts.head * width + parts.valueChannel)}},
      indices, site.getType().getShape());
}

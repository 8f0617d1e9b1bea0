//===- Flash.cpp - Raise attention whose softmax is no tensor -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Flash attention: in one loop over blocks of keys, or in several.
//
//===----------------------------------------------------------------------===//

#include "Attention.h"
#include "Online.h"
#include "Patterns.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// Why the numbers that a loop begins with are others than those of softmax;
/// empty where they are those.
static std::string checkStarts(Blocks &blocks, const Term &max,
                               ArrayRef<Term> sums) {
  // What is masked may be the largest score so far.
  std::optional<double> start = blocks.getStart(max);
  if (!start || !(*start <= kMasked))
    return "its maximum does not begin with a number below all scores";
  if (llvm::any_of(sums,
                   [&](const Term &sum) { return blocks.getStart(sum) != 0; }))
    return "its sum or its product does not begin with 0";
  return {};
}

/// The index of the result that counts queries, on which values do not depend;
/// where all heads have one value, the last of those of the maxima. 0 where
/// there is none.
static AffineExpr getQuery(Site &site, const Term &score, const Term &value,
                           const Term &max) {
  Reader &reader = site.getReader();
  SmallVector<AffineDimExpr> candidates;
  for (AffineExpr index : site.getIndices())
    if (auto dim = dyn_cast<AffineDimExpr>(index);
        dim && reader.dependsOn(score, dim) && !reader.dependsOn(value, dim))
      candidates.push_back(dim);
  if (candidates.size() == 1)
    return candidates[0];
  for (AffineExpr index : llvm::reverse(max.at))
    for (AffineDimExpr query : candidates)
      if (index.isFunctionOfDim(query.getPosition()))
        return query;
  return site.getSpace().getConstant(0);
}

//===----------------------------------------------------------------------===//
// One loop
//===----------------------------------------------------------------------===//

/// product / sum of a loop, or a product that is divided in every step
Raised raise::raiseFlashAttention(Site &site) {
  Reader &reader = site.getReader();
  Product quotient = getProduct(reader, site.getTerm());
  auto takeResult = [&](double power) {
    auto factor = quotient.take([&](const Factor &factor) {
      return factor.power == power &&
             reader.look(factor.term).value.getDefiningOp<scf::ForOp>();
    });
    return factor ? reader.look(factor->term) : Term();
  };
  Term product = takeResult(1), sum = takeResult(-1);
  if (!product || !quotient.factors.empty() || quotient.number != 1)
    return std::nullopt;
  auto loop = product.value.getDefiningOp<scf::ForOp>();
  if (!mayEnterLoop(product) || (sum && sum.value.getDefiningOp() != loop))
    return std::nullopt;

  Blocks blocks(reader, loop, product);
  Term productSoFar = blocks.getSoFar(product);
  std::string reason;
  auto ofProduct =
      blocks.getRecurrence(productSoFar, /*hasValue=*/true, reason);
  if (!ofProduct)
    return sum && !reason.empty() ? site.decline("attention", reason)
                                  : std::nullopt;
  // It is divided once; what is divided behind the loop is another site.
  if (static_cast<bool>(sum) == static_cast<bool>(ofProduct->sum))
    return std::nullopt;
  Term sumSoFar = sum ? blocks.getSoFar(sum) : ofProduct->sum;
  auto ofSum = blocks.getRecurrence(sumSoFar, /*hasValue=*/false, reason);
  if (!ofSum)
    return site.decline("attention",
                        reason.empty() ? "its sum is not one of exponentials, "
                                         "block by block"
                                       : reason);
  IndexSpace &space = site.getSpace();
  int64_t size = space.getExtent(ofProduct->key);
  if (ofSum->max != ofProduct->max || ofSum->scale != ofProduct->scale ||
      space.getExtent(ofSum->key) != size)
    return site.decline("attention",
                        "its sum and its product are of different scores");
  reason = checkStarts(blocks, ofProduct->max, {sumSoFar, productSoFar});
  if (!reason.empty())
    return site.decline("attention", reason);
  if (ShapedType::isDynamic(size) || ShapedType::isDynamic(blocks.getCount()))
    return site.decline("attention", "it is not known how many keys its loop "
                                     "goes over");

  Parts parts;
  parts.keyPosition = space.add(blocks.getCount() * size);
  auto ofAllBlocks = [&](const Term &term) {
    return joinBlocks(space, term, blocks.getIteration(), ofProduct->key,
                      parts.keyPosition);
  };
  parts.value = ofAllBlocks(ofProduct->value);
  Term score = ofAllBlocks(ofProduct->score);
  AffineExpr query = getQuery(site, score, parts.value, ofProduct->max);
  return createAttention(site, parts, score, query, score, ofProduct->scale);
}

//===----------------------------------------------------------------------===//
// Several loops, or none
//===----------------------------------------------------------------------===//

/// What a term is the sum or the maximum of, at `key`, which counts as much;
/// none where it is something else.
static std::optional<Term> getReduced(Site &site, const Term &term, Kind kind,
                                      AffineExpr key) {
  Reader &reader = site.getReader();
  IndexSpace &space = site.getSpace();
  Node node = reader.read(term);
  if (node.kind != kind || node.variables.size() != 1 ||
      space.getExtent(node.variables[0]) != space.getExtent(key))
    return std::nullopt;
  if (node.operands.size() == 2) {
    auto start = getNumber(reader, node.operands[1]);
    if (kind != Kind::ReduceMax || !start || !(*start <= kMasked))
      return std::nullopt;
  }
  return node.operands[0].substitute(space, node.variables[0], key);
}

static bool areEqual(Reader &reader, Sum lhs, const Sum &rhs) {
  add(reader, lhs, rhs, -1);
  return lhs.number == 0 && lhs.products.empty();
}

/// Whether a term is sum_key e^exponent, or of a loop that keeps this with the
/// maximum, of which the exponent has `scale` times.
static bool isSumOf(Site &site, const Term &term, const Sum &exponent,
                    AffineExpr key, const Term &max, double scale) {
  Reader &reader = site.getReader();
  if (auto summed = getReduced(site, term, Kind::ReduceSum, key)) {
    auto summands = getSummands(reader, *summed, /*hasValue=*/false);
    return summands && summands->size() == 1 && !summands->front().variable &&
           summands->front().product.number == 1 &&
           summands->front().product.factors.empty() &&
           areEqual(reader, summands->front().exponent, exponent);
  }
  Term sum = reader.look(term);
  auto loop = sum.value.getDefiningOp<scf::ForOp>();
  if (!loop || max.value.getDefiningOp() != loop || !mayEnterLoop(sum))
    return false;
  Blocks blocks(reader, loop, sum);
  std::string reason;
  Term soFar = blocks.getSoFar(sum);
  auto recurrence = blocks.getRecurrence(soFar, /*hasValue=*/false, reason);
  return recurrence && recurrence->max == blocks.getSoFar(max) &&
         recurrence->scale == scale &&
         checkStarts(blocks, recurrence->max, soFar).empty();
}

/// sum_t e^(score[t] - max) * value[t] / sum_t e^(score[t] - max), whether the
/// division is in the sum or not, and each of the three in a loop or not
Raised raise::raiseInlinedAttention(Site &site) {
  Reader &reader = site.getReader();
  Kind kind = reader.read(site.getTerm()).kind;
  if (kind != Kind::Mul && kind != Kind::Div && kind != Kind::ReduceSum &&
      kind != Kind::ReduceDot)
    return std::nullopt;
  auto summands = getSummands(reader, site.getTerm(), /*hasValue=*/true);
  if (!summands || summands->size() != 1 || !summands->front().variable)
    return std::nullopt;
  auto &[product, exponent, key, value] = summands->front();
  if (exponent.products.empty() || !isa<AffineDimExpr>(key) ||
      product.number != 1 || product.factors.size() != 1 ||
      product.factors[0].power != -1)
    return std::nullopt;
  for (const Product &taken : exponent.products) {
    if (taken.number >= 0 || taken.factors.size() != 1 ||
        taken.factors[0].power != 1)
      continue;
    Term max = reader.look(taken.factors[0].term);
    auto score = getReduced(site, max, Kind::ReduceMax, key);
    if (!score)
      continue;
    double scale = -taken.number;
    Sum expected = {0, {taken}};
    add(reader, expected, getSum(reader, *score), scale);
    if (!areEqual(reader, expected, exponent))
      return site.decline("attention",
                          "it subtracts the largest score of something else");
    if (!isSumOf(site, product.factors[0].term, exponent, key, max, scale))
      return site.decline("attention", "its sum is one of other exponentials");
    Parts parts;
    parts.keyPosition = key;
    parts.value = value;
    return createAttention(site, parts, *score,
                           getQuery(site, *score, value, max), *score, scale);
  }
  return std::nullopt;
}

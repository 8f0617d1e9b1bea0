//===- Flash.cpp - Raise attention over blocks of keys --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loop keeps the largest score so far, the sum of exponentials and their
// product with the values, and multiplies both with what the last maximum is
// too small by. In whatever way this is written, it is
//
//   max'     = max(max, max_j score[j])
//   sum'     = sum * e^(max - max') + sum_j e^(score[j] - max')
//   product' = product * e^(max - max') + sum_j e^(score[j] - max') * value[j]
//
// j the keys of a block; or the product is divided by the sum in every step.
//
//===----------------------------------------------------------------------===//

#include "Attention.h"
#include "Patterns.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// How often products are taken apart; some five times are enough.
static constexpr unsigned kBudget = 32;

//===----------------------------------------------------------------------===//
// Summands
//===----------------------------------------------------------------------===//

namespace {
/// product * e^exponent, or the sum over a block of that times a value.
struct Summand {
  Product product;
  Sum exponent;
  /// Null where it is no sum.
  AffineExpr variable;
  Term value;
};

/// Takes a term apart into summands.
class Expander {
public:
  /// Whether sums are of products with a value, which is not taken apart.
  Expander(Reader &reader, bool hasValue)
      : reader(reader), hasValue(hasValue) {}

  /// False where it is something else.
  bool expand(const Term &term) { return expand(getSum(reader, term), {}, {}); }

  SmallVector<Summand, 2> summands;

private:
  /// The sum times a product, of which `summand` knows whether it is in a sum.
  bool expand(const Sum &sum, const Product &factor, const Summand &summand) {
    return sum.number == 0 &&
           llvm::all_of(sum.products, [&](const Product &product) {
             return expand(multiply(product, factor), summand);
           });
  }

  bool expand(const Product &product, const Summand &summand) {
    if (budget-- == 0)
      return false;
    for (size_t i = 0; i < product.factors.size(); ++i) {
      if (product.factors[i].power != 1)
        continue;
      const Term &term = product.factors[i].term;
      Node node = reader.read(term);
      Product rest = product;
      rest.factors.erase(rest.factors.begin() + i);
      if (node.kind == Kind::Add || node.kind == Kind::Sub)
        return expand(getSum(reader, term), rest, summand);
      if (node.kind == Kind::ReduceSum || node.kind == Kind::ReduceDot)
        return !summand.variable && expandReduction(node, term, rest);
    }
    Summand &result = summands.emplace_back(summand);
    result.product.number = product.number;
    for (const Factor &factor : product.factors) {
      Node node = reader.read(factor.term);
      if (node.kind == Kind::Exp || node.kind == Kind::Exp2)
        add(reader, result.exponent, getSum(reader, node.operands[0]),
            factor.power * (node.kind == Kind::Exp ? 1 : std::log(2.0)));
      else
        result.product.factors.push_back(factor);
    }
    return true;
  }

  bool expandReduction(const Node &node, const Term &term,
                       const Product &factor) {
    Summand summand;
    Term weight = node.operands[0], start;
    if (hasValue) {
      auto contraction = getContraction(reader, term);
      if (!contraction)
        return false;
      start = contraction->start;
      if (!hasExponential(contraction->lhs))
        std::swap(contraction->lhs, contraction->rhs);
      weight = contraction->lhs;
      summand.value = contraction->rhs;
    } else if (node.operands.size() == 2) {
      start = node.operands[1];
    }
    if (node.variables.size() > 1 ||
        (!hasValue && node.kind == Kind::ReduceDot))
      return false;
    summand.variable = node.variables.empty() ? reader.getSpace().getConstant(0)
                                              : node.variables[0];
    return (!start || expand(getSum(reader, start), factor, {})) &&
           expand(multiply(getProduct(reader, weight), factor), summand);
  }

  bool hasExponential(const Term &term) {
    return llvm::any_of(getProduct(reader, term).factors,
                        [&](const Factor &factor) {
                          Kind kind = reader.read(factor.term).kind;
                          return kind == Kind::Exp || kind == Kind::Exp2;
                        });
  }

  static Product multiply(Product product, const Product &factor) {
    product.number *= factor.number;
    llvm::append_range(product.factors, factor.factors);
    return product;
  }

  Reader &reader;
  bool hasValue;
  unsigned budget = kBudget;
};
} // namespace

//===----------------------------------------------------------------------===//
// Recurrences
//===----------------------------------------------------------------------===//

namespace {
/// What the sum and the product of exponentials have in common, or should.
struct Recurrence {
  /// The largest score so far, and the score as terms, a factor of both, and
  /// what counts the keys of a block.
  Term max, score;
  double scale = 1;
  AffineExpr key;
  /// What the exponentials are multiplied with, in the product.
  Term value;
  /// The sum so far, where the product is divided by it in every step.
  Term sum;
};

/// A loop over blocks of keys at one element of its results.
class Blocks {
public:
  Blocks(Reader &reader, scf::ForOp loop, const Term &element)
      : reader(reader), loop(loop), outer(element.loops), loops(element.loops) {
    count = getTripCounts(loop.getInductionVar()).back();
    loops.push_back(reader.getSpace().add(count));
  }

  /// The recurrence of what has been reduced so far; none, for a reason, where
  /// it is another one.
  std::optional<Recurrence> getRecurrence(const Term &soFar, bool hasValue,
                                          std::string &reason);

  /// What is kept in an iteration of what ends up as `result`.
  Term getSoFar(const Term &result) {
    unsigned number = cast<OpResult>(result.value).getResultNumber();
    return reader.getElement(loop.getRegionIterArg(number), result.at, loops);
  }

  /// The number that all of this begins with; none where it is another one for
  /// every element, or not known.
  std::optional<double> getStart(const Term &soFar) {
    return getNumber(reader, {loop.getTiedLoopInit(getArgument(soFar))->get(),
                              soFar.at, outer});
  }

  AffineExpr getIteration() { return loops.back(); }
  int64_t getCount() { return count; }

private:
  BlockArgument getArgument(const Term &soFar) {
    return cast<BlockArgument>(soFar.value);
  }
  /// Whether a term is what an iteration begins with.
  bool isSoFar(const Term &term) {
    auto argument = dyn_cast<BlockArgument>(term.value);
    return argument && argument.getOwner() == loop.getBody() &&
           argument != loop.getInductionVar();
  }
  /// What an iteration makes of what has been reduced so far.
  Term getNext(const Term &soFar) {
    return reader.getElement(
        loop.getTiedLoopYieldedValue(getArgument(soFar))->get(), soFar.at,
        loops);
  }
  bool takeSoFar(Product &product, const Term &soFar);
  bool takeSums(Recurrence &recurrence, Product &decay, Product &weight);
  bool takeMaximum(Recurrence &recurrence, const Sum &decay);
  bool takeScore(Recurrence &recurrence);

  Reader &reader;
  scf::ForOp loop;
  /// The iterations of the loops around this one, and of this one.
  Indices outer, loops;
  int64_t count;
};
} // namespace

/// Takes what has been reduced so far out of a product.
bool Blocks::takeSoFar(Product &product, const Term &soFar) {
  return product
      .take([&](const Factor &factor) {
        return factor.power == 1 && reader.look(factor.term) == soFar;
      })
      .has_value();
}

/// sum / sum' in the factor of the product so far, 1 / sum' in that of the rest
bool Blocks::takeSums(Recurrence &recurrence, Product &decay, Product &weight) {
  auto sum = decay.take([&](const Factor &factor) {
    return factor.power == 1 && isSoFar(reader.look(factor.term));
  });
  if (!sum)
    return false;
  recurrence.sum = reader.look(sum->term);
  for (Product *product : {&decay, &weight})
    if (!product->take([&](const Factor &factor) {
          return factor.power == -1 &&
                 reader.equal(factor.term, getNext(recurrence.sum));
        }))
      return false;
  return true;
}

/// scale * max - scale * max'
bool Blocks::takeMaximum(Recurrence &recurrence, const Sum &decay) {
  if (decay.number != 0 || decay.products.size() != 2)
    return false;
  for (auto [mine, next] : {std::pair(0, 1), std::pair(1, 0)}) {
    const Product &max = decay.products[mine], &taken = decay.products[next];
    if (max.factors.size() != 1 || max.factors[0].power != 1 ||
        taken.factors.size() != 1 || taken.factors[0].power != 1 ||
        max.number <= 0 || max.number != -taken.number)
      continue;
    Term soFar = reader.look(max.factors[0].term);
    if (!isSoFar(soFar) || !reader.equal(taken.factors[0].term, getNext(soFar)))
      continue;
    recurrence.max = soFar;
    recurrence.scale = max.number;
    return true;
  }
  return false;
}

/// max' = max(max, max_j score[j])
bool Blocks::takeScore(Recurrence &recurrence) {
  Node node = reader.read(getNext(recurrence.max));
  if (node.kind == Kind::Max) {
    if (reader.look(node.operands[0]) != recurrence.max)
      std::swap(node.operands[0], node.operands[1]);
    Term soFar = node.operands[0];
    node = reader.read(node.operands[1]);
    if (node.kind != Kind::ReduceMax || node.operands.size() != 1)
      return false;
    node.operands.push_back(soFar);
  }
  if (node.kind != Kind::ReduceMax || node.operands.size() != 2 ||
      reader.look(node.operands[1]) != recurrence.max ||
      node.variables.size() > 1)
    return false;
  IndexSpace &space = reader.getSpace();
  recurrence.score = node.operands[0];
  if (node.variables.empty())
    return space.getExtent(recurrence.key) == 1;
  if (space.getExtent(node.variables[0]) != space.getExtent(recurrence.key))
    return false;
  recurrence.score =
      recurrence.score.substitute(space, node.variables[0], recurrence.key);
  return true;
}

std::optional<Recurrence>
Blocks::getRecurrence(const Term &soFar, bool hasValue, std::string &reason) {
  StringRef name = hasValue ? "product" : "sum";
  auto decline = [&](const Twine &why) {
    reason = ("its " + name + " so far " + why).str();
    return std::nullopt;
  };
  Expander expander(reader, hasValue);
  SmallVectorImpl<Summand> &summands = expander.summands;
  if (!expander.expand(getNext(soFar)) || summands.size() != 2)
    return decline("is not one of exponentials, block by block");
  if (summands[0].variable)
    std::swap(summands[0], summands[1]);
  Summand &decay = summands[0], &weight = summands[1];
  if (decay.variable || !weight.variable || !takeSoFar(decay.product, soFar))
    return decline("is not one of exponentials, block by block");
  Recurrence recurrence;
  recurrence.key = weight.variable;
  recurrence.value = weight.value;
  bool isDivided = hasValue && !decay.product.factors.empty();
  if ((isDivided && !takeSums(recurrence, decay.product, weight.product)) ||
      !decay.product.factors.empty() || decay.product.number != 1 ||
      !weight.product.factors.empty() || weight.product.number != 1)
    return decline("has other factors");
  if (!takeMaximum(recurrence, decay.exponent))
    return decline("is not scaled by what its maximum grows by");
  if (!takeScore(recurrence))
    return decline("has exponentials less something else than the largest "
                   "score so far");
  // score - max' and nothing else.
  Sum exponent = weight.exponent;
  add(reader, exponent, getSum(reader, getNext(recurrence.max)),
      recurrence.scale);
  add(reader, exponent, getSum(reader, recurrence.score), -recurrence.scale);
  if (exponent.number != 0 || !exponent.products.empty())
    return decline("has other exponentials than its maximum has scores");
  return recurrence;
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// Why the numbers that a loop begins with are others than those of softmax;
/// empty where they are those.
static std::string checkStarts(Blocks &blocks, const Recurrence &recurrence,
                               const Term &sum, const Term &product) {
  // What is masked may be the largest score so far.
  std::optional<double> max = blocks.getStart(recurrence.max);
  if (!max || *max > kMasked)
    return "its maximum does not begin with a number below all scores";
  if (blocks.getStart(sum) != 0 || blocks.getStart(product) != 0)
    return "its sum or its product does not begin with 0";
  return {};
}

/// The index of the result that counts queries, on which values do not depend;
/// where all heads have one value, the last of those of the maxima. 0 where
/// there is none.
static AffineExpr getQuery(Site &site, const Recurrence &recurrence) {
  Reader &reader = site.getReader();
  SmallVector<AffineDimExpr> candidates;
  for (AffineExpr index : site.getIndices())
    if (auto dim = dyn_cast<AffineDimExpr>(index);
        dim && reader.dependsOn(recurrence.score, dim) &&
        !reader.dependsOn(recurrence.value, dim))
      candidates.push_back(dim);
  if (candidates.size() == 1)
    return candidates[0];
  for (AffineExpr index : llvm::reverse(recurrence.max.at))
    for (AffineDimExpr query : candidates)
      if (index.isFunctionOfDim(query.getPosition()))
        return query;
  return site.getSpace().getConstant(0);
}

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
  if (sum && sum.value.getDefiningOp() != loop)
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
    return site.decline("attention", reason);
  IndexSpace &space = site.getSpace();
  int64_t size = space.getExtent(ofProduct->key);
  if (ofSum->max != ofProduct->max || ofSum->scale != ofProduct->scale ||
      space.getExtent(ofSum->key) != size)
    return site.decline("attention",
                        "its sum and its product are of different scores");
  reason = checkStarts(blocks, *ofProduct, sumSoFar, productSoFar);
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
  return createAttention(site, parts, score, getQuery(site, *ofProduct), score,
                         ofProduct->scale);
}

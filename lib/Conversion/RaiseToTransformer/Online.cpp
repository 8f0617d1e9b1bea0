//===- Online.cpp - Sums of exponentials, block by block ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Online.h"

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
      auto reduction = getReduction(term, node);
      if (reduction)
        return !summand.variable && expandReduction(*reduction, rest);
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

  /// The sum of exponentials, times a value if there is to be one, that a term
  /// is. Where it is a linear, it was raised as the product with a weight.
  std::optional<Contraction> getReduction(const Term &term, const Node &node) {
    if (!hasValue) {
      if (node.kind != Kind::ReduceSum)
        return std::nullopt;
      return Contraction{node.variables,
                         node.operands[0],
                         {},
                         node.operands.size() == 2 ? node.operands[1] : Term()};
    }
    auto contraction = getContraction(reader, term);
    if (contraction && !hasExponential(contraction->lhs))
      std::swap(contraction->lhs, contraction->rhs);
    return contraction;
  }

  bool expandReduction(const Contraction &reduction, const Product &factor) {
    if (reduction.variables.size() > 1)
      return false;
    Summand summand;
    summand.value = reduction.rhs;
    summand.variable = reduction.variables.empty()
                           ? reader.getSpace().getConstant(0)
                           : reduction.variables[0];
    return (!reduction.start ||
            expand(getSum(reader, reduction.start), factor, {})) &&
           expand(multiply(getProduct(reader, reduction.lhs), factor), summand);
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

std::optional<SmallVector<Summand, 2>>
raise::getSummands(Reader &reader, const Term &term, bool hasValue) {
  Expander expander(reader, hasValue);
  if (!expander.expand(term))
    return std::nullopt;
  return std::move(expander.summands);
}

//===----------------------------------------------------------------------===//
// Recurrences
//===----------------------------------------------------------------------===//

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
  auto summands = getSummands(reader, getNext(soFar), hasValue);
  if (!summands || summands->size() != 2)
    return std::nullopt;
  if (summands->front().variable)
    std::swap(summands->front(), summands->back());
  Summand &decay = summands->front(), &weight = summands->back();
  if (decay.variable || !weight.variable || !takeSoFar(decay.product, soFar) ||
      (decay.exponent.products.empty() && weight.exponent.products.empty()))
    return std::nullopt;
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

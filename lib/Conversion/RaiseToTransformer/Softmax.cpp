//===- Softmax.cpp - Raise softmax ----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "dialects/Transformer/Transformer.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// The two terms of `x - y`, as a difference or a sum.
static std::optional<std::pair<Term, Term>> getDifference(Reader &reader,
                                                          const Term &term) {
  Node node = reader.read(term);
  if (node.kind == Kind::Sub)
    return {{node.operands[0], node.operands[1]}};
  if (node.kind != Kind::Add)
    return std::nullopt;
  for (auto [x, negated] : {std::pair(0, 1), std::pair(1, 0)}) {
    Node negation = reader.read(node.operands[negated]);
    if (negation.kind == Kind::Neg)
      return {{node.operands[x], negation.operands[0]}};
  }
  return std::nullopt;
}

static Raised createSoftmax(Site &site, Value input) {
  return transformer::SoftmaxOp::create(site.getBuilder(), input,
                                        /*clip=*/nullptr);
}

/// The reduction over one variable that a term is.
static Node getReduction(Reader &reader, const Term &term, Kind kind) {
  Node node = reader.read(term);
  bool isOne = node.kind == kind && node.variables.size() == 1 &&
               node.operands.size() == 1;
  return isOne ? node : Node();
}

/// Checks that the exponentials have the maximum of their row taken off, and
/// makes the softmax. `exponent` is that of the exponential at the channel.
static Raised raiseExponent(Site &site, const Term &exponent) {
  Reader &reader = site.getReader();
  auto difference = getDifference(reader, exponent);
  Node max;
  if (difference)
    max = getReduction(reader, difference->second, Kind::ReduceMax);
  if (max.kind == Kind::Leaf)
    return site.decline("softmax",
                        "it does not subtract the largest element of "
                        "the row, and overflows where that is large");
  if (!site.isOfAllChannels(max.variables[0]) ||
      !reader.equal(difference->first.substitute(
                        site.getSpace(), site.getChannel(), max.variables[0]),
                    max.operands[0]))
    return site.decline("softmax",
                        "it subtracts the largest element of something else");
  Value input = site.getActivation(difference->first);
  if (!input)
    input = site.getActivation(max.operands[0].substitute(
        site.getSpace(), max.variables[0], site.getChannel()));
  if (!input)
    return site.decline("softmax", "its input is no tensor");
  return createSoftmax(site, input);
}

/// exp(e - log(sum_c exp(e))), e = x - max_c x
static Raised raiseLogSoftmax(Site &site, const Term &exponent) {
  Reader &reader = site.getReader();
  Sum sum = getSum(reader, exponent);
  auto logarithm = llvm::find_if(sum.products, [&](const Product &product) {
    return product.number == -1 && product.factors.size() == 1 &&
           product.factors[0].power == 1 &&
           reader.read(product.factors[0].term).kind == Kind::Log;
  });
  if (logarithm == sum.products.end())
    return std::nullopt;
  Node log = reader.read(logarithm->factors[0].term);
  Node total = getReduction(reader, log.operands[0], Kind::ReduceSum);
  if (total.kind == Kind::Leaf || !site.isOfAllChannels(total.variables[0]))
    return std::nullopt;
  Node exponential = reader.read(total.operands[0].substitute(
      site.getSpace(), total.variables[0], site.getChannel()));
  if (exponential.kind != Kind::Exp)
    return std::nullopt;
  sum.products.erase(logarithm);
  if (!equal(reader, sum, getSum(reader, exponential.operands[0])))
    return site.decline("softmax", "its sum is one of other exponentials");
  return raiseExponent(site, exponential.operands[0]);
}

/// exp(x - max_c x) / sum_c exp(x - max_c x)
Raised raise::raiseSoftmax(Site &site) {
  Reader &reader = site.getReader();
  if (site.getIndices().empty())
    return std::nullopt;
  AffineExpr channel = site.getChannel();
  if (auto op = site.getTerm().value.getDefiningOp<linalg::SoftmaxOp>()) {
    if (op.getDimension() + 1 !=
        static_cast<uint64_t>(site.getType().getRank()))
      return site.decline("softmax", "it is not that of the last dimension");
    return createSoftmax(site, site.getActivation(reader.getElement(
                                   op.getInput(), Indices(site.getIndices()),
                                   site.getTerm().loops)));
  }
  Node root = reader.read(site.getTerm());
  if (root.kind == Kind::Exp && isa<AffineDimExpr>(channel))
    return raiseLogSoftmax(site, root.operands[0]);

  Product product = getProduct(reader, site.getTerm());
  auto exponential = product.take([&](const Factor &factor) {
    return factor.power == 1 && reader.read(factor.term).kind == Kind::Exp;
  });
  auto divisor = product.take([&](const Factor &factor) {
    return factor.power == -1 &&
           reader.read(factor.term).kind == Kind::ReduceSum;
  });
  if (!exponential || !divisor || !product.factors.empty())
    return std::nullopt;
  Node sum = getReduction(reader, divisor->term, Kind::ReduceSum);
  if (sum.kind == Kind::Leaf)
    return std::nullopt;
  auto isSumOver = [&](AffineExpr variable) {
    return isa<AffineDimExpr>(variable) &&
           reader.equal(exponential->term.substitute(site.getSpace(), variable,
                                                     sum.variables[0]),
                        sum.operands[0]);
  };
  if (!isSumOver(channel)) {
    if (llvm::any_of(site.getRows(), isSumOver))
      return site.decline("softmax", "its sum is not over the last dimension");
    return std::nullopt;
  }
  if (!site.isOfAllChannels(sum.variables[0]))
    return site.decline("softmax", "its sum is not that of a whole row");
  if (product.number != 1)
    return site.decline("softmax", "it is multiplied by a constant");
  return raiseExponent(site, reader.read(exponential->term).operands[0]);
}

//===- Algebra.cpp - Products and sums of terms ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Algebra.h"

#include "dialects/Transformer/Transformer.h"

#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// The longest formula that is taken apart; what is longer stays one term.
static constexpr unsigned kBudget = 128;

bool raise::isNear(double value, double expected, Type type) {
  // A constant and what is computed from it were rounded some times. Where
  // types are mixed, the constant may be of the narrower one.
  auto floatType = dyn_cast<FloatType>(getElementTypeOrSelf(type));
  int bits = floatType ? floatType.getFPMantissaWidth() : 24;
  double tolerance = bits < 24 ? std::ldexp(2, -bits) : std::ldexp(16, -24);
  return std::abs(value - expected) <= tolerance * std::abs(expected);
}

std::optional<Factor>
Product::take(llvm::function_ref<bool(const Factor &)> predicate) {
  auto found = llvm::find_if(factors, predicate);
  if (found == factors.end() ||
      std::find_if(std::next(found), factors.end(), predicate) != factors.end())
    return std::nullopt;
  Factor factor = *found;
  factors.erase(found);
  return factor;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static bool isWhole(double power) { return power == std::floor(power); }

namespace {
/// Multiplies terms up.
class Multiplier {
public:
  Multiplier(Reader &reader, const Term &kept) : reader(reader), kept(kept) {}

  void multiply(const Term &term, double power) {
    if (budget == 0 || !reader.spend() || (kept && reader.equal(term, kept)))
      return addFactor(term, power);
    --budget;
    Node node = reader.read(term);
    // A root of a product is no product of roots where factors are negative.
    bool splits = isWhole(power);
    switch (node.kind) {
    case Kind::Number:
      product.number *= std::pow(node.number, power);
      return;
    case Kind::Mul:
    case Kind::Div:
      if (!splits)
        break;
      multiply(node.operands[0], power);
      multiply(node.operands[1], node.kind == Kind::Mul ? power : -power);
      return;
    case Kind::Neg:
      if (!splits)
        break;
      product.number *= std::pow(-1, power);
      return multiply(node.operands[0], power);
    case Kind::Pow:
      if (!splits)
        break;
      return multiply(node.operands[0], power * node.number);
    case Kind::Sqrt:
    case Kind::Rsqrt:
      return multiply(node.operands[0],
                      node.kind == Kind::Sqrt ? power / 2 : -power / 2);
    case Kind::Reciprocal:
      return multiply(node.operands[0], -power);
    default:
      break;
    }
    addFactor(term, power);
  }

  Product product;

private:
  void addFactor(const Term &term, double power) {
    Term head = reader.look(term);
    for (Factor &factor : product.factors)
      if (reader.equal(factor.term, head)) {
        factor.power += power;
        return;
      }
    product.factors.push_back({term, power});
  }

  Reader &reader;
  const Term &kept;
  unsigned budget = kBudget;
};
} // namespace

Product raise::getProduct(Reader &reader, const Term &term, const Term &kept) {
  Multiplier multiplier(reader, kept);
  multiplier.multiply(term, 1);
  llvm::erase_if(multiplier.product.factors,
                 [](const Factor &factor) { return factor.power == 0; });
  return std::move(multiplier.product);
}

std::optional<double> raise::getNumber(Reader &reader, const Term &term) {
  Product product = getProduct(reader, term);
  if (!product.factors.empty())
    return std::nullopt;
  return product.number;
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

namespace {
/// Adds terms up.
class Adder {
public:
  explicit Adder(Reader &reader) : reader(reader) {}

  void add(const Term &term, double number) {
    Node node = reader.read(term);
    if (budget != 0 && reader.spend() &&
        (node.kind == Kind::Add || node.kind == Kind::Sub)) {
      --budget;
      add(node.operands[0], number);
      return add(node.operands[1], node.kind == Kind::Add ? number : -number);
    }
    Product product = getProduct(reader, term);
    product.number *= number;
    if (product.factors.empty()) {
      sum.number += product.number;
      return;
    }
    // A multiple of a sum is a sum.
    if (product.factors.size() == 1 && product.factors[0].power == 1 &&
        budget != 0) {
      Kind kind = reader.read(product.factors[0].term).kind;
      if (kind == Kind::Add || kind == Kind::Sub) {
        --budget;
        return add(product.factors[0].term, product.number);
      }
    }
    sum.products.push_back(std::move(product));
  }

  Sum sum;

private:
  Reader &reader;
  unsigned budget = kBudget;
};
} // namespace

Sum raise::getSum(Reader &reader, const Term &term) {
  Adder adder(reader);
  adder.add(term, 1);
  return std::move(adder.sum);
}

/// Whether every element of a list is in another one of the same length.
template <typename Range, typename Equal>
static bool isPermutation(const Range &lhs, const Range &rhs, Equal equal) {
  return lhs.size() == rhs.size() &&
         llvm::all_of(lhs, [&](const auto &element) {
           return llvm::count_if(rhs, [&](const auto &other) {
                    return equal(element, other);
                  }) == 1;
         });
}

std::optional<Node> raise::getScaledSum(Reader &reader,
                                        const Product &product) {
  if (product.factors.size() != 1 || product.factors[0].power != 1)
    return std::nullopt;
  Node sum = reader.read(product.factors[0].term);
  if (sum.kind != Kind::ReduceSum || sum.operands.size() != 1 ||
      sum.variables.size() != 1)
    return std::nullopt;
  return sum;
}

/// Whether two products differ in their numbers only.
static bool haveEqualFactors(Reader &reader, const Product &lhs,
                             const Product &rhs) {
  return isPermutation(lhs.factors, rhs.factors,
                       [&](const Factor &factor, const Factor &match) {
                         return factor.power == match.power &&
                                reader.equal(factor.term, match.term);
                       });
}

/// lhs + rhs, which is 0 where they cancel but for the rounding of doubles.
static double addNumbers(double lhs, double rhs) {
  double sum = lhs + rhs;
  return std::abs(sum) <= 1e-12 * std::abs(rhs) ? 0 : sum;
}

void raise::add(Reader &reader, Sum &sum, const Sum &other, double multiple) {
  sum.number = addNumbers(sum.number, other.number * multiple);
  for (const Product &product : other.products) {
    auto *same = llvm::find_if(sum.products, [&](const Product &mine) {
      return haveEqualFactors(reader, mine, product);
    });
    if (same == sum.products.end())
      same = sum.products.insert(same, Product{0, product.factors});
    same->number = addNumbers(same->number, product.number * multiple);
    if (same->number == 0)
      sum.products.erase(same);
  }
}

bool raise::equal(Reader &reader, const Sum &lhs, const Sum &rhs) {
  auto areEqual = [&](const Product &product, const Product &other) {
    return product.number == other.number &&
           haveEqualFactors(reader, product, other);
  };
  return lhs.number == rhs.number &&
         isPermutation(lhs.products, rhs.products, areEqual);
}

//===----------------------------------------------------------------------===//
// Polynomials and contractions
//===----------------------------------------------------------------------===//

/// The product of two polynomials, unless its degree is above 3.
static std::optional<Coefficients> multiply(const Coefficients &lhs,
                                            const Coefficients &rhs) {
  Coefficients result = {};
  for (unsigned i = 0; i < lhs.size(); ++i)
    for (unsigned j = 0; j < rhs.size(); ++j) {
      double coefficient = lhs[i] * rhs[j];
      if (i + j < result.size())
        result[i + j] += coefficient;
      else if (coefficient != 0)
        return std::nullopt;
    }
  return result;
}

static std::optional<Coefficients> getPolynomial(Reader &reader,
                                                 const Term &term,
                                                 const Term &variable,
                                                 unsigned depth) {
  if (depth == 0 || !reader.spend())
    return std::nullopt;
  if (reader.equal(term, variable))
    return Coefficients{0, 1, 0, 0};
  if (std::optional<double> number = getNumber(reader, term))
    return Coefficients{*number, 0, 0, 0};
  Node node = reader.read(term);
  SmallVector<Coefficients, 2> operands;
  for (const Term &operand : node.operands) {
    auto coefficients = getPolynomial(reader, operand, variable, depth - 1);
    if (!coefficients)
      return std::nullopt;
    operands.push_back(*coefficients);
  }
  auto combine = [&](double lhs, double rhs) {
    Coefficients result = {};
    for (unsigned i = 0; i < result.size(); ++i)
      result[i] = lhs * operands[0][i] + rhs * operands.back()[i];
    return result;
  };
  switch (node.kind) {
  case Kind::Add:
    return combine(1, 1);
  case Kind::Sub:
    return combine(1, -1);
  case Kind::Neg:
    return combine(-1, 0);
  case Kind::Mul:
    return multiply(operands[0], operands[1]);
  case Kind::Div: {
    std::optional<double> divisor = getNumber(reader, node.operands[1]);
    return divisor ? std::optional(combine(1 / *divisor, 0)) : std::nullopt;
  }
  case Kind::Pow: {
    if (node.number != 2 && node.number != 3)
      return std::nullopt;
    auto result = multiply(operands[0], operands[0]);
    return result && node.number == 3 ? multiply(*result, operands[0]) : result;
  }
  default:
    return std::nullopt;
  }
}

std::optional<Coefficients>
raise::getPolynomial(Reader &reader, const Term &term, const Term &variable) {
  return ::getPolynomial(reader, term, variable, /*depth=*/10);
}

std::optional<Contraction> raise::getContraction(Reader &reader,
                                                 const Term &term) {
  Term head = reader.look(term);
  if (auto op = head.value.getDefiningOp<transformer::LinearOp>()) {
    if (op.getBias())
      return std::nullopt;
    const Indices &variables =
        reader.getVariables(op, op.getWeight().getType().getDimSize(1));
    Indices at(ArrayRef(head.at).drop_back());
    at.push_back(variables[0]);
    return Contraction{
        variables,
        reader.getElement(op.getInput(), std::move(at), head.loops),
        reader.getElement(op.getWeight(), {head.at.back(), variables[0]},
                          head.loops),
        {}};
  }
  Node node = reader.read(term);
  if (node.kind == Kind::ReduceDot)
    return Contraction{node.variables, node.operands[0], node.operands[1],
                       node.operands.size() == 3 ? node.operands[2] : Term()};
  if (node.kind != Kind::ReduceSum)
    return std::nullopt;
  Node body = reader.read(node.operands[0]);
  if (body.kind != Kind::Mul)
    return std::nullopt;
  return Contraction{node.variables, body.operands[0], body.operands[1],
                     node.operands.size() == 2 ? node.operands[1] : Term()};
}

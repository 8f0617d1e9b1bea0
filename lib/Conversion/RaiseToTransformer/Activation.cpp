//===- Activation.cpp - Raise SiLU, SwiGLU, GELU, ReLU --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "dialects/Transformer/Transformer.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// `root * (x + 0.044715 * x^3)`, of which the tanh form is.
static Coefficients getTanhPolynomial(double root) {
  return {0, root, 0, root * 0.044715};
}

/// Whether a term is `factor` times a polynomial in x.
static bool isPolynomial(Site &site, const Term &term, const Term &x,
                         const Coefficients &expected, double factor) {
  auto found = getPolynomial(site.getReader(), term, x);
  return found &&
         llvm::all_of(llvm::zip_equal(*found, expected), [&](auto pair) {
           auto [value, coefficient] = pair;
           return isNear(value, factor * coefficient, site.getType());
         });
}

/// Whether a term is that polynomial times `factor`. The root is that of 2 /
/// pi, for which torch-mlir writes another number.
static bool isTanhPolynomial(Site &site, const Term &term, const Term &x,
                             double factor) {
  return llvm::any_of(ArrayRef<double>{std::sqrt(2 / M_PI), 0.7977240352174656},
                      [&](double root) {
                        return isPolynomial(site, term, x,
                                            getTanhPolynomial(root), factor);
                      });
}

namespace {
/// sigmoid(sign * argument)
struct Sigmoid {
  Term argument;
  double sign;
};
} // namespace

/// Reads a factor as a sigmoid: the op, or 1 / (1 + exp(z)).
static std::optional<Sigmoid> getSigmoid(Reader &reader, const Factor &factor) {
  Node node = reader.read(factor.term);
  if (node.kind == Kind::Sigmoid && factor.power == 1)
    return Sigmoid{node.operands[0], 1};
  if (node.kind != Kind::Add || factor.power != -1)
    return std::nullopt;
  Sum sum = getSum(reader, factor.term);
  if (sum.number != 1 || sum.products.size() != 1 || !sum.products[0].isTerm())
    return std::nullopt;
  Node exponential = reader.read(sum.products[0].factors[0].term);
  if (exponential.kind != Kind::Exp)
    return std::nullopt;
  return Sigmoid{exponential.operands[0], -1};
}

/// Takes the sigmoid out of a product that has one.
static std::optional<Sigmoid> takeSigmoid(Reader &reader, Product &product) {
  auto factor = product.take([&](const Factor &factor) {
    return getSigmoid(reader, factor).has_value();
  });
  return factor ? getSigmoid(reader, *factor) : std::nullopt;
}

static bool isTermFactor(const Factor &factor) { return factor.power == 1; }

/// x * sigmoid(x); x * sigmoid(1.702 * x), a form of GELU, and with another
/// polynomial of x the tanh form: (1 + tanh(p)) / 2 = sigmoid(2 * p)
Raised raise::raiseSilu(Site &site) {
  Reader &reader = site.getReader();
  Product product = getProduct(reader, site.getTerm());
  std::optional<Sigmoid> sigmoid = takeSigmoid(reader, product);
  if (!sigmoid || product.factors.size() != 1 ||
      !isTermFactor(product.factors[0]))
    return std::nullopt;
  const Term &x = product.factors[0].term;
  bool isSilu =
      isPolynomial(site, sigmoid->argument, x, {0, 1, 0, 0}, sigmoid->sign);
  bool isQuick =
      isPolynomial(site, sigmoid->argument, x, {0, 1.702, 0, 0}, sigmoid->sign);
  bool isTanh = isTanhPolynomial(site, sigmoid->argument, x, 2 * sigmoid->sign);
  if (!isSilu && !isQuick && !isTanh)
    return site.decline("silu", "the sigmoid is one of something else");
  if (product.number != 1)
    return site.decline("silu", "it is multiplied by a constant");
  Value input = site.getActivation(x);
  if (!input)
    return site.decline("silu", "its input is no tensor");
  if (isSilu)
    return transformer::SiluOp::create(site.getBuilder(), input);
  return transformer::GeluOp::create(site.getBuilder(), input,
                                     isQuick ? transformer::GeluForm::Sigmoid
                                             : transformer::GeluForm::Tanh);
}

/// silu(gate) * up, also where the SiLU is part of the same product
Raised raise::raiseSwiGlu(Site &site) {
  Reader &reader = site.getReader();
  Product product = getProduct(reader, site.getTerm());
  std::optional<Sigmoid> sigmoid = takeSigmoid(reader, product);
  if (product.number != 1 || product.factors.size() != 2 ||
      !llvm::all_of(product.factors, isTermFactor))
    return std::nullopt;
  for (auto [gateFactor, upFactor] : {std::pair(0, 1), std::pair(1, 0)}) {
    Term gate = reader.look(product.factors[gateFactor].term);
    if (sigmoid) {
      if (!isPolynomial(site, sigmoid->argument, gate, {0, 1, 0, 0},
                        sigmoid->sign))
        continue;
    } else if (auto silu = gate.value.getDefiningOp<transformer::SiluOp>()) {
      gate.value = silu.getInput();
    } else {
      continue;
    }
    Value gateTensor = site.getActivation(gate);
    Value up = site.getActivation(product.factors[upFactor].term);
    if (gateTensor && up)
      return transformer::SwiGluOp::create(site.getBuilder(), gateTensor, up);
  }
  return std::nullopt;
}

/// x * (1 + erf(x / sqrt(2))) / 2, and the same with tanh
Raised raise::raiseGelu(Site &site) {
  Reader &reader = site.getReader();
  Product product = getProduct(reader, site.getTerm());
  Node curve;
  auto isCurve = [&](const Factor &factor) {
    if (factor.power != 1 || reader.read(factor.term).kind != Kind::Add)
      return false;
    Sum sum = getSum(reader, factor.term);
    if (sum.products.size() != 1 || sum.products[0].factors.size() != 1 ||
        sum.products[0].factors[0].power != 1 || sum.number == 0 ||
        sum.products[0].number != sum.number)
      return false;
    Node node = reader.read(sum.products[0].factors[0].term);
    if (node.kind != Kind::Erf && node.kind != Kind::Tanh)
      return false;
    curve = node;
    curve.number = sum.number;
    return true;
  };
  if (!product.take(isCurve) || product.factors.size() != 1 ||
      !isTermFactor(product.factors[0]))
    return std::nullopt;
  bool isErf = curve.kind == Kind::Erf;
  const Term &x = product.factors[0].term;
  bool isCoefficient =
      isErf ? isPolynomial(site, curve.operands[0], x,
                           {0, std::sqrt(0.5), 0, 0}, /*factor=*/1)
            : isTanhPolynomial(site, curve.operands[0], x, /*factor=*/1);
  if (!isCoefficient ||
      !isNear(product.number * curve.number, 0.5, site.getType()))
    return site.decline("gelu", "its coefficients are others");
  Value input = site.getActivation(x);
  if (!input)
    return site.decline("gelu", "its input is no tensor");
  return transformer::GeluOp::create(site.getBuilder(), input,
                                     isErf ? transformer::GeluForm::Erf
                                           : transformer::GeluForm::Tanh);
}

/// max(x, 0)
Raised raise::raiseRelu(Site &site) {
  Reader &reader = site.getReader();
  Node node = reader.read(site.getTerm());
  auto isZero = [&](const Term &term) { return getNumber(reader, term) == 0; };
  if (node.kind == Kind::Max && isZero(node.operands[0]))
    std::swap(node.operands[0], node.operands[1]);
  bool isRelu = (node.kind == Kind::Max && isZero(node.operands[1])) ||
                (node.kind == Kind::AtLeast && node.number == 0);
  if (!isRelu)
    return std::nullopt;
  Value input = site.getActivation(node.operands[0]);
  if (!input)
    return site.decline("relu", "its input is no tensor");
  return transformer::ReluOp::create(site.getBuilder(), input);
}

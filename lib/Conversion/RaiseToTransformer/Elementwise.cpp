//===- Elementwise.cpp - Raise sums, gates and factors --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "dialects/Transformer/Transformer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// The op of the dialect that computes a term, in front of reshapes and
/// transposes, or that was made for this part of a formula and gives `tensor`;
/// null where there is none.
static Operation *getRaisedOp(Reader &reader, const Term &term, Value tensor) {
  for (Value value : {tensor, reader.look(term).value})
    if (Operation *op = value ? value.getDefiningOp() : nullptr)
      if (isa_and_nonnull<transformer::TransformerDialect>(op->getDialect()))
        return op;
  return nullptr;
}

/// x + 0, x * 1
Raised raise::raiseIdentity(Site &site) {
  Reader &reader = site.getReader();
  Kind kind = reader.read(site.getTerm()).kind;
  if (kind != Kind::Add && kind != Kind::Sub && kind != Kind::Mul &&
      kind != Kind::Div)
    return std::nullopt;
  Sum sum = getSum(reader, site.getTerm());
  if (sum.number != 0 || sum.products.size() != 1 || !sum.products[0].isTerm())
    return std::nullopt;
  return site.getActivation(sum.products[0].factors[0].term);
}

/// lhs + rhs, two activations, sums of such or what else can be raised
Raised raise::raiseAdd(Site &site) {
  Reader &reader = site.getReader();
  Node node = reader.read(site.getTerm());
  if (node.kind != Kind::Add || site.getType().getRank() < 2)
    return std::nullopt;
  SmallVector<Value, 2> tensors;
  for (const Term &operand : node.operands) {
    Kind kind = reader.read(operand).kind;
    bool isActivation = kind == Kind::Leaf || kind == Kind::Add;
    if (!isActivation && kind != Kind::Mul && kind != Kind::Div)
      return std::nullopt;
    Value tensor = site.getActivation(operand);
    if (!tensor || (!isActivation && !getRaisedOp(reader, operand, tensor)))
      return std::nullopt;
    tensors.push_back(tensor);
  }
  return transformer::AddOp::create(site.getBuilder(), tensors[0], tensors[1]);
}

/// gate * up, the gate an activation function
Raised raise::raiseGate(Site &site) {
  Reader &reader = site.getReader();
  Node node = reader.read(site.getTerm());
  if (node.kind != Kind::Mul)
    return std::nullopt;
  for (auto [gate, up] : {std::pair(0, 1), std::pair(1, 0)}) {
    // A number is a factor, which may be that of a mean.
    if (getNumber(reader, node.operands[up]))
      continue;
    // Whatever function it is, it is a product or a maximum, or raised already.
    const Term &term = node.operands[gate];
    Kind kind = reader.read(term).kind;
    if (kind != Kind::Leaf && kind != Kind::Mul && kind != Kind::Div &&
        kind != Kind::Max && kind != Kind::AtLeast)
      continue;
    Value gateTensor = site.getActivation(term);
    if (!isa_and_nonnull<transformer::GeluOp, transformer::ReluOp>(
            getRaisedOp(reader, term, gateTensor)))
      continue;
    Value upTensor = site.getActivation(node.operands[up]);
    if (gateTensor && upTensor)
      return transformer::MulOp::create(site.getBuilder(), gateTensor,
                                        upTensor);
  }
  return std::nullopt;
}

/// x * number, x * factors[c]
Raised raise::raiseScale(Site &site) {
  Reader &reader = site.getReader();
  if (site.getIndices().empty() || ShapedType::isDynamic(site.getChannels()))
    return std::nullopt;
  Product product = getProduct(reader, site.getTerm());
  if (product.factors.empty() || product.factors.size() > 2 ||
      !llvm::all_of(product.factors,
                    [](const Factor &factor) { return factor.power == 1; }))
    return std::nullopt;
  ImplicitLocOpBuilder &builder = site.getBuilder();
  for (const Factor &factor : product.factors) {
    Value input = site.getActivation(factor.term);
    if (!input || !getRaisedOp(reader, factor.term, input))
      continue;
    Value factors;
    if (product.factors.size() == 1 && product.number != 1) {
      auto type =
          RankedTensorType::get(site.getChannels(), builder.getF32Type());
      factors = arith::ConstantOp::create(
          builder,
          DenseElementsAttr::get(type, static_cast<float>(product.number)));
    } else if (product.factors.size() == 2 && product.number == 1) {
      const Factor &other = &factor == product.factors.begin()
                                ? product.factors.back()
                                : product.factors.front();
      factors = site.getChannelVector(other.term);
    }
    if (factors)
      return transformer::ScaleOp::create(builder, input.getType(), input,
                                          factors);
  }
  return std::nullopt;
}

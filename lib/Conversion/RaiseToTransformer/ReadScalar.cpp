//===- ReadScalar.cpp - Terms of arith and math ops -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// On scalars in bodies, and on tensors element by element.
//
//===----------------------------------------------------------------------===//

#include "Term.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

static bool isTruth(Value value) {
  return getElementTypeOrSelf(value.getType()).isInteger(1);
}

static bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

std::optional<Term> raise::stepScalar(Reader &reader, const Term &term) {
  Operation *op = term.value.getDefiningOp();
  if (!op)
    return std::nullopt;
  // A truth value extends to 1 as an unsigned number only.
  bool keeps = isa<arith::ExtFOp, arith::TruncFOp, arith::IndexCastOp,
                   arith::IndexCastUIOp, arith::ExtUIOp>(op) ||
               (isa<arith::ExtSIOp>(op) && !isTruth(op->getOperand(0))) ||
               (isa<arith::TruncIOp>(op) && !isTruth(op->getResult(0)));
  if (!keeps)
    return std::nullopt;
  return Term{op->getOperand(0), term.at};
}

/// The predicate as a kind, and whether the operands change places.
static std::pair<Kind, bool> getKind(arith::CmpIPredicate predicate) {
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return {Kind::Equal, false};
  case arith::CmpIPredicate::ne:
    return {Kind::NotEqual, false};
  case arith::CmpIPredicate::slt:
    return {Kind::Less, false};
  case arith::CmpIPredicate::sle:
    return {Kind::LessEqual, false};
  case arith::CmpIPredicate::sgt:
    return {Kind::Less, true};
  case arith::CmpIPredicate::sge:
    return {Kind::LessEqual, true};
  default:
    return {Kind::Leaf, false};
  }
}

/// What comparisons with a NaN give does not count.
static std::pair<Kind, bool> getKind(arith::CmpFPredicate predicate) {
  switch (predicate) {
  case arith::CmpFPredicate::OEQ:
    return {Kind::Equal, false};
  case arith::CmpFPredicate::UNE:
    return {Kind::NotEqual, false};
  case arith::CmpFPredicate::OLT:
  case arith::CmpFPredicate::ULT:
    return {Kind::Less, false};
  case arith::CmpFPredicate::OLE:
  case arith::CmpFPredicate::ULE:
    return {Kind::LessEqual, false};
  case arith::CmpFPredicate::OGT:
  case arith::CmpFPredicate::UGT:
    return {Kind::Less, true};
  case arith::CmpFPredicate::OGE:
  case arith::CmpFPredicate::UGE:
    return {Kind::LessEqual, true};
  default:
    return {Kind::Leaf, false};
  }
}

/// Reads `x ^ y` with a constant `y`.
static Node readPower(Reader &reader, Operation *op, const Term &term) {
  Node exponent = reader.read({op->getOperand(1), term.at, term.loops});
  Node node;
  if (exponent.kind != Kind::Number)
    return node;
  node.kind = Kind::Pow;
  node.number = exponent.number;
  node.operands.push_back({op->getOperand(0), term.at});
  return node;
}

static Kind getSimpleKind(Operation *op) {
  return llvm::TypeSwitch<Operation *, Kind>(op)
      .Case<arith::AddFOp, arith::AddIOp>([](auto) { return Kind::Add; })
      .Case<arith::SubFOp, arith::SubIOp>([](auto) { return Kind::Sub; })
      .Case<arith::MulFOp, arith::MulIOp>([](auto) { return Kind::Mul; })
      .Case([](arith::DivFOp) { return Kind::Div; })
      .Case([](arith::NegFOp) { return Kind::Neg; })
      .Case<math::AbsFOp, math::AbsIOp>([](auto) { return Kind::Abs; })
      .Case<arith::MaximumFOp, arith::MaxNumFOp>([](auto) { return Kind::Max; })
      .Case<arith::MinimumFOp, arith::MinNumFOp>([](auto) { return Kind::Min; })
      .Case([](arith::SelectOp) { return Kind::Select; })
      .Case([](math::ExpOp) { return Kind::Exp; })
      .Case([](math::Exp2Op) { return Kind::Exp2; })
      .Case([](math::LogOp) { return Kind::Log; })
      .Case([](math::SqrtOp) { return Kind::Sqrt; })
      .Case([](math::RsqrtOp) { return Kind::Rsqrt; })
      .Case([](math::TanhOp) { return Kind::Tanh; })
      .Case([](math::ErfOp) { return Kind::Erf; })
      .Case([](math::SinOp) { return Kind::Sin; })
      .Case([](math::CosOp) { return Kind::Cos; })
      .Case<arith::UIToFPOp, arith::FPToSIOp>(
          [](auto) { return Kind::Convert; })
      .Case([](arith::SIToFPOp op) {
        return isTruth(op.getIn()) ? Kind::Leaf : Kind::Convert;
      })
      .Case(
          [](arith::AndIOp op) { return isTruth(op) ? Kind::And : Kind::Leaf; })
      .Case([](arith::OrIOp op) { return isTruth(op) ? Kind::Or : Kind::Leaf; })
      .Default(Kind::Leaf);
}

/// select(a < b, b, a) --> max(a, b), select(a < b, a, b) --> min(a, b)
static void readExtremum(Reader &reader, Node &node) {
  Node compare = reader.read(node.operands[0]);
  if (compare.kind != Kind::Less && compare.kind != Kind::LessEqual)
    return;
  auto selects = [&](unsigned ifTrue, unsigned ifFalse) {
    return reader.equal(node.operands[1], compare.operands[ifTrue]) &&
           reader.equal(node.operands[2], compare.operands[ifFalse]);
  };
  if (selects(1, 0))
    node.kind = Kind::Max;
  else if (selects(0, 1))
    node.kind = Kind::Min;
  else
    return;
  node.operands.erase(node.operands.begin());
}

Node raise::readScalar(Reader &reader, const Term &term) {
  Operation *op = term.value.getDefiningOp();
  Node node;
  if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
    node.kind = Kind::Extract;
    node.table = extract.getTensor();
    for (Value index : extract.getIndices()) {
      node.at.push_back(reader.getIndex({index, term.at, term.loops}));
      if (!node.at.back())
        node.operands.push_back({index, term.at});
    }
    return node;
  }
  if (isa<math::PowFOp, math::FPowIOp>(op))
    return readPower(reader, op, term);

  bool swap = false;
  if (auto compare = dyn_cast<arith::CmpIOp>(op))
    std::tie(node.kind, swap) = getKind(compare.getPredicate());
  else if (auto compare = dyn_cast<arith::CmpFOp>(op))
    std::tie(node.kind, swap) = getKind(compare.getPredicate());
  else
    node.kind = getSimpleKind(op);
  if (node.kind == Kind::Leaf)
    return node;
  for (Value operand : op->getOperands())
    node.operands.push_back({operand, term.at});
  if (swap)
    std::swap(node.operands[0], node.operands[1]);
  if (node.kind == Kind::Select && isFloat(op->getResult(0)))
    readExtremum(reader, node);
  // 1 / x, as TOSA has it.
  if (node.kind == Kind::Div &&
      matchPattern(reader.look(node.operands[0]).value, m_OneFloat())) {
    node.kind = Kind::Reciprocal;
    node.operands.erase(node.operands.begin());
  }
  return node;
}

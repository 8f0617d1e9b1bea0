//===- Formula.h - What foreign IR computes, before it is spelled -*- C++ -*-=//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Formulas over elements of tensors. A `Speller` (Speller.h) decides which ops
// write them.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_UNITTESTS_CONVERSION_RAISING_FORMULA_H
#define IQUANT_UNITTESTS_CONVERSION_RAISING_FORMULA_H

#include "mlir/IR/Value.h"

#include "llvm/ADT/SmallVector.h"

#include <memory>
#include <vector>

namespace mlir::iquant::testing {

/// A dimension of an iteration space, by its number in the speller.
using Dim = int;
using Dims = SmallVector<Dim, 6>;
/// A dimension of size 1 that no variable counts.
inline constexpr Dim kUnit = -1;

/// A tensor, and which dimension counts each of its own.
struct Spelled {
  Value tensor;
  Dims dims;
};

enum class FormulaKind {
  Tensor,
  Number,
  Neg,
  Exp,
  Log,
  Sqrt,
  Rsqrt,
  Reciprocal,
  Tanh,
  Erf,
  Sigmoid,
  Sin,
  Cos,
  /// The operand to the power `number`.
  Pow,
  Add,
  Sub,
  Mul,
  Div,
  Max,
  /// Over all values of `dim`.
  Sum,
  Largest,
};

/// A node of a formula; copies share it, and what is used twice is one node.
class Formula {
public:
  struct Node {
    FormulaKind kind;
    std::vector<Formula> operands;
    Spelled leaf;
    double number = 0;
    Dim dim = kUnit;
  };

  Formula(Spelled leaf)
      : node(new Node{FormulaKind::Tensor, {}, std::move(leaf)}) {}
  Formula(double number)
      : node(new Node{FormulaKind::Number, {}, {}, number}) {}
  Formula(FormulaKind kind, ArrayRef<Formula> operands, double number = 0,
          Dim dim = kUnit)
      : node(new Node{kind, operands.vec(), {}, number, dim}) {}

  const Node *operator->() const { return node.get(); }
  const Node *get() const { return node.get(); }
  bool isElementwise() const {
    return node->kind > FormulaKind::Number && node->kind < FormulaKind::Sum;
  }

  /// The dimensions on which the value depends, in order.
  Dims getDims() const;

private:
  std::shared_ptr<const Node> node;
};

inline Formula operator+(const Formula &lhs, const Formula &rhs) {
  return {FormulaKind::Add, {lhs, rhs}};
}
inline Formula operator-(const Formula &lhs, const Formula &rhs) {
  return {FormulaKind::Sub, {lhs, rhs}};
}
inline Formula operator*(const Formula &lhs, const Formula &rhs) {
  return {FormulaKind::Mul, {lhs, rhs}};
}
inline Formula operator/(const Formula &lhs, const Formula &rhs) {
  return {FormulaKind::Div, {lhs, rhs}};
}
inline Formula operator-(const Formula &x) { return {FormulaKind::Neg, {x}}; }
inline Formula pow(const Formula &x, double exponent) {
  return {FormulaKind::Pow, {x}, exponent};
}
inline Formula sum(const Formula &x, Dim dim) {
  return {FormulaKind::Sum, {x}, 0, dim};
}
inline Formula largest(const Formula &x, Dim dim) {
  return {FormulaKind::Largest, {x}, 0, dim};
}

} // namespace mlir::iquant::testing

#endif // IQUANT_UNITTESTS_CONVERSION_RAISING_FORMULA_H

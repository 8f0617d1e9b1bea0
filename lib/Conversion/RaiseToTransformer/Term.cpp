//===- Term.cpp - Elements of tensors as terms ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Term.h"

#include "dialects/Transformer/Transformer.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// How many steps a question about a term takes before it counts as answered
/// in the negative. Terms of models need some ten.
static constexpr unsigned kBudget = 512;
/// How many ops that only move elements are looked through.
static constexpr unsigned kMaxMoves = 64;

Term Term::substitute(const IndexSpace &space, AffineExpr variable,
                      AffineExpr replacement) const {
  Term result = *this;
  for (Indices *indices : {&result.at, &result.loops})
    for (AffineExpr &index : *indices)
      index = space.simplify(index.replace(variable, replacement));
  return result;
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

Term Reader::getElement(Value tensor, Indices at, Indices loops) const {
  if (auto type = dyn_cast<RankedTensorType>(tensor.getType()))
    for (auto [index, size] : llvm::zip_equal(at, type.getShape()))
      index = size == 1 ? space.getConstant(0) : space.simplify(index);
  return {tensor, std::move(at), std::move(loops)};
}

Term Reader::begin(Value result) {
  Term term = {result, {}};
  for (int64_t size : cast<RankedTensorType>(result.getType()).getShape())
    term.at.push_back(space.add(size));
  for (int64_t count : getTripCounts(result))
    term.loops.push_back(space.add(count));
  loops = term.loops;
  return term;
}

static std::optional<Term> step(Reader &reader, const Term &term) {
  if (std::optional<Term> next = stepLoop(reader, term))
    return next;
  for (auto stepInto : {stepLinalg, stepTensor, stepScalar, stepTosa})
    if (std::optional<Term> next = stepInto(reader, term))
      return inLoops(*next, term.loops);
  return std::nullopt;
}

Term Reader::look(Term term, SmallVectorImpl<Term> *path) {
  for (unsigned steps = 0; steps < kMaxMoves; ++steps) {
    if (path && isa<RankedTensorType>(term.value.getType()) && isVisible(term))
      path->push_back(term);
    std::optional<Term> next = step(*this, term);
    if (!next)
      break;
    term = std::move(*next);
  }
  return term;
}

const Indices &Reader::getVariables(Operation *reduction,
                                    ArrayRef<int64_t> extents) {
  Indices &indices = variables[reduction];
  if (indices.empty())
    for (int64_t extent : extents)
      indices.push_back(space.add(extent));
  return indices;
}

//===----------------------------------------------------------------------===//
// Kinds
//===----------------------------------------------------------------------===//

/// The only value of a constant, if it has no other.
static std::optional<double> getNumber(Value value) {
  Attribute constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return std::nullopt;
  if (auto splat = dyn_cast<SplatElementsAttr>(constant))
    constant = splat.getSplatValue<Attribute>();
  if (auto number = dyn_cast<FloatAttr>(constant))
    return number.getValueAsDouble();
  if (auto number = dyn_cast<IntegerAttr>(constant))
    return toNumber(number.getValue());
  return std::nullopt;
}

/// A factor that all channels have in common may belong to a formula, such as
/// the -1 of a rotation.
static Node readScale(Reader &reader, const Term &term) {
  Node node;
  auto op = term.value.getDefiningOp<transformer::ScaleOp>();
  if (!op || !getNumber(op.getFactors()))
    return node;
  node.kind = Kind::Mul;
  node.operands.push_back(reader.getElement(op.getInput(), term.at));
  node.operands.push_back(reader.getElement(op.getFactors(), {term.at.back()}));
  return node;
}

Node Reader::read(const Term &term) {
  Term head = look(term);
  if (std::optional<double> number = getNumber(head.value)) {
    Node node;
    node.kind = Kind::Number;
    node.number = *number;
    return node;
  }
  if (Node node = readLoop(*this, head); node.kind != Kind::Leaf)
    return node;
  if (!head.value.getDefiningOp())
    return {};
  if (AffineExpr index = getApplied(head)) {
    Node node;
    node.kind = Kind::Index;
    node.index = index;
    return node;
  }
  for (auto readOp : {readScale, readLinalg, readScalar, readTosa}) {
    Node node = readOp(*this, head);
    if (node.kind == Kind::Leaf)
      continue;
    for (Term &operand : node.operands)
      operand = inLoops(operand, head.loops);
    return node;
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Questions
//===----------------------------------------------------------------------===//

bool Reader::equal(const Term &lhs, const Term &rhs) {
  unsigned budget = kBudget;
  return equal(lhs, rhs, budget);
}

bool Reader::equal(const Term &lhs, const Term &rhs, unsigned &budget) {
  if (budget == 0 || !spend())
    return false;
  --budget;
  Term left = look(lhs), right = look(rhs);
  if (left == right)
    return true;
  Node leftNode = read(left), rightNode = read(right);
  if (leftNode.kind != rightNode.kind || leftNode.kind == Kind::Leaf ||
      leftNode.number != rightNode.number ||
      leftNode.index != rightNode.index || leftNode.table != rightNode.table ||
      leftNode.at != rightNode.at ||
      (leftNode.table && left.loops != right.loops) ||
      leftNode.operands.size() != rightNode.operands.size() ||
      leftNode.variables.size() != rightNode.variables.size())
    return false;
  for (auto [mine, other] :
       llvm::zip_equal(leftNode.variables, rightNode.variables)) {
    if (space.getExtent(mine) != space.getExtent(other))
      return false;
    if (mine != other)
      for (Term &operand : rightNode.operands)
        operand = operand.substitute(space, other, mine);
  }
  auto allEqual = [&](auto &&others) {
    return llvm::all_of(
        llvm::zip_equal(leftNode.operands, others), [&](auto pair) {
          return equal(std::get<0>(pair), std::get<1>(pair), budget);
        });
  };
  if (allEqual(rightNode.operands))
    return true;
  bool commutes = leftNode.kind == Kind::Add || leftNode.kind == Kind::Mul ||
                  leftNode.kind == Kind::Max || leftNode.kind == Kind::Min;
  return commutes && allEqual(llvm::reverse(rightNode.operands));
}

bool Reader::dependsOn(const Term &term, AffineExpr variable) {
  unsigned budget = kBudget;
  return dependsOn(term, variable, budget);
}

bool Reader::dependsOn(const Term &term, AffineExpr variable,
                       unsigned &budget) {
  auto dim = dyn_cast<AffineDimExpr>(variable);
  if (!dim)
    return false;
  if (budget == 0 || !spend())
    return true;
  --budget;
  auto mentions = [&](AffineExpr index) {
    return index.isFunctionOfDim(dim.getPosition());
  };
  // What does not mention the variable at all depends on it in no way.
  Term head = look(term);
  if (!head.anyIndex(mentions) || (assumed && head == assumed))
    return false;
  if (std::optional<Term> id = getRowId(head))
    return mentions(head.at.back()) || dependsOn(*id, variable, budget);
  Node node = read(head);
  if (node.kind == Kind::Index)
    return mentions(node.index);
  if (node.operands.empty())
    return node.kind == Kind::Leaf;
  if (llvm::any_of(node.at,
                   [&](AffineExpr index) { return index && mentions(index); }))
    return true;
  return llvm::any_of(node.operands, [&](const Term &operand) {
    return dependsOn(operand, variable, budget);
  });
}

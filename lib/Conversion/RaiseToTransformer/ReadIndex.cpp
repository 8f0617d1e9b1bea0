//===- ReadIndex.cpp - Computed indices as expressions --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops that gather elements at indices that are known are slices and
// permutations in another spelling.
//
//===----------------------------------------------------------------------===//

#include "Term.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// The most elements of a table of indices that are looked at.
static constexpr int64_t kMaxIndices = int64_t(1) << 16;

/// The variables that indices are expressions of.
static SmallVector<AffineDimExpr> getVariablesOf(ArrayRef<AffineExpr> indices) {
  llvm::SmallSetVector<AffineExpr, 4> variables;
  for (AffineExpr index : indices)
    index.walk([&](AffineExpr part) {
      if (isa<AffineDimExpr>(part))
        variables.insert(part);
    });
  return llvm::map_to_vector(
      variables, [](AffineExpr dim) { return cast<AffineDimExpr>(dim); });
}

AffineExpr Reader::fitIndex(const Term &term) {
  Indices indices(term.at);
  llvm::append_range(indices, term.loops);
  SmallVector<AffineDimExpr> variables = getVariablesOf(indices);
  int64_t count = 1;
  unsigned size = 0;
  for (AffineDimExpr variable : variables) {
    int64_t extent = space.getExtent(variable);
    if (ShapedType::isDynamic(extent) || extent > kMaxIndices)
      return {};
    count *= extent;
    size = std::max(size, variable.getPosition() + 1);
    if (count > kMaxIndices)
      return {};
  }
  SmallVector<int64_t> values(size, 0);
  auto valueAt = [&]() -> std::optional<int64_t> {
    std::optional<double> value = evaluate(term, values);
    if (!value || *value != std::floor(*value))
      return std::nullopt;
    return static_cast<int64_t>(*value);
  };
  // An offset and a multiple of each variable, from the first elements ...
  std::optional<int64_t> offset = valueAt();
  if (!offset)
    return {};
  AffineExpr fit = space.getConstant(*offset);
  for (AffineDimExpr variable : variables) {
    values[variable.getPosition()] = 1;
    std::optional<int64_t> next = valueAt();
    if (!next)
      return {};
    fit = fit + variable * (*next - *offset);
    values[variable.getPosition()] = 0;
  }
  // ... which all others must confirm.
  for (int64_t i = 0; i < count; ++i) {
    int64_t place = i;
    for (AffineDimExpr variable : variables) {
      int64_t extent = space.getExtent(variable);
      values[variable.getPosition()] = place % extent;
      place /= extent;
    }
    if (valueAt() != evaluateIndex(fit, values))
      return {};
  }
  return space.simplify(fit);
}

/// Whether a comparison of indices holds, where their ranges say so.
static std::optional<bool> decide(const IndexSpace &space, Kind kind,
                                  AffineExpr lhs, AffineExpr rhs) {
  auto range = space.getRange(space.simplify(lhs - rhs));
  if (!range)
    return std::nullopt;
  auto [low, high] = *range;
  switch (kind) {
  case Kind::Less:
    return high < 0   ? std::optional(true)
           : low >= 0 ? std::optional(false)
                      : std::nullopt;
  case Kind::LessEqual:
    return high <= 0 ? std::optional(true)
           : low > 0 ? std::optional(false)
                     : std::nullopt;
  default:
    return std::nullopt;
  }
}

AffineExpr Reader::getApplied(const Term &term, unsigned depth) {
  auto op = term.value.getDefiningOp<affine::AffineApplyOp>();
  if (!op)
    return {};
  SmallVector<AffineExpr> operands;
  for (Value operand : op.getMapOperands()) {
    operands.push_back(getIndex({operand, term.at, term.loops}, depth - 1));
    if (!operands.back())
      return {};
  }
  ArrayRef<AffineExpr> dims(operands);
  unsigned numDims = op.getAffineMap().getNumDims();
  return space.simplify(op.getAffineMap().getResult(0).replaceDimsAndSymbols(
      dims.take_front(numDims), dims.drop_front(numDims)));
}

AffineExpr Reader::getIndex(const Term &term, unsigned depth) {
  if (depth == 0)
    return {};
  if (term.value.getDefiningOp<affine::AffineApplyOp>())
    return getApplied(term, depth);
  Node node = read(term);
  auto getOperand = [&](unsigned i) {
    return getIndex(node.operands[i], depth - 1);
  };
  switch (node.kind) {
  case Kind::Index:
    return node.index;
  case Kind::Number:
    return space.getConstant(static_cast<int64_t>(node.number));
  case Kind::Add:
  case Kind::Sub: {
    AffineExpr lhs = getOperand(0), rhs = getOperand(1);
    if (!lhs || !rhs)
      return {};
    return space.simplify(node.kind == Kind::Add ? lhs + rhs : lhs - rhs);
  }
  case Kind::Mul: {
    AffineExpr lhs = getOperand(0), rhs = getOperand(1);
    if (!lhs || !rhs ||
        !(isa<AffineConstantExpr>(lhs) || isa<AffineConstantExpr>(rhs)))
      return {};
    return space.simplify(lhs * rhs);
  }
  case Kind::Select: {
    Node condition = read(node.operands[0]);
    if (condition.kind != Kind::Less && condition.kind != Kind::LessEqual)
      return {};
    AffineExpr lhs = getIndex(condition.operands[0], depth - 1);
    AffineExpr rhs = getIndex(condition.operands[1], depth - 1);
    if (!lhs || !rhs)
      return {};
    auto holds = decide(space, condition.kind, lhs, rhs);
    return holds ? getOperand(*holds ? 1 : 2) : AffineExpr();
  }
  default:
    break;
  }
  // Numbers of a constant, or of what is computed from constants only.
  Term head = look(term);
  for (auto &[element, fit] : fits[head.value])
    if (element == head)
      return fit;
  AffineExpr fit = fitIndex(head);
  fits[head.value].push_back({head, fit});
  return fit;
}

AffineExpr Reader::getIndex(OpFoldResult index, const Indices &loops) {
  if (std::optional<int64_t> constant = getConstantIntValue(index))
    return space.getConstant(*constant);
  return getIndex({cast<Value>(index), {}, loops});
}

AffineExpr Reader::getIndex(const Term &term) {
  return getIndex(term, kMaxIndexDepth);
}

//===- Recompute.cpp - Parts of fused formulas as tensors -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Site.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;
using linalg::LinalgOp;

/// The most ops that are copied.
static constexpr size_t kMaxOps = 32;

/// Collects what computes a value in a body, every op behind its operands.
static bool collect(Value value, Block *body,
                    llvm::SetVector<Operation *> &ops) {
  Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != body || ops.contains(op))
    return true;
  if (ops.size() == kMaxOps || op->getNumRegions() != 0 ||
      !isMemoryEffectFree(op) || isa<linalg::IndexOp>(op))
    return false;
  for (Value operand : op->getOperands())
    if (!collect(operand, body, ops))
      return false;
  ops.insert(op);
  return true;
}

/// The map from the loops of a new op, which `indices` count, to an element.
static std::optional<AffineMap> getMap(AffineMap map, const Term &element,
                                       ArrayRef<AffineExpr> indices) {
  SmallVector<AffineExpr> results;
  for (AffineExpr expr : map.getResults()) {
    AffineExpr index = expr.replaceDims(element.at);
    if (isa<AffineDimExpr>(index)) {
      const auto *place = llvm::find(indices, index);
      if (place == indices.end())
        return std::nullopt;
      index = getAffineDimExpr(place - indices.begin(), map.getContext());
    } else if (!isa<AffineConstantExpr>(index)) {
      return std::nullopt;
    }
    results.push_back(index);
  }
  return AffineMap::get(indices.size(), 0, results, map.getContext());
}

Value raise::recompute(ImplicitLocOpBuilder &builder, const Term &element,
                       ArrayRef<AffineExpr> indices, ArrayRef<int64_t> shape) {
  Operation *computes = element.value.getDefiningOp();
  auto from =
      computes ? dyn_cast<LinalgOp>(computes->getParentOp()) : LinalgOp();
  if (!from || !from.hasPureTensorSemantics() ||
      ShapedType::isDynamicShape(shape))
    return {};
  Block *body = from.getBlock();
  llvm::SetVector<Operation *> ops;
  if (!collect(element.value, body, ops))
    return {};
  SmallVector<Value> inputs;
  SmallVector<BlockArgument> arguments;
  SmallVector<AffineMap> maps;
  for (BlockArgument argument : body->getArguments()) {
    if (llvm::none_of(argument.getUsers(),
                      [&](Operation *user) { return ops.contains(user); }))
      continue;
    OpOperand *operand = from.getMatchingOpOperand(argument);
    auto map = getMap(from.getMatchingIndexingMap(operand), element, indices);
    if (!map || (from.isDpsInit(operand) && from.getNumReductionLoops() != 0))
      return {};
    inputs.push_back(operand->get());
    arguments.push_back(argument);
    maps.push_back(*map);
  }
  // Nothing but constants is no activation.
  if (inputs.empty())
    return {};
  maps.push_back(builder.getMultiDimIdentityMap(shape.size()));
  Value empty =
      tensor::EmptyOp::create(builder, shape, element.value.getType());
  SmallVector<utils::IteratorType> iterators(shape.size(),
                                             utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             builder, empty.getType(), inputs, empty, maps, iterators,
             [&](OpBuilder &inner, Location loc, ValueRange in) {
               IRMapping mapping;
               for (auto [argument, value] : llvm::zip(arguments, in))
                 mapping.map(argument, value);
               for (Operation *op : ops)
                 inner.clone(*op, mapping);
               linalg::YieldOp::create(inner, loc,
                                       mapping.lookup(element.value));
             })
      .getResult(0);
}

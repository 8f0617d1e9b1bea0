//===- FloatOrigin.cpp - Where a floating-point value comes from ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the way back from an op to where floating point enters.
//
//===----------------------------------------------------------------------===//

#include "iquant/Analysis/FloatOrigin.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "llvm/ADT/MapVector.h"

#include <algorithm>

using namespace mlir;
using namespace mlir::iquant;

/// The values that `op` may forward to `value`, an argument of one of its
/// regions or one of its results.
static SmallVector<Value> getForwarded(RegionBranchOpInterface op,
                                       Value value) {
  SmallVector<Value> sources;
  for (RegionBranchPoint point : op.getAllRegionBranchPoints()) {
    SmallVector<RegionSuccessor> successors;
    op.getSuccessorRegions(point, successors);
    for (RegionSuccessor successor : successors) {
      ValueRange inputs = successor.getSuccessorInputs();
      OperandRange operands = op.getSuccessorOperands(point, successor);
      for (auto [input, operand] : llvm::zip(inputs, operands))
        if (input == value)
          sources.push_back(operand);
    }
  }
  return sources;
}

/// The values that branches pass to an argument of a block they jump to.
static SmallVector<Value> getBranchOperands(BlockArgument argument) {
  SmallVector<Value> sources;
  Block *block = argument.getOwner();
  for (auto it = block->pred_begin(), end = block->pred_end(); it != end;
       ++it) {
    auto branch = dyn_cast<BranchOpInterface>((*it)->getTerminator());
    if (!branch)
      continue;
    SuccessorOperands operands =
        branch.getSuccessorOperands(it.getSuccessorIndex());
    if (Value source = operands[argument.getArgNumber()])
      sources.push_back(source);
  }
  return sources;
}

/// The values that `value` is computed from, or is one of.
static SmallVector<Value> getSources(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    if (!argument.getOwner()->isEntryBlock())
      return getBranchOperands(argument);
    Operation *parent = argument.getOwner()->getParentOp();
    if (auto branch = dyn_cast_or_null<RegionBranchOpInterface>(parent))
      return getForwarded(branch, value);
    if (auto structured = dyn_cast_or_null<linalg::LinalgOp>(parent))
      return {structured.getMatchingOpOperand(argument)->get()};
    return {};
  }
  Operation *op = value.getDefiningOp();
  if (auto branch = dyn_cast<RegionBranchOpInterface>(op))
    return getForwarded(branch, value);
  return llvm::to_vector(op->getOperands());
}

SmallVector<Value> mlir::iquant::traceFloatOrigin(Operation *op,
                                                  FloatFinder &finder) {
  // Breadth first. Maps each value found to the one it was reached from.
  llvm::MapVector<Value, Value> reachedFrom;
  auto visit = [&](ValueRange values, Value from) {
    bool any = false;
    for (Value value : values)
      if (finder.contains(value)) {
        reachedFrom.insert({value, from});
        any = true;
      }
    return any;
  };

  visit(op->getOperands(), Value());
  for (size_t i = 0; i < reachedFrom.size(); ++i) {
    Value value = reachedFrom.begin()[i].first;
    if (visit(getSources(value), value))
      continue;
    SmallVector<Value> chain;
    for (; value; value = reachedFrom.lookup(value))
      chain.push_back(value);
    std::reverse(chain.begin(), chain.end());
    return chain;
  }
  return {};
}

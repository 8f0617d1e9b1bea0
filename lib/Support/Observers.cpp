//===- Observers.cpp - Matching as if observers were not there ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/Observers.h"

using namespace mlir;
using transformer::ObserveOp;

SmallVector<transformer::ObserverOpInterface>
iquant::collectObservers(Operation *root) {
  SmallVector<transformer::ObserverOpInterface> observers;
  root->walk<WalkOrder::PreOrder>([&](transformer::ObserverOpInterface op) {
    if (op.getObservedName())
      observers.push_back(op);
  });
  return observers;
}

Value iquant::skipObservers(Value value) {
  while (auto observer = value.getDefiningOp<ObserveOp>())
    value = observer.getInput();
  return value;
}

/// Shows `visit` every use of `value` and of its observers, until it is false.
static bool visitUses(Value value, function_ref<bool(OpOperand &)> visit) {
  return llvm::all_of(value.getUses(), [&](OpOperand &use) {
    if (!visit(use))
      return false;
    auto observer = dyn_cast<ObserveOp>(use.getOwner());
    return !observer || visitUses(observer.getResult(), visit);
  });
}

transformer::StatisticsAttr iquant::findStatistics(Value value) {
  transformer::StatisticsAttr statistics;
  visitUses(skipObservers(value), [&](OpOperand &use) {
    if (auto observer = dyn_cast<ObserveOp>(use.getOwner()))
      statistics = observer.getStatisticsAttr();
    return !statistics;
  });
  return statistics;
}

void iquant::dropStatistics(Value value) {
  visitUses(skipObservers(value), [](OpOperand &use) {
    if (auto observer = dyn_cast<ObserveOp>(use.getOwner()))
      observer.removeStatisticsAttr();
    return true;
  });
}

SmallVector<OpOperand *> iquant::getReaders(Value value) {
  SmallVector<OpOperand *> readers;
  visitUses(value, [&](OpOperand &use) {
    if (!isa<ObserveOp>(use.getOwner()))
      readers.push_back(&use);
    return true;
  });
  return readers;
}

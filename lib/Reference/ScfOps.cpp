//===- ScfOps.cpp - Loops and conditions ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::iquant::reference;

static Results evaluateFor(scf::ForOp op, Evaluator &evaluator) {
  int64_t lower = evaluator.integer(op.getLowerBound());
  int64_t upper = evaluator.integer(op.getUpperBound());
  int64_t step = evaluator.integer(op.getStep());
  if (step <= 0)
    return op.emitOpError() << "expects a positive step, got " << step;
  Type type = op.getInductionVar().getType();
  Results carried = evaluator.get(op.getInitArgs());
  for (int64_t i = lower; i < upper; i += step) {
    SmallVector<RuntimeValue> arguments = {Tensor::integerScalar(i, type)};
    llvm::append_range(arguments, *carried);
    carried = evaluator.run(op.getRegion(), arguments);
    if (failed(carried))
      return failure();
  }
  return carried;
}

static Results evaluateIf(scf::IfOp op, Evaluator &evaluator) {
  if (evaluator.integer(op.getCondition()))
    return evaluator.run(op.getThenRegion(), {});
  if (op.getElseRegion().empty())
    return SmallVector<RuntimeValue>();
  return evaluator.run(op.getElseRegion(), {});
}

static Results evaluateIndexSwitch(scf::IndexSwitchOp op,
                                   Evaluator &evaluator) {
  int64_t index = evaluator.integer(op.getArg());
  for (auto [number, region] :
       llvm::zip_equal(op.getCases(), op.getCaseRegions()))
    if (number == index)
      return evaluator.run(region, {});
  return evaluator.run(op.getDefaultRegion(), {});
}

static Results evaluateWhile(scf::WhileOp op, Evaluator &evaluator) {
  Results carried = evaluator.get(op.getInits());
  while (true) {
    // The terminator's operands are the condition and what is passed on.
    Results passed = evaluator.run(op.getBefore(), *carried);
    if (failed(passed))
      return failure();
    ArrayRef<RuntimeValue> rest = ArrayRef(*passed).drop_front();
    if (!passed->front().getTensor().getInt())
      return llvm::to_vector(rest);
    carried = evaluator.run(op.getAfter(), rest);
    if (failed(carried))
      return failure();
  }
}

Results mlir::iquant::reference::evaluateScf(Operation *op,
                                             Evaluator &evaluator) {
  return TypeSwitch<Operation *, Results>(op)
      .Case([&](scf::ForOp op) { return evaluateFor(op, evaluator); })
      .Case([&](scf::IfOp op) { return evaluateIf(op, evaluator); })
      .Case([&](scf::IndexSwitchOp op) {
        return evaluateIndexSwitch(op, evaluator);
      })
      .Case([&](scf::WhileOp op) { return evaluateWhile(op, evaluator); })
      .Default([](Operation *op) { return reportUnknown(op); });
}

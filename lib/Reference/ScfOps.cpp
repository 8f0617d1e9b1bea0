//===- ScfOps.cpp - Loops and conditions ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
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

/// Runs the steps in the order of their positions, which is one of those that
/// the op admits.
static Results evaluateForall(scf::ForallOp op, Evaluator &evaluator) {
  SmallVector<int64_t> lower = evaluator.integers(op.getMixedLowerBound()),
                       upper = evaluator.integers(op.getMixedUpperBound()),
                       steps = evaluator.integers(op.getMixedStep()), counts;
  for (auto [from, to, step] : llvm::zip_equal(lower, upper, steps)) {
    if (step <= 0)
      return op->emitOpError() << "expects positive steps, got " << step;
    counts.push_back(from < to ? llvm::divideCeilSigned(to - from, step) : 0);
  }
  SmallVector<int64_t> strides = computeStrides(counts);
  Type type = IndexType::get(op.getContext());
  Results filled = evaluator.get(op.getOutputs());
  for (int64_t i = 0, end = computeProduct(counts); i < end; ++i) {
    SmallVector<RuntimeValue> arguments;
    for (auto [number, from, step] :
         llvm::zip_equal(delinearize(i, strides), lower, steps))
      arguments.push_back(Tensor::integerScalar(from + number * step, type));
    llvm::append_range(arguments, *filled);
    if (failed(evaluator.run(op.getRegion(), arguments)))
      return failure();
    for (Operation &insert : op.getTerminator().getYieldingOps()) {
      auto part = dyn_cast<tensor::ParallelInsertSliceOp>(insert);
      if (!part)
        return reportUnknown(&insert);
      RuntimeValue &whole =
          (*filled)[cast<BlockArgument>(part.getDest()).getArgNumber() -
                    op.getRank()];
      FailureOr<Tensor> next =
          insertSlice(part, evaluator.tensor(part.getSource()),
                      whole.getTensor(), evaluator);
      if (failed(next))
        return failure();
      whole = *next;
    }
  }
  return filled;
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
      .Case([&](scf::ForallOp op) { return evaluateForall(op, evaluator); })
      .Case([&](scf::IfOp op) { return evaluateIf(op, evaluator); })
      .Case([&](scf::IndexSwitchOp op) {
        return evaluateIndexSwitch(op, evaluator);
      })
      .Case([&](scf::WhileOp op) { return evaluateWhile(op, evaluator); })
      .Default([](Operation *op) { return reportUnknown(op); });
}

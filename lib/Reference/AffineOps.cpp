//===- AffineOps.cpp - Index arithmetic by affine maps --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::iquant::reference;

/// Applies `map` and chooses one of its results.
static Results
evaluateMap(Operation *op, AffineMap map, Evaluator &evaluator,
            llvm::function_ref<int64_t(ArrayRef<int64_t>)> choose) {
  auto values = applyMap(op, map, evaluator.integers(op->getOperands()));
  if (failed(values))
    return failure();
  return SmallVector<RuntimeValue>{
      Tensor::integerScalar(choose(*values), op->getResult(0).getType())};
}

Results mlir::iquant::reference::evaluateAffine(Operation *op,
                                                Evaluator &evaluator) {
  using Values = ArrayRef<int64_t>;
  return TypeSwitch<Operation *, Results>(op)
      .Case([&](affine::AffineApplyOp op) {
        return evaluateMap(op, op.getMap(), evaluator,
                           [](Values values) { return values.front(); });
      })
      .Case([&](affine::AffineMinOp op) {
        return evaluateMap(op, op.getMap(), evaluator, [](Values values) {
          return *llvm::min_element(values);
        });
      })
      .Case([&](affine::AffineMaxOp op) {
        return evaluateMap(op, op.getMap(), evaluator, [](Values values) {
          return *llvm::max_element(values);
        });
      })
      .Default([](Operation *op) { return reportUnknown(op); });
}

//===- LinalgOps.cpp - Structured ops through their regions ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every op with the linalg interface, named or generic, is a loop nest around
// its region; nothing here depends on which op it is.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/AffineExprVisitor.h"

using namespace mlir;
using namespace mlir::iquant::reference;

//===----------------------------------------------------------------------===//
// Loop nest
//===----------------------------------------------------------------------===//

/// The sizes of all loops, read off the operands that a loop alone indexes.
static FailureOr<SmallVector<int64_t>>
findLoopSizes(linalg::LinalgOp op, ArrayRef<Tensor> operands) {
  SmallVector<int64_t> sizes(op.getNumLoops(), -1);
  for (auto [map, operand] :
       llvm::zip_equal(op.getIndexingMapsArray(), operands))
    for (auto [expr, size] :
         llvm::zip_equal(map.getResults(), operand.getShape()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
        int64_t &known = sizes[dim.getPosition()];
        if (known != -1 && known != size)
          return op.emitOpError()
                 << "has operands that disagree at run time on the size of "
                 << "loop " << dim.getPosition() << ", " << known << " and "
                 << size;
        known = size;
      }
  for (auto [loop, size] : llvm::enumerate(sizes))
    if (size == -1)
      return op.emitOpError()
             << "has no operand that gives the size of loop " << loop;
  return sizes;
}

/// The position of an operand's element at a point of the loop nest.
static FailureOr<int64_t> findPosition(linalg::LinalgOp op, AffineMap map,
                                       const Tensor &operand,
                                       ArrayRef<int64_t> point) {
  auto indices = applyMap(op, map, point);
  if (failed(indices))
    return failure();
  for (auto [index, size] : llvm::zip_equal(*indices, operand.getShape()))
    if (index < 0 || index >= size)
      return op.emitOpError()
             << "reads an operand of shape " << showShape(operand.getShape())
             << " at " << showShape(*indices);
  return operand.getPosition(*indices);
}

/// The element that a block argument stands for.
static Tensor elementAt(const Tensor &operand, int64_t position) {
  Tensor element(/*shape=*/{}, operand.getElementType());
  element.copyElement(0, operand, position);
  return element;
}

/// Runs the region at one point of the loop nest and stores what it yields.
static LogicalResult runPoint(linalg::LinalgOp op, Evaluator &evaluator,
                              ArrayRef<AffineMap> maps,
                              MutableArrayRef<Tensor> operands,
                              ArrayRef<int64_t> point) {
  SmallVector<int64_t> positions;
  SmallVector<RuntimeValue> arguments;
  for (auto [map, operand] : llvm::zip_equal(maps, operands)) {
    auto position = findPosition(op, map, operand, point);
    if (failed(position))
      return failure();
    positions.push_back(*position);
    arguments.push_back(elementAt(operand, *position));
  }
  evaluator.setLoopPoint(point);
  Results yielded = evaluator.run(op->getRegion(0), arguments);
  if (failed(yielded))
    return failure();
  int64_t firstInit = op.getNumDpsInputs();
  for (auto [i, value] : llvm::enumerate(*yielded))
    operands[firstInit + i].copyElement(positions[firstInit + i],
                                        value.getTensor(), 0);
  return success();
}

static Results evaluateStructured(linalg::LinalgOp op, Evaluator &evaluator) {
  // Inits are written in place: the copy leaves the value they came from be.
  SmallVector<Tensor> operands = evaluator.tensors(op->getOperands());
  auto sizes = findLoopSizes(op, operands);
  if (failed(sizes))
    return failure();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  SmallVector<int64_t> outerPoint = llvm::to_vector(evaluator.getLoopPoint());
  LogicalResult result = success();
  forEachIndex(*sizes, [&](ArrayRef<int64_t> point) {
    if (succeeded(result))
      result = runPoint(op, evaluator, maps, operands, point);
  });
  evaluator.setLoopPoint(outerPoint);
  if (failed(result))
    return failure();
  return SmallVector<RuntimeValue>(
      ArrayRef(operands).drop_front(op.getNumDpsInputs()));
}

Results mlir::iquant::reference::evaluateLinalg(Operation *op,
                                                Evaluator &evaluator) {
  if (auto index = dyn_cast<linalg::IndexOp>(op))
    return SmallVector<RuntimeValue>{Tensor::integerScalar(
        evaluator.getLoopPoint()[index.getDim()], index.getType())};
  auto structured = dyn_cast<linalg::LinalgOp>(op);
  if (structured && structured.hasPureTensorSemantics())
    return evaluateStructured(structured, evaluator);
  return reportUnknown(op);
}

//===- Evaluator.h - One function call of the interpreter -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares what the files of the interpreter, one per dialect, share.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_REFERENCE_EVALUATOR_H
#define IQUANT_LIB_REFERENCE_EVALUATOR_H

#include "iquant/Reference/Interpreter.h"

#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVectorExtras.h"

namespace mlir::iquant::reference {

/// The results of an op, in order.
using Results = FailureOr<SmallVector<RuntimeValue>>;

/// The values of one function call. A value is dropped after its last use, so
/// that a whole model needs no more memory than a few of its activations.
class Evaluator {
public:
  Evaluator(SymbolTable &symbols, const Interpreter::Observer &observer,
            int64_t depth)
      : symbols(symbols), observer(observer), depth(depth) {}

  /// Runs a function of one block on arguments of its types.
  Results call(FunctionOpInterface function, ArrayRef<RuntimeValue> arguments);

  /// Runs the function that a call op names.
  Results callSymbol(Operation *op, StringRef callee,
                     ArrayRef<RuntimeValue> arguments);

  /// Runs the only block of a region; gives the terminator's operands.
  Results run(Region &region, ArrayRef<RuntimeValue> arguments);

  const RuntimeValue &get(Value value) { return values.find(value)->second; }
  SmallVector<RuntimeValue> get(ValueRange range);

  /// The tensor or scalar that a value holds. By value: the map may grow while
  /// a region runs.
  Tensor tensor(Value value) { return get(value).getTensor(); }
  SmallVector<Tensor> tensors(ValueRange range);
  /// An integer scalar.
  int64_t integer(Value value) { return get(value).getTensor().getInt(); }
  SmallVector<int64_t> integers(ValueRange range);
  /// Static and dynamic entries of a list of sizes or offsets.
  SmallVector<int64_t> integers(ArrayRef<OpFoldResult> entries);

  /// Where the innermost linalg op's loops stand, for `linalg.index`.
  ArrayRef<int64_t> getLoopPoint() const { return loopPoint; }
  void setLoopPoint(ArrayRef<int64_t> point) {
    loopPoint.assign(point.begin(), point.end());
  }

private:
  LogicalResult evaluate(Operation *op);
  /// The values that nobody reads after this op.
  ArrayRef<Value> getDying(Operation *op);

  SymbolTable &symbols;
  const Interpreter::Observer &observer;
  /// How many calls are open.
  int64_t depth;
  SmallVector<int64_t> loopPoint;
  DenseMap<Value, RuntimeValue> values;
  DenseMap<Operation *, SmallVector<Value, 2>> dying;
  DenseSet<Block *> blocksWithDying;
};

//===----------------------------------------------------------------------===//
// One function per dialect
//===----------------------------------------------------------------------===//

Results evaluateAffine(Operation *op, Evaluator &evaluator);
Results evaluateArith(Operation *op, Evaluator &evaluator);
Results evaluateControlFlow(Operation *op, Evaluator &evaluator);
Results evaluateFunc(Operation *op, Evaluator &evaluator);
Results evaluateIQuant(Operation *op, Evaluator &evaluator);
Results evaluateLinalg(Operation *op, Evaluator &evaluator);
Results evaluateLlvm(Operation *op, Evaluator &evaluator);
Results evaluateMath(Operation *op, Evaluator &evaluator);
Results evaluateScf(Operation *op, Evaluator &evaluator);
Results evaluateTensor(Operation *op, Evaluator &evaluator);
Results evaluateTransformer(Operation *op, Evaluator &evaluator);
Results evaluateVector(Operation *op, Evaluator &evaluator);

/// The diagnostic for an op that the interpreter does not know.
LogicalResult reportUnknown(Operation *op);

//===----------------------------------------------------------------------===//
// Shared parts of the dialects
//===----------------------------------------------------------------------===//

/// The element type of a tensor or iquant type's first component, or the type
/// of a scalar.
Type getElementTypeOf(Value value);

/// Fails with a diagnostic unless all tensors have one shape.
LogicalResult checkSameShape(Operation *op, ArrayRef<Tensor> tensors);

/// Applies `function` to the corresponding elements of tensors of one shape;
/// the result has elements of `elementType`.
FailureOr<Tensor> mapElements(
    Operation *op, ArrayRef<Tensor> inputs, Type elementType,
    llvm::function_ref<LogicalResult(int64_t index, Tensor &result)> function);

/// `whole` with `source` in the place that an op names.
FailureOr<Tensor> insertSlice(OffsetSizeAndStrideOpInterface op,
                              const Tensor &source, Tensor whole,
                              Evaluator &evaluator);

/// The values of an affine map's results.
FailureOr<SmallVector<int64_t>> applyMap(Operation *op, AffineMap map,
                                         ArrayRef<int64_t> operands);

} // namespace mlir::iquant::reference

#endif // IQUANT_LIB_REFERENCE_EVALUATOR_H

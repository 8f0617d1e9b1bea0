//===- Interpreter.cpp - Function calls and dispatch ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Reference/Interpreter.h"

#include "Evaluator.h"

#include "dialects/IQuant/IQuant.h"

#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;

/// Deepest nesting of calls, so that an endless recursion ends in a sentence.
static constexpr int64_t kMaxCallDepth = 256;

FailureOr<SmallVector<RuntimeValue>>
Interpreter::call(StringRef function, ArrayRef<RuntimeValue> arguments) {
  SymbolTable symbols(module);
  return Evaluator(symbols, observer, /*depth=*/0)
      .callSymbol(module, function, arguments);
}

//===----------------------------------------------------------------------===//
// Calls and regions
//===----------------------------------------------------------------------===//

Results Evaluator::callSymbol(Operation *op, StringRef callee,
                              ArrayRef<RuntimeValue> arguments) {
  auto function = symbols.lookup<FunctionOpInterface>(callee);
  if (!function)
    return op->emitError() << "there is no function '" << callee << "' to call";
  if (depth == kMaxCallDepth)
    return op->emitOpError() << "calls '" << callee << "' more than "
                             << kMaxCallDepth << " levels deep";
  return Evaluator(symbols, observer, depth + 1).call(function, arguments);
}

Results Evaluator::call(FunctionOpInterface function,
                        ArrayRef<RuntimeValue> arguments) {
  if (function.isExternal())
    return function.emitOpError() << "has no body to interpret";
  if (function.getNumArguments() != arguments.size())
    return function.emitOpError() << "expects " << function.getNumArguments()
                                  << " arguments, got " << arguments.size();
  for (auto [index, argument] : llvm::enumerate(arguments))
    if (auto mismatch =
            findMismatch(argument, function.getArgument(index).getType()))
      return function.emitOpError() << "argument " << index << ' ' << *mismatch;
  return run(function.getFunctionBody(), arguments);
}

Results Evaluator::run(Region &region, ArrayRef<RuntimeValue> arguments) {
  if (!region.hasOneBlock())
    return region.getParentOp()->emitOpError()
           << "expects a region of one block to interpret, got "
           << region.getBlocks().size();
  Block &block = region.front();
  for (auto [argument, value] :
       llvm::zip_equal(block.getArguments(), arguments))
    values[argument] = value;
  for (Operation &op : block.without_terminator())
    if (failed(evaluate(&op)))
      return failure();
  return get(block.getTerminator()->getOperands());
}

SmallVector<RuntimeValue> Evaluator::get(ValueRange range) {
  return llvm::map_to_vector(range, [&](Value value) { return get(value); });
}

SmallVector<Tensor> Evaluator::tensors(ValueRange range) {
  return llvm::map_to_vector(range, [&](Value value) { return tensor(value); });
}

SmallVector<int64_t> Evaluator::integers(ValueRange range) {
  return llvm::map_to_vector(range,
                             [&](Value value) { return integer(value); });
}

SmallVector<int64_t> Evaluator::integers(ArrayRef<OpFoldResult> entries) {
  return llvm::map_to_vector(entries, [&](OpFoldResult entry) {
    if (auto attribute = dyn_cast<Attribute>(entry))
      return cast<IntegerAttr>(attribute).getInt();
    return integer(cast<Value>(entry));
  });
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

LogicalResult reference::reportUnknown(Operation *op) {
  return op->emitError() << "the reference interpreter does not know '"
                         << op->getName() << "'";
}

/// Runs an op by the function of its dialect.
static Results dispatch(Operation *op, Evaluator &evaluator) {
  using Function = Results (*)(Operation *, Evaluator &);
  auto function =
      llvm::StringSwitch<Function>(op->getName().getDialectNamespace())
          .Case("affine", evaluateAffine)
          .Case("arith", evaluateArith)
          .Case("cf", evaluateControlFlow)
          .Case("func", evaluateFunc)
          .Case("iquant", evaluateIQuant)
          .Case("linalg", evaluateLinalg)
          .Case("llvm", evaluateLlvm)
          .Case("math", evaluateMath)
          .Case("scf", evaluateScf)
          .Case("tensor", evaluateTensor)
          .Case("transformer", evaluateTransformer)
          .Case("vector", evaluateVector)
          .Default([](Operation *op, Evaluator &) -> Results {
            return reportUnknown(op);
          });
  return function(op, evaluator);
}

LogicalResult Evaluator::evaluate(Operation *op) {
  for (Type type : op->getResultTypes())
    for (Type component : getComponents(type))
      if (!Tensor::isSupported(getElementTypeOrSelf(component)))
        return op->emitError()
               << "the reference interpreter has no values of " << type;
  Results results = dispatch(op, *this);
  if (failed(results))
    return failure();
  for (auto [result, value] : llvm::zip_equal(op->getResults(), *results)) {
    if (auto mismatch = findMismatch(value, result.getType()))
      return op->emitOpError() << "at run time " << *mismatch;
    values[result] = value;
  }
  if (observer)
    observer(op, get(op->getOperands()), *results);
  for (Value value : getDying(op))
    values.erase(value);
  return success();
}

ArrayRef<Value> Evaluator::getDying(Operation *op) {
  Block *block = op->getBlock();
  auto note = [&](Value value) {
    Operation *last = value.getDefiningOp();
    for (Operation *user : value.getUsers()) {
      Operation *ancestor = block->findAncestorOpInBlock(*user);
      if (!last || last->isBeforeInBlock(ancestor))
        last = ancestor;
    }
    if (last)
      dying[last].push_back(value);
  };
  if (blocksWithDying.insert(block).second) {
    llvm::for_each(block->getArguments(), note);
    for (Operation &other : *block)
      llvm::for_each(other.getResults(), note);
  }
  auto found = dying.find(op);
  return found == dying.end() ? ArrayRef<Value>() : found->second;
}

//===----------------------------------------------------------------------===//
// func and cf
//===----------------------------------------------------------------------===//

Results reference::evaluateFunc(Operation *op, Evaluator &evaluator) {
  if (auto call = dyn_cast<func::CallOp>(op))
    return evaluator.callSymbol(op, call.getCallee(),
                                evaluator.get(call.getOperands()));
  return reportUnknown(op);
}

Results reference::evaluateControlFlow(Operation *op, Evaluator &evaluator) {
  auto assertOp = dyn_cast<cf::AssertOp>(op);
  if (!assertOp)
    return reportUnknown(op);
  if (evaluator.integer(assertOp.getArg()) == 0)
    return op->emitOpError() << "assertion failed: " << assertOp.getMsg();
  return SmallVector<RuntimeValue>();
}

//===----------------------------------------------------------------------===//
// Shared parts of the dialects
//===----------------------------------------------------------------------===//

Type reference::getElementTypeOf(Value value) {
  return getElementTypeOrSelf(getComponents(value.getType()).front());
}

LogicalResult reference::checkSameShape(Operation *op,
                                        ArrayRef<Tensor> tensors) {
  for (const Tensor &tensor : tensors)
    if (tensor.getShape() != tensors.front().getShape())
      return op->emitOpError()
             << "expects operands of one shape at run time, got "
             << showShape(tensors.front().getShape()) << " and "
             << showShape(tensor.getShape());
  return success();
}

FailureOr<Tensor> reference::mapElements(
    Operation *op, ArrayRef<Tensor> inputs, Type elementType,
    llvm::function_ref<LogicalResult(int64_t, Tensor &)> function) {
  if (failed(checkSameShape(op, inputs)))
    return failure();
  Tensor result(inputs.front().getShape(), elementType);
  for (int64_t i = 0, end = result.getNumElements(); i < end; ++i)
    if (failed(function(i, result)))
      return failure();
  return result;
}

/// The value of an affine expression; none for a division by zero.
static std::optional<int64_t> evaluateExpr(AffineExpr expr, unsigned numDims,
                                           ArrayRef<int64_t> operands) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return operands[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return operands[numDims + symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  auto lhs = evaluateExpr(binary.getLHS(), numDims, operands);
  auto rhs = evaluateExpr(binary.getRHS(), numDims, operands);
  if (!lhs || !rhs)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::Add)
    return *lhs + *rhs;
  if (expr.getKind() == AffineExprKind::Mul)
    return *lhs * *rhs;
  if (*rhs <= 0)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::FloorDiv)
    return llvm::divideFloorSigned(*lhs, *rhs);
  if (expr.getKind() == AffineExprKind::CeilDiv)
    return llvm::divideCeilSigned(*lhs, *rhs);
  return llvm::mod(*lhs, *rhs);
}

FailureOr<SmallVector<int64_t>>
reference::applyMap(Operation *op, AffineMap map, ArrayRef<int64_t> operands) {
  SmallVector<int64_t> results;
  for (AffineExpr expr : map.getResults()) {
    auto value = evaluateExpr(expr, map.getNumDims(), operands);
    if (!value)
      return op->emitOpError() << "divides by a number that is not positive in "
                               << AffineMapAttr::get(map);
    results.push_back(*value);
  }
  return results;
}

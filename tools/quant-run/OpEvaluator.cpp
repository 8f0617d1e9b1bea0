//===- OpEvaluator.cpp - Single ops on values of one's choice -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpEvaluator.h"

#include "dialects/Transformer/Transformer.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;
using namespace mlir::iquant::reference;

/// A module whose function `op` is the op alone.
static OwningOpRef<ModuleOp> isolate(Operation *op) {
  OpBuilder builder(op->getContext());
  Location location = builder.getUnknownLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(location);
  builder.setInsertionPointToEnd(module->getBody());
  auto function = func::FuncOp::create(
      builder, location, "op",
      builder.getFunctionType(op->getOperandTypes(), op->getResultTypes()));
  builder.setInsertionPointToEnd(function.addEntryBlock());
  IRMapping mapping;
  mapping.map(op->getOperands(), function.getArguments());
  Operation *clone = builder.clone(*op, mapping);
  // What observes has a name of its own, which does not change what it does.
  if (auto attention = dyn_cast<transformer::AttentionOp>(clone)) {
    attention.removeScoresAttr();
    attention.removeStatisticsAttr();
  }
  func::ReturnOp::create(builder, location, clone->getResults());
  return module;
}

FailureOr<Program *> OpEvaluator::getProgram(Operation *op) {
  OwningOpRef<ModuleOp> module = isolate(op);
  std::string text;
  llvm::raw_string_ostream(text) << *module;
  std::unique_ptr<Program> &program = programs[text];
  if (program)
    return program.get();
  FailureOr<std::unique_ptr<Program>> loaded =
      Program::load({std::move(module), nullptr}, "op", Engine::Jit);
  if (failed(loaded))
    return failure();
  program = std::move(*loaded);
  return program.get();
}

/// The numbers of a float tensor in this element type.
static Tensor convert(const Tensor &tensor, Type elementType) {
  if (tensor.getElementType() == elementType)
    return tensor;
  Tensor result(tensor.getShape(), elementType);
  if (tensor.getElementType().isF64() && elementType.isF32()) {
    llvm::transform(tensor.data<double>(), result.mutableData<float>().begin(),
                    [](double x) { return static_cast<float>(x); });
    return result;
  }
  for (int64_t i = 0, end = tensor.getNumElements(); i < end; ++i)
    result.setFloat(i, tensor.getFloat(i));
  return result;
}

FailureOr<Tensor> OpEvaluator::evaluate(Operation *op,
                                        ArrayRef<Tensor> operands) {
  FailureOr<Program *> program = getProgram(op);
  if (failed(program))
    return failure();
  SmallVector<RuntimeValue> arguments;
  for (auto [operand, type] :
       llvm::zip_equal(operands, op->getOperandTypes())) {
    Type elementType = getElementTypeOrSelf(type);
    arguments.push_back(
        isa<FloatType>(elementType) ? convert(operand, elementType) : operand);
  }
  FailureOr<SmallVector<RuntimeValue>> results =
      (*program)->call(std::move(arguments));
  if (failed(results))
    return failure();
  return getRealNumbers(results->front(), op->getResult(0).getType());
}

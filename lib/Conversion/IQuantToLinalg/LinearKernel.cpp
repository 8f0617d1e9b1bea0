//===- LinearKernel.cpp - Linear layers as functions ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linears whose operands have the same types share a function.
//
//===----------------------------------------------------------------------===//

#include "LinearKernel.h"

#include "LinearLoops.h"

#include "iquant/Support/Shapes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace mlir::iquant;

/// The tensors of a linear, those that are there.
static SmallVector<Value *> present(LinearOperands &operands) {
  WeightComponents &weight = operands.weight;
  SmallVector<Value *> all = {&operands.codes,    &operands.multiplier,
                              &operands.exponent, &operands.zeroPoint,
                              &operands.shift,    &weight.codes,
                              &weight.multiplier, &weight.exponent,
                              &weight.sums,       &operands.bias};
  llvm::erase_if(all, [](Value *value) { return !*value; });
  return all;
}

/// A name for the kernel of all linears whose operands have the same types; the
/// prefix keeps it apart from functions of users.
static std::string getKernelName(WeightType type,
                                 const LinearOperands &operands) {
  std::string name;
  llvm::raw_string_ostream out(name);
  TilesAttr tiles = type.getTiles();
  out << "iquant.linear_" << type.getShape()[0] << 'x' << type.getShape()[1];
  if (type.getGroup())
    out << "_groups_" << type.getGroup();
  out << "_tiles_" << tiles.getOutputs() << 'x' << tiles.getInputs()
      << (operands.zeroPoint ? "_ui8" : "_si8")
      << (operands.bias ? "_bias" : "");
  auto codes = cast<RankedTensorType>(operands.codes.getType());
  if (!codes.isDynamicDim(0))
    out << "_rows_" << codes.getDimSize(0);
  return name;
}

static func::FuncOp createKernel(ModuleOp module, Location location,
                                 StringRef name, FunctionType signature,
                                 WeightType type, LinearOperands operands) {
  ImplicitLocOpBuilder b(location, OpBuilder::atBlockEnd(module.getBody()));
  auto function = func::FuncOp::create(b, name, signature);
  function.setPrivate();
  function.setNoInline(true);
  Block *body = function.addEntryBlock();
  b.setInsertionPointToStart(body);
  for (auto [operand, argument] :
       llvm::zip(present(operands), body->getArguments()))
    *operand = argument;
  TilesAttr tiles = type.getTiles();
  MatrixInstruction instruction = getMatrixInstruction(
      getTarget(module), tiles.getOutputs(), tiles.getInputs());
  Value results = body->getArguments().back(),
        exponent = body->getArguments().drop_back().back();
  LinearLoops loops(b, type, operands, exponent, instruction);
  func::ReturnOp::create(b, loops.lower(results));
  return function;
}

Value mlir::iquant::callLinearKernel(ImplicitLocOpBuilder &builder,
                                     ModuleOp module, WeightType type,
                                     const LinearOperands &operands,
                                     int64_t resultExponent) {
  LinearOperands given = operands;
  SmallVector<Value> arguments;
  for (Value *operand : present(given))
    arguments.push_back(*operand);
  arguments.push_back(constant(builder, 32, resultExponent));
  // The caller gives the memory of the result, and so knows whose it is.
  SmallVector<OpFoldResult> sizes = {sizesOf(builder, operands.codes).front(),
                                     builder.getIndexAttr(type.getShape()[0])};
  Value results = tensor::EmptyOp::create(builder, sizes, builder.getI32Type());
  arguments.push_back(results);
  auto signature = builder.getFunctionType(TypeRange(ValueRange(arguments)),
                                           results.getType());

  std::string name = getKernelName(type, operands);
  auto kernel = module.lookupSymbol<func::FuncOp>(name);
  if (!kernel)
    kernel =
        createKernel(module, builder.getLoc(), name, signature, type, operands);
  return func::CallOp::create(builder, kernel, arguments).getResult(0);
}

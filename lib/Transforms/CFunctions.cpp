//===- CFunctions.cpp - Code of the functions that C calls ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each checks what it was given, makes buffers of pointers, and calls the
// module's own function.
//
//===----------------------------------------------------------------------===//

#include "CFunctionEmitter.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::iquant;

/// A function of tensors.
static void emitFunction(ModuleOp module, const CInterface &interface,
                         const CFunction &function) {
  MLIRContext *context = module.getContext();
  Type pointer = LLVM::LLVMPointerType::get(context);
  Type i32 = IntegerType::get(context, 32), i64 = IntegerType::get(context, 64);
  SmallVector<Type> types = {pointer};
  for (const CTensor &argument : function.arguments) {
    types.push_back(pointer);
    types.append(argument.type.getNumDynamicDims(), i64);
  }
  for (size_t i = 0; i < function.results.size(); ++i)
    types.append({pointer, i64});
  func::FuncOp callee = function.callee;
  std::string name = interface.prefix + "_" + callee.getSymName().str();
  FunctionEmitter f(module, interface, name, types, i32);
  ImplicitLocOpBuilder &b = f.getBuilder();

  Value target = f.requireTarget(interface);
  Value weights = f.checkWeights(f.argument(0), interface);
  unsigned next = 1;
  SmallVector<Value> arguments;
  for (const CTensor &argument : function.arguments) {
    Value data = f.argument(next++);
    f.require(f.isPresent(data), CStatus::NullPointer);
    SmallVector<Value> sizes;
    for (size_t i = 0; i < argument.type.getNumDynamicDims(); ++i) {
      sizes.push_back(f.argument(next++));
      f.require(
          f.compare(arith::CmpIPredicate::sge, sizes.back(), f.integer(0)),
          CStatus::BadSize);
    }
    arguments.push_back(f.view(data, argument.type, sizes));
  }
  unsigned firstResult = next;
  for (size_t i = 0; i < function.results.size(); ++i)
    f.require(f.isPresent(f.argument(firstResult + 2 * i)),
              CStatus::NullPointer);
  if (interface.hasTargets)
    arguments.push_back(f.index(target));
  arguments.push_back(weights);
  auto call = func::CallOp::create(b, callee, arguments);
  // All results fit, or none is written.
  Value fit = arith::ConstantIntOp::create(b, 1, 1);
  for (auto [i, result] : llvm::enumerate(call.getResults())) {
    Value room = f.argument(firstResult + 2 * i + 1);
    Value fits = f.compare(arith::CmpIPredicate::sle, f.count(result), room);
    fit = arith::AndIOp::create(b, fit, fits);
  }
  auto branch = scf::IfOp::create(b, fit, /*withElseRegion=*/true);
  b.setInsertionPointToStart(branch.thenBlock());
  for (auto [i, result] : llvm::enumerate(call.getResults()))
    f.moveTo(f.argument(firstResult + 2 * i), result);
  b.setInsertionPointToStart(branch.elseBlock());
  for (Value result : call.getResults())
    memref::DeallocOp::create(b, result);
  b.setInsertionPointAfter(branch);
  f.finish(arith::SelectOp::create(b, fit, f.status(CStatus::Ok),
                                   f.status(CStatus::ShortBuffer)));
}

void iquant::emitCFunctions(ModuleOp module, const CInterface &interface) {
  if (interface.step)
    emitStepFunctions(module, interface);
  for (const CFunction &function : interface.functions)
    emitFunction(module, interface, function);
}

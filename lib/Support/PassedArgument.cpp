//===- PassedArgument.cpp - One value for functions and callers -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/PassedArgument.h"

using namespace mlir;

void iquant::addPassedArgument(ModuleOp module,
                               llvm::SetVector<func::FuncOp> functions,
                               Type type) {
  for (size_t done = 0; done < functions.size(); ++done) {
    func::FuncOp function = functions[done];
    std::optional<SymbolTable::UseRange> uses = function.getSymbolUses(module);
    for (const SymbolTable::SymbolUse &use : *uses)
      if (auto caller = use.getUser()->getParentOfType<func::FuncOp>())
        functions.insert(caller);
  }
  for (func::FuncOp function : functions)
    (void)function.insertArgument(function.getNumArguments(), type,
                                  DictionaryAttr(), function.getLoc());
  module.walk([&](func::CallOp call) {
    if (functions.contains(SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
            call, call.getCalleeAttr())))
      call.getOperandsMutable().append(
          call->getParentOfType<func::FuncOp>().getArguments().back());
  });
}

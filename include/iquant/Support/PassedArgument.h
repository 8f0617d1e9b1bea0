//===- PassedArgument.h - One value for functions and callers ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Some functions need a value that the caller of the program has, such as the
// buffer of its constants. No global state: it is handed down as an argument.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_PASSEDARGUMENT_H
#define IQUANT_SUPPORT_PASSEDARGUMENT_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::iquant {

/// Gives these functions, and all that call them, one more, last argument of
/// this type; every call of one passes its caller's on.
void addPassedArgument(ModuleOp module, llvm::SetVector<func::FuncOp> functions,
                       Type type);

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_PASSEDARGUMENT_H

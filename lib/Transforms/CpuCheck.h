//===- CpuCheck.h - Which code a processor can run --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the choice that stands before code for particular processors.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_CPUCHECK_H
#define IQUANT_LIB_TRANSFORMS_CPUCHECK_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"

namespace mlir::iquant {

/// Adds a function without arguments that returns, as `i64`, the number of the
/// first target of which the processor has everything, or -1; null if there is
/// nothing to ask.
func::FuncOp emitCpuCheck(ModuleOp module,
                          ArrayRef<LLVM::TargetAttrInterface> targets);

/// Has a function compiled for a target, other than the module's.
void compileFor(func::FuncOp function, LLVM::TargetAttrInterface target);

/// Has a function compiled for every processor of the architecture, so that it
/// can run before the check.
void compileForAnyCpu(func::FuncOp function);

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_CPUCHECK_H

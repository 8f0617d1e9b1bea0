//===- CpuCheck.h - Whether a processor can run the code --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the check that stands before code for particular processors.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_CPUCHECK_H
#define IQUANT_LIB_TRANSFORMS_CPUCHECK_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace mlir::iquant {

/// Adds a function without arguments that returns whether the processor has
/// what the module's target has, as `i1`; null if there is nothing to ask.
func::FuncOp emitCpuCheck(ModuleOp module);

/// Has a function compiled for every processor of the architecture, so that it
/// can run before the check.
void compileForAnyCpu(func::FuncOp function);

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_CPUCHECK_H

//===- ForeignOps.h - A dialect that the foldings do not know ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the ops with which tests show that any dialect can take part in the
// foldings.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_UNITTESTS_TRANSFORMS_FOREIGNOPS_H
#define IQUANT_UNITTESTS_TRANSFORMS_FOREIGNOPS_H

#include "dialects/Transformer/TransformerInterfaces.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "unittests/Transforms/ForeignDialect.h.inc"

#define GET_OP_CLASSES
#include "unittests/Transforms/ForeignOps.h.inc"

namespace foreign {

/// Replaces the foreign ops by ops that the interpreter knows. Their operands
/// must be constants of f64.
void lowerForeignOps(mlir::Operation *root);

} // namespace foreign

#endif // IQUANT_UNITTESTS_TRANSFORMS_FOREIGNOPS_H

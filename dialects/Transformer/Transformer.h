//===- Transformer.h - The transformer dialect ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the transformer dialect: what a model means, in floating point.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_DIALECTS_TRANSFORMER_H
#define IQUANT_DIALECTS_TRANSFORMER_H

#include "dialects/Transformer/TransformerAttributes.h"
#include "dialects/Transformer/TransformerInterfaces.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Transformer/TransformerDialect.h.inc"

#define GET_OP_CLASSES
#include "dialects/Transformer/TransformerOps.h.inc"

namespace mlir::transformer {

/// Attribute of a function: the most positions that it was made for.
constexpr StringLiteral kContextLength = "transformer.context_length";
/// Attribute of an argument and a result of a function: the cache of this name.
constexpr StringLiteral kCache = "transformer.cache";

} // namespace mlir::transformer

#endif // IQUANT_DIALECTS_TRANSFORMER_H

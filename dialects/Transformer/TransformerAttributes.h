//===- TransformerAttributes.h - Attributes of the dialect ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the enums of the transformer dialect, the statistics of values, and
// the clips of a softmax.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TRANSFORMER_ATTRIBUTES_H
#define IQUANT_TRANSFORMER_ATTRIBUTES_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/OpImplementation.h"

#include "dialects/Transformer/TransformerEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Transformer/TransformerAttributes.h.inc"

#endif // IQUANT_TRANSFORMER_ATTRIBUTES_H

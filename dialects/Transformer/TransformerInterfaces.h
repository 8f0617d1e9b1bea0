//===- TransformerInterfaces.h - How passes reach an op ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Op interfaces that say how a per-channel scale moves through or into an op,
// and of what a calibration run collects statistics. An op of any dialect may
// implement them and take part.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TRANSFORMER_INTERFACES_H
#define IQUANT_TRANSFORMER_INTERFACES_H

#include "dialects/Transformer/TransformerAttributes.h"
#include "mlir/IR/OpDefinition.h"

namespace mlir::transformer {

/// A constant operand and the dimension of it that a channel scale multiplies.
struct ScaleSink {
  OpOperand *operand;
  int64_t dimension;
};

namespace detail {
/// Checks that statistics have the channels that the op observes.
LogicalResult verifyObserver(Operation *op);
} // namespace detail

} // namespace mlir::transformer

#include "dialects/Transformer/TransformerInterfaces.h.inc"

#endif // IQUANT_TRANSFORMER_INTERFACES_H

//===- FloatOrigin.h - Where a floating-point value comes from --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the way back from an op to where floating point enters.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_ANALYSIS_FLOATORIGIN_H
#define IQUANT_ANALYSIS_FLOATORIGIN_H

#include "iquant/Analysis/FloatFinder.h"

#include "mlir/IR/Operation.h"

namespace mlir::iquant {

/// A shortest chain of floating-point values from an operand of `op` back to
/// one that does not depend on another floating-point value: a constant, the
/// result of a cast or of a call, an argument. Steps go through operands,
/// through branches, and in and out of regions. Empty if `op` has no
/// floating-point operand, that is if floating point enters at `op` itself.
SmallVector<Value> traceFloatOrigin(Operation *op, FloatFinder &finder);

} // namespace mlir::iquant

#endif // IQUANT_ANALYSIS_FLOATORIGIN_H

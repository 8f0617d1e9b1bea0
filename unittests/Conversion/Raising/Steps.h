//===- Steps.h - One step of a formula as an op -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_UNITTESTS_CONVERSION_RAISING_STEPS_H
#define IQUANT_UNITTESTS_CONVERSION_RAISING_STEPS_H

#include "Speller.h"

namespace mlir::iquant::testing {

FloatType getFloatType(Value value);

/// A number, or a tensor of nothing else.
Value createNumber(OpBuilder &b, Location loc, Type type, double number);

/// The step by arith and math, on scalars or on tensors.
Value createStep(ImplicitLocOpBuilder &b, Chance &chance, FormulaKind kind,
                 ArrayRef<Value> in, double number);

/// The step by a named op of linalg; null where there is none.
Value createNamed(ImplicitLocOpBuilder &b, FormulaKind kind,
                  ArrayRef<Value> in);

/// The result of a sum or maximum so far and one more element, in either order.
Value createCombined(OpBuilder &body, Location loc, Chance &chance,
                     FormulaKind kind, Value element, Value soFar);

/// A scalar or a tensor in another float type.
Value castScalar(OpBuilder &b, Location loc, Value x, FloatType to);

} // namespace mlir::iquant::testing

#endif // IQUANT_UNITTESTS_CONVERSION_RAISING_STEPS_H

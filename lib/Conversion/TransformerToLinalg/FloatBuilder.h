//===- FloatBuilder.h - Float arithmetic as formulas ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares a value type whose operators create `arith` and `math` ops, so that
// code that emits an op's formula reads like the formula.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_FLOATBUILDER_H
#define IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_FLOATBUILDER_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::iquant::to_linalg {

/// A float SSA value and the place where arithmetic on it goes. Both operands
/// of an operator have one type; a C++ number takes that of the other operand.
class Real {
public:
  Real(ImplicitLocOpBuilder &builder, Value value)
      : builder(&builder), value(value) {}

  operator Value() const { return value; }
  ImplicitLocOpBuilder &getBuilder() const { return *builder; }
  Type getType() const { return value.getType(); }

  /// `constant` in the type of this value.
  Real like(double constant) const;
  /// This value, extended or rounded to `type`.
  Real to(Type type) const;

private:
  ImplicitLocOpBuilder *builder;
  Value value;
};

Real operator+(Real x, Real y);
Real operator-(Real x, Real y);
Real operator*(Real x, Real y);
Real operator/(Real x, Real y);
Real operator-(Real x);

inline Real operator+(Real x, double y) { return x + x.like(y); }
inline Real operator*(Real x, double y) { return x * x.like(y); }
inline Real operator+(double x, Real y) { return y.like(x) + y; }
inline Real operator/(double x, Real y) { return y.like(x) / y; }

/// `sum + x` in a reduction, whose order the compiler may choose.
Real accumulate(Real sum, Real x);

Real exp(Real x);
Real erf(Real x);
Real tanh(Real x);
Real sqrt(Real x);
Real cos(Real x);
Real sin(Real x);

/// Comparisons, false for a NaN; the result is an `i1`.
Value greater(Real x, Real y);
Value equal(Real x, double y);
Real select(Value condition, Real x, Real y);
inline Real select(Value condition, Real x, double y) {
  return select(condition, x, x.like(y));
}
inline Real select(Value condition, double x, Real y) {
  return select(condition, y.like(x), y);
}
/// The larger of the two; `y` when `x` is a NaN.
inline Real max(Real x, Real y) { return select(greater(x, y), x, y); }

} // namespace mlir::iquant::to_linalg

#endif // IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_FLOATBUILDER_H

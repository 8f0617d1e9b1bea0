//===- IntegerBuilder.h - Integer arithmetic as formulas --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares a value type whose operators create `arith` ops, so that code that
// emits a rule of docs/Numerics.md reads like the rule.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_IQUANTTOLINALG_INTEGERBUILDER_H
#define IQUANT_LIB_CONVERSION_IQUANTTOLINALG_INTEGERBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::iquant {

/// A signless integer SSA value, or a vector of them, and the place where
/// arithmetic on it goes. Both operands of an operator have one type; a C++
/// integer takes the type of the other operand. `/` and the comparisons of the
/// `u` functions read their operands as unsigned, everything else as signed.
class Int {
public:
  Int(ImplicitLocOpBuilder &builder, Value value)
      : builder(&builder), value(value) {}

  operator Value() const { return value; }
  ImplicitLocOpBuilder &getBuilder() const { return *builder; }
  unsigned getWidth() const {
    return getElementTypeOrSelf(value.getType()).getIntOrFloatBitWidth();
  }

  /// `constant` in the type of this value.
  Int like(int64_t constant) const;

  /// Changes of width; to the same width they are nothing.
  Int sext(unsigned width) const;
  Int zext(unsigned width) const;
  Int trunc(unsigned width) const;

  /// The value as an index, read as unsigned.
  Value toIndex() const;

private:
  ImplicitLocOpBuilder *builder;
  Value value;
};

/// A constant of `width` bits.
Int constant(ImplicitLocOpBuilder &builder, unsigned width, int64_t value);
/// An index that fits `width` bits.
Int fromIndex(ImplicitLocOpBuilder &builder, unsigned width, Value index);

Int operator+(Int x, Int y);
Int operator-(Int x, Int y);
Int operator*(Int x, Int y);
Int operator/(Int x, Int y);
Int operator&(Int x, Int y);
Int operator<<(Int x, Int y);
/// Arithmetic shift: the floor of a division by a power of two.
Int operator>>(Int x, Int y);
/// Logical shift.
Int ushr(Int x, Int y);

Int min(Int x, Int y);
Int max(Int x, Int y);
Int umin(Int x, Int y);
Int umax(Int x, Int y);
/// `|x|`; that of the smallest integer is right when read as unsigned.
Int abs(Int x);

/// Comparisons; the result has 1 bit.
Int equal(Int x, Int y);
Int notEqual(Int x, Int y);
Int less(Int x, Int y);
Int lessEqual(Int x, Int y);
Int uless(Int x, Int y);
Int select(Int condition, Int x, Int y);

inline Int operator-(Int x) { return x.like(0) - x; }
inline Int operator+(Int x, int64_t y) { return x + x.like(y); }
inline Int operator-(Int x, int64_t y) { return x - x.like(y); }
inline Int operator-(int64_t x, Int y) { return y.like(x) - y; }
inline Int operator*(Int x, int64_t y) { return x * x.like(y); }
inline Int operator/(Int x, int64_t y) { return x / x.like(y); }
inline Int operator/(int64_t x, Int y) { return y.like(x) / y; }
inline Int operator&(Int x, int64_t y) { return x & x.like(y); }
inline Int operator<<(Int x, int64_t y) { return x << x.like(y); }
inline Int operator<<(int64_t x, Int y) { return y.like(x) << y; }
inline Int operator>>(Int x, int64_t y) { return x >> x.like(y); }
inline Int ushr(Int x, int64_t y) { return ushr(x, x.like(y)); }
inline Int min(Int x, int64_t y) { return min(x, x.like(y)); }
inline Int max(Int x, int64_t y) { return max(x, x.like(y)); }
inline Int umin(Int x, int64_t y) { return umin(x, x.like(y)); }
inline Int umax(Int x, int64_t y) { return umax(x, x.like(y)); }
inline Int equal(Int x, int64_t y) { return equal(x, x.like(y)); }
inline Int operator*(int64_t x, Int y) { return y.like(x) * y; }
inline Int notEqual(Int x, int64_t y) { return notEqual(x, x.like(y)); }
inline Int less(Int x, int64_t y) { return less(x, x.like(y)); }
inline Int operator+(int64_t x, Int y) { return y.like(x) + y; }
inline Int select(Int condition, int64_t x, Int y) {
  return select(condition, y.like(x), y);
}

} // namespace mlir::iquant

#endif // IQUANT_LIB_CONVERSION_IQUANTTOLINALG_INTEGERBUILDER_H

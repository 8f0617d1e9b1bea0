//===- Rules.h - Rules that several lowerings share -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the rules of docs/Numerics.md on single integers that the lowerings
// of more than one op use. Widths are 64 bits unless a comment says otherwise.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_IQUANTTOLINALG_RULES_H
#define IQUANT_LIB_CONVERSION_IQUANTTOLINALG_RULES_H

#include "IntegerBuilder.h"

namespace mlir::iquant {

/// The product of two integers of 32 bits, signed, in 64. This is an
/// instruction of most vector units; a product of 64 bits is several.
Int wideProduct(Int x, Int y);
/// `floor(x * y / 2^32)` of two integers of 32 bits, signed: a product whose
/// upper half is enough stays in elements of 32 bits.
Int highProduct(Int x, Int y);

/// B1 in the width of `x`, which must hold `x + 2^(s-1)`.
Int rshr(Int x, Int s);
Int rshr(Int x, int64_t s);
/// B1 for an `x` that may be any integer of its width, more than `s` wide.
Int rshrAny(Int x, Int s);
Int rshrAny(Int x, int64_t s);

/// B1 of `x * y`, both of 32 bits, by `32 + s` for `s` in 1 .. 30, in 32 bits:
/// a half that is a multiple of 2^32 leaves out nothing that could carry.
Int rshrHigh(Int x, Int y, int64_t s);
/// B1 of an `x` of 64 bits by `s` in 0 .. 32, to 32 bits that hold the result.
/// They are the same of a logical shift, and not every vector unit shifts 64
/// bits arithmetically.
Int rshrTo32(Int x, Int s);

/// B2, to 32 bits.
Int sat32(Int x);
/// `sat32(x + y)` of two integers of 32 bits.
Int addSaturated(Int x, Int y);

/// E1, P1: the row of a table that any id, of any width, stands for.
Value nearestRow(Int id, int64_t rows);

/// B3; a shift that is not a constant has 32 bits.
Int shift(Int x, int64_t s);
Int shift(Int x, Int s);

/// F6.
Int fixedProduct(Int x, Int y, int64_t s);

/// B4, in the width of `x`.
Int bits(Int x);

/// B5.
Int isqrt(Int x);

/// A dyadic scale in 32 bits.
struct Dyadic {
  Int multiplier, exponent;
};
/// B6.
Dyadic dyadic(Int n, Int d);
/// `scale` for a row that is not zero and B7 for one that is.
Dyadic unlessZero(Int isZero, Dyadic scale);

/// Q1: by how many powers of two, `s`, the scale of a group of range `width` is
/// finer than that of its row of range `range`.
Int refinement(Int width, Int range);
/// Q1: the code of `x`, which has 32 bits as the other operands have, in 8
/// bits; `shift` is `t - s`, and `x` an element of the group that it is for.
Int asymmetricCode(Int x, Int multiplier, Int shift, Int zeroPoint);

} // namespace mlir::iquant

#endif // IQUANT_LIB_CONVERSION_IQUANTTOLINALG_RULES_H

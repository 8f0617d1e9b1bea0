//===- Coders.h - Unsigned codes of rows in groups --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares rule Q1 from the ranges of groups on, which quantization and norms
// share.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_IQUANTTOLINALG_CODERS_H
#define IQUANT_LIB_CONVERSION_IQUANTTOLINALG_CODERS_H

#include "RowBuilder.h"
#include "Rules.h"

namespace mlir::iquant {

/// The scales of rows and what makes codes of their elements, all of 32 bits.
struct Coders {
  /// Components of the result: one element per row, then one per group.
  Value multiplier, exponent, zeroPoint;
  /// `I` per row, `t - s` per group.
  Value reciprocal, shift;

  /// The codes of `x`, a function of the elements of the inputs that gives 32
  /// bits.
  template <typename Function>
  Value encode(const RowBuilder &rows, ArrayRef<Access> inputs,
               Function x) const {
    RowBuilder groups = rows.groupsAsRows();
    SmallVector<Access> all(inputs);
    all.append(
        {rows.row(reciprocal), groups.row(shift), groups.row(zeroPoint)});
    return rows.perElement(8, all, [&](ArrayRef<Int> elements) {
      ArrayRef<Int> own = elements.take_back(3);
      return asymmetricCode(x(elements.drop_back(3)), own[0], own[1], own[2]);
    });
  }
};

/// Gives the scale of a row of 64-bit range `R > 0` from it and the elements of
/// tensors with one element per row.
using ScaleFunction = function_ref<Dyadic(Int range, ArrayRef<Int> elements)>;

/// Q1 of rows whose groups go from `lo <= 0` to `hi >= 0`, two tensors that
/// fill the space `groups`.
Coders createCoders(const RowBuilder &groups, Value lo, Value hi,
                    ArrayRef<Value> perRow, ScaleFunction getScale);

} // namespace mlir::iquant

#endif // IQUANT_LIB_CONVERSION_IQUANTTOLINALG_CODERS_H

//===- Exponential.h - The table exponential --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares rules S1, S2 and S4, which softmax and attention share.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_IQUANTTOLINALG_EXPONENTIAL_H
#define IQUANT_LIB_CONVERSION_IQUANTTOLINALG_EXPONENTIAL_H

#include "IntegerBuilder.h"

#include "dialects/IQuant/IQuant.h"

namespace mlir::iquant {

/// What S2 makes of a scale, in one width for all differences of a row.
struct CodeScale {
  Int multiplier, cap, alignment, shift;
};

/// A3: the dither of the position along a dimension of the nest around
/// `inBody`, in 0 .. 255.
Int dither(Int inBody, int64_t dimension);

/// The exponentials of an op, by S1 or by tables of S4.
class ExponentialTables {
public:
  ExponentialTables(ImplicitLocOpBuilder &builder,
                    std::optional<TableAttr> tables);

  /// The scale `multiplier * 2^-k`. With 32 bits, differences must stay below
  /// 2^31, or `k` below 39; with 64 below 2^32.
  CodeScale scaleOf(Int multiplier, Int k) const;

  /// E of the code of a difference, in the width of `difference`; the position
  /// in its row is that along `dimension` of the nest. `head` is none where all
  /// heads have one table.
  Int lookUp(Int difference, CodeScale scale, int64_t dimension,
             std::optional<Int> head = std::nullopt) const;

  /// The largest exponential, that of a difference of 0.
  uint64_t getLargest() const { return largest; }

private:
  Int codeOf(Int difference, CodeScale scale, int64_t dimension) const;

  /// Constants: the entries of S4, with a row for each head if there are
  /// several; or A of S1, with B beside it.
  Value entries, fine;
  int64_t numCodes;
  uint64_t largest;
  bool isDithered;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_CONVERSION_IQUANTTOLINALG_EXPONENTIAL_H

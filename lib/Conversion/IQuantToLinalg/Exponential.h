//===- Exponential.h - The table exponential --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares rules S1, S2 and S4 as attention computes them, and what softmax
// shares with it.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_IQUANTTOLINALG_EXPONENTIAL_H
#define IQUANT_LIB_CONVERSION_IQUANTTOLINALG_EXPONENTIAL_H

#include "IntegerBuilder.h"

#include "dialects/IQuant/IQuant.h"

namespace mlir::iquant {

/// A and B of S1.
SmallVector<int64_t> getCoarseExponentials();
SmallVector<int64_t> getFineExponentials();

/// A constant of 32 bits: entries of tables, with a row for each head if there
/// are several.
Value createTable(ImplicitLocOpBuilder &builder, ArrayRef<int64_t> entries,
                  int64_t heads = 1);
/// The entry of such a table at a position; `head` is none if there are no
/// rows.
Int entryAt(Value table, Int position, std::optional<Int> head = std::nullopt);

/// What S2 makes of a scale for all differences of a row.
struct CodeScale {
  Int multiplier, cap, alignment, shift;
};

/// A3: the dither of the position along a dimension of the nest around
/// `inBody`, in 0 .. 255.
Int dither(Int inBody, int64_t dimension);

/// S4: what a dithered code adds before its last five bits go, an odd number
/// below 32 that depends on that position.
Int codeDither(Int inBody, int64_t dimension);

/// The exponentials of an attention, by S1 or by tables of S4. Their scales are
/// computed row by row; differences have 32 bits.
class ExponentialTables {
public:
  ExponentialTables(ImplicitLocOpBuilder &builder,
                    std::optional<TableAttr> tables);

  /// The scale `multiplier * 2^-k`.
  CodeScale scaleOf(Int multiplier, Int k) const;

  /// The code of a difference; the position in its row is that along
  /// `dimension` of the nest. `head` is none where all heads have one table.
  Int codeOf(Int difference, CodeScale scale, int64_t dimension,
             std::optional<Int> head) const;
  /// E of a code.
  Int lookUp(Int code, std::optional<Int> head) const;

private:
  /// Constants: the entries of S4, with a row for each head if there are
  /// several; or A of S1, with B beside it.
  Value entries, fine;
  /// The thresholds of S4, from the first to the last for each head.
  SmallVector<Value> thresholds;
  int64_t lastStep;
  bool isDithered;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_CONVERSION_IQUANTTOLINALG_EXPONENTIAL_H

//===- SoftmaxExponential.h - Exponentials under one scale ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_IQUANTTOLINALG_SOFTMAXEXPONENTIAL_H
#define IQUANT_LIB_CONVERSION_IQUANTTOLINALG_SOFTMAXEXPONENTIAL_H

#include "IntegerBuilder.h"

#include "dialects/IQuant/IQuant.h"

namespace mlir::iquant {

/// The exponentials of a softmax, by S1 or a table of S4. Its scale is known,
/// so that each step takes the fewest bits: the lanes of a vector are as many
/// as its bytes, from the code on.
class SoftmaxExponential {
public:
  SoftmaxExponential(ImplicitLocOpBuilder &builder, SoftmaxOp op);

  /// The code of an element of a row whose largest is `most`, by S2 or S4, in 8
  /// bits; and E of a code in 16.
  Int codeOf(Int element, Int most) const;
  Int evaluate(Int code) const;

  /// That of the largest element.
  int64_t getLargest() const;

private:
  /// A table as constants of 8 bits: the low bytes of its entries, and the high
  /// ones, which are null if all are 0.
  struct Table {
    Value low, high;
  };
  Table createTable(ImplicitLocOpBuilder &builder, ArrayRef<int64_t> entries);
  static Int lookUp(const Table &table, Int position);

  std::optional<TableAttr> given;
  /// The scale `multiplier * 2^-k` of a difference, and the last code before
  /// any thresholds.
  int64_t multiplier, k, lastStep;
  /// The dimension of the nest that runs over channels.
  int64_t channels;
  /// A and B of S1, or the one of S4.
  Table entries, fine;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_CONVERSION_IQUANTTOLINALG_SOFTMAXEXPONENTIAL_H

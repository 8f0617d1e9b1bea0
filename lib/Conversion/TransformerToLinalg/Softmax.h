//===- Softmax.h - Exponentials of rows -------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the part of a softmax that attention shares.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_SOFTMAX_H
#define IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_SOFTMAX_H

#include "RowSpace.h"

#include "dialects/Transformer/Transformer.h"

namespace mlir::iquant::to_linalg {

/// The exponential of a softmax: `exp`, or that of a clip's few codes.
class SoftmaxExponential {
public:
  /// In the type `type`; `head` is the index of a head, null where there is no
  /// clip or one for all.
  SoftmaxExponential(ImplicitLocOpBuilder &builder,
                     std::optional<transformer::ClipAttr> clip, Type type,
                     Value head = {});

  /// Of `x <= 0` at a position of its row, an index.
  Real evaluate(Real x, Value position) const;

private:
  Real evaluateClipped(Real x, Value position) const;

  std::optional<transformer::ClipAttr> clip;
  /// How many steps a unit spans, and the exponentials of all heads, those of
  /// this one from `first` on.
  Value stepsPerUnit, entries, first;
  /// Those of this head.
  SmallVector<Value> thresholds;
};

/// The exponentials of `x - max x` of every row, and one over their sum.
struct Exponentials {
  Value values;
  /// One per row; 1 where all exponentials are 0.
  Value factors;
};

/// Computes the values in the place of `destination`, which has the type that
/// the space computes in and may be `scores`. Minus infinity gives exactly 0.
Exponentials createExponentials(const RowSpace &space, Value scores,
                                Value destination,
                                const SoftmaxExponential &exponential);

} // namespace mlir::iquant::to_linalg

#endif // IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_SOFTMAX_H

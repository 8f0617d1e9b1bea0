//===- PublishedExponential.h - Exponentials of other systems ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares rules D2 to D4 as softmax and attention compute them, and DI-Exp by
// itself.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_IQUANTTOLINALG_PUBLISHEDEXPONENTIAL_H
#define IQUANT_LIB_CONVERSION_IQUANTTOLINALG_PUBLISHEDEXPONENTIAL_H

#include "IntegerBuilder.h"

#include "dialects/IQuant/IQuant.h"

namespace mlir::iquant {

/// Exponentials of differences. What depends on the scale of a row only is
/// computed once for it, as numbers of 32 bits that its elements read.
class PublishedExponential {
public:
  explicit PublishedExponential(ExponentialForm form) : form(form) {}

  unsigned getNumNumbers() const;
  /// Those under the scale `multiplier * 2^-k`, in a row whose smallest element
  /// differs from its largest by `range`, an unsigned integer.
  SmallVector<Int> numbers(Int multiplier, Int k, Int range) const;

  /// E, in 32 bits, of a difference, an unsigned integer.
  Int evaluate(Int difference, ArrayRef<Int> numbers) const;

private:
  bool isClipped() const;
  int64_t getGuardBits() const;

  ExponentialForm form;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_CONVERSION_IQUANTTOLINALG_PUBLISHEDEXPONENTIAL_H

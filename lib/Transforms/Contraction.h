//===- Contraction.h - Matrix products on buffers ---------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the two forms of matrix products that passes on buffers know.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_CONTRACTION_H
#define IQUANT_LIB_TRANSFORMS_CONTRACTION_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::iquant {

/// A product of rows, c[m, n] += extend(a[m, k]) * extend(b[n, k]), or a
/// weighted sum of them, c[m, n] += extend(a[m, k]) * extend(b[k, n]).
struct Contraction {
  Value a, b, c;
  bool isWeightedSum = false;
  bool aUnsigned = false, bUnsigned = false;

  /// Matches codes of 8 or 16 bits with sums of 32, and floats of 32 bits, or
  /// gives the reason why `op` is none.
  static FailureOr<Contraction> match(linalg::GenericOp op, StringRef &reason);

  Type elementType(Value buffer) const {
    return cast<MemRefType>(buffer.getType()).getElementType();
  }
  Type sumType() const { return elementType(c); }
  bool isFloat() const { return isa<FloatType>(sumType()); }
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_CONTRACTION_H

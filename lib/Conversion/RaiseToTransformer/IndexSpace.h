//===- IndexSpace.h - Indices with known ranges -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Index variables, and expressions of them in one form.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_INDEXSPACE_H
#define IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_INDEXSPACE_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinTypeInterfaces.h"

#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace mlir::iquant::raise {

/// The indices at which something is read.
using Indices = SmallVector<AffineExpr, 4>;

/// Index variables from 0 up to their extents. Expressions of them are dims of
/// affine expressions; what has one value only is a constant, so that equal
/// indices are equal expressions.
class IndexSpace {
public:
  explicit IndexSpace(MLIRContext *context) : context(context) {}

  /// A new variable, or 0 where it has one value only.
  AffineExpr add(int64_t extent);

  /// The extent of a variable or of 0, `ShapedType::kDynamic` where it is not
  /// known.
  int64_t getExtent(AffineExpr variable) const;

  AffineExpr getConstant(int64_t value) const {
    return getAffineConstantExpr(value, context);
  }

  /// The form in which equal expressions are the same object: a sum of
  /// multiples, without divisions whose result is known.
  AffineExpr simplify(AffineExpr expr) const;

  /// The smallest and the largest value, where both are known.
  std::optional<std::pair<int64_t, int64_t>> getRange(AffineExpr expr) const;

  /// The place of an element in row-major order; null where it depends on a
  /// size that is not known.
  AffineExpr join(ArrayRef<AffineExpr> indices, ArrayRef<int64_t> sizes) const;

  /// The inverse of `join`: appends an index for every size.
  LogicalResult split(AffineExpr place, ArrayRef<int64_t> sizes,
                      Indices &indices) const;

  MLIRContext *getContext() const { return context; }

private:
  /// expr mod divisor; (e mod n) mod m is e mod m, where m divides n.
  AffineExpr getRemainder(AffineExpr expr, int64_t divisor) const;
  /// expr floordiv divisor; (e floordiv n) floordiv m is e floordiv (n * m),
  /// and (e mod n) floordiv m is (e floordiv m) mod (n / m), where m divides n.
  AffineExpr getQuotient(AffineExpr expr, int64_t divisor) const;

  MLIRContext *context;
  SmallVector<int64_t> extents;
};

/// Whether tensors of these shapes have equally many elements, as far as is
/// known.
bool haveSameCount(ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs);

/// The value of an expression where its variables have these values.
std::optional<int64_t> evaluateIndex(AffineExpr expr, ArrayRef<int64_t> values);

} // namespace mlir::iquant::raise

#endif // IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_INDEXSPACE_H

//===- FloatElements.h - Elements of a float constant -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the elements of a float constant, however the attribute stores them.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_FLOATELEMENTS_H
#define IQUANT_SUPPORT_FLOATELEMENTS_H

#include "mlir/IR/Attributes.h"
#include "mlir/Support/LLVM.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/Twine.h"

namespace mlir::iquant {

/// Takes the reason why something cannot be done, a clause such as
/// "expects finite weights, got nan", and returns failure. The caller decides
/// where it shows.
using Decline = llvm::function_ref<LogicalResult(const llvm::Twine &reason)>;

/// A number as a reason shows it, "1e-05".
std::string showNumber(double value);

/// A view of a constant tensor of f16, bf16, f32 or f64: inline, splat or a
/// resource. It neither copies nor owns the elements.
class FloatElements {
public:
  static FailureOr<FloatElements> get(Attribute attribute, Decline decline);

  int64_t size() const { return count; }

  /// Reads the elements from `begin` on, exactly.
  void read(int64_t begin, MutableArrayRef<double> elements) const;

private:
  enum class Format { F16, BF16, F32, F64 };

  FloatElements(Format format, ArrayRef<char> data, int64_t count, bool splat)
      : format(format), data(data), count(count), splat(splat) {}

  Format format;
  ArrayRef<char> data;
  int64_t count;
  bool splat;
};

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_FLOATELEMENTS_H

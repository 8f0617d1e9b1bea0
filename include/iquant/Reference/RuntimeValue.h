//===- RuntimeValue.h - What an SSA value holds -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the values of the reference interpreter.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_REFERENCE_RUNTIMEVALUE_H
#define IQUANT_REFERENCE_RUNTIMEVALUE_H

#include "iquant/Reference/Tensor.h"

namespace mlir::iquant::reference {

/// What an SSA value holds at run time: one tensor for a scalar or a tensor,
/// the components in the order of `iquant.compose` for an iquant type.
class RuntimeValue {
public:
  RuntimeValue() = default;
  RuntimeValue(Tensor tensor) : components{std::move(tensor)} {}
  explicit RuntimeValue(SmallVector<Tensor, 1> components)
      : components(std::move(components)) {}

  ArrayRef<Tensor> getComponents() const { return components; }
  MutableArrayRef<Tensor> getMutableComponents() { return components; }
  /// The only component of a scalar, a tensor or a fixed-point value; the
  /// codes of any other.
  const Tensor &getTensor() const { return components.front(); }

  bool operator==(const RuntimeValue &other) const {
    return components == other.components;
  }

private:
  SmallVector<Tensor, 1> components;
};

/// Whether `value` has the components and static sizes of `type` and keeps the
/// ranges of rule V2; otherwise a clause that says what is wrong, such as
/// "expects tensor<4xi32>, got a tensor of shape [3] and element type 'i32'".
std::optional<std::string> findMismatch(const RuntimeValue &value, Type type);
/// The same without the ranges: looks at no element. `components` are those of
/// `type`, which take long to find.
std::optional<std::string> findShapeMismatch(const RuntimeValue &value,
                                             Type type,
                                             ArrayRef<Type> components);

/// Zeros of a tensor, fixed-point or dynamically quantized type; `shape` is
/// that of the type with sizes for the dynamic ones. Rows of quantized zeros
/// have the scale of rule B7.
RuntimeValue makeZeros(Type type, ArrayRef<int64_t> shape);

/// Rule V1: the real numbers that `value`, of a numeric tensor or iquant type,
/// stands for, as f64.
Tensor getRealNumbers(const RuntimeValue &value, Type type);

} // namespace mlir::iquant::reference

#endif // IQUANT_REFERENCE_RUNTIMEVALUE_H

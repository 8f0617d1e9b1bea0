//===- Tensor.h - A dense tensor value --------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the tensor that the reference interpreter computes with.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_REFERENCE_TENSOR_H
#define IQUANT_REFERENCE_TENSOR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <memory>

namespace mlir::iquant::reference {

/// A dense, row-major tensor of a static shape; a scalar has rank 0. Elements
/// are stored as MLIR stores constants: integers in the next power-of-two
/// number of bytes and sign-extended, `i1` in a byte of 0 or 1, `index` in 64
/// bits. Copies share the elements until one of them is written to.
class Tensor {
public:
  Tensor() = default;

  /// A tensor of zeros. The element type must be supported.
  Tensor(ArrayRef<int64_t> shape, Type elementType);

  /// A tensor of these elements, which are copied. `T` must have the element
  /// type's storage width.
  template <typename T>
  static Tensor fromArray(ArrayRef<int64_t> shape, Type elementType,
                          ArrayRef<T> elements) {
    Tensor tensor(shape, elementType);
    llvm::copy(elements, tensor.mutableData<T>().begin());
    return tensor;
  }

  /// A tensor of elements that exist already, as many as the shape needs.
  /// Without an owner they must outlive the tensor and are never written to.
  static Tensor alias(ArrayRef<int64_t> shape, Type elementType,
                      ArrayRef<char> elements,
                      std::shared_ptr<char[]> owner = nullptr);

  /// The value of a constant, which is not copied when it is neither a splat
  /// nor bit-packed. Fails on attributes without elements to read.
  static FailureOr<Tensor> fromAttribute(ElementsAttr attribute);

  static Tensor integerScalar(int64_t value, Type type);
  static Tensor floatScalar(double value, Type type);

  /// Whether tensors can hold elements of this type: integers of at most 64
  /// bits, `index`, f16, bf16, f32 and f64.
  static bool isSupported(Type elementType);

  ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getRank() const { return shape.size(); }
  int64_t getDim(int64_t dimension) const { return shape[dimension]; }
  Type getElementType() const { return elementType; }
  int64_t getNumElements() const;
  /// The number of rows: the product of all dimensions but the last.
  int64_t getNumRows() const;

  /// An integer element, sign-extended from the type's width (`i1` too).
  int64_t getInt(int64_t index = 0) const;
  /// The same, zero-extended.
  uint64_t getUnsigned(int64_t index = 0) const;
  /// Stores the low bits of `value`.
  void setInt(int64_t index, int64_t value);

  double getFloat(int64_t index = 0) const;
  /// Stores `value` rounded to the element type, ties to even.
  void setFloat(int64_t index, double value);

  /// The raw elements; `T` must have the element type's storage width.
  template <typename T> ArrayRef<T> data() const {
    assert(sizeof(T) == elementBytes && "elements of another width");
    return {reinterpret_cast<const T *>(elements),
            static_cast<size_t>(getNumElements())};
  }
  template <typename T> MutableArrayRef<T> mutableData() {
    assert(sizeof(T) == elementBytes && "elements of another width");
    return {reinterpret_cast<T *>(makeUnique()),
            static_cast<size_t>(getNumElements())};
  }
  ArrayRef<char> getRawData() const {
    return {elements, static_cast<size_t>(getNumElements() * elementBytes)};
  }

  /// The bytes for writing.
  MutableArrayRef<char> getMutableRawData() {
    return {makeUnique(), static_cast<size_t>(getNumElements() * elementBytes)};
  }

  /// Copies one element of `source`, a tensor of the same element type.
  void copyElement(int64_t index, const Tensor &source, int64_t sourceIndex);

  /// The position of an element; the indices must lie in the shape.
  int64_t getPosition(ArrayRef<int64_t> indices) const;

  /// The same elements under another shape of as many elements.
  Tensor reshape(ArrayRef<int64_t> newShape) const;

  /// The same bits under another element type of the same width.
  Tensor bitcast(Type newElementType) const;

  /// Whether type, shape and bytes are the same.
  bool operator==(const Tensor &other) const;
  bool operator!=(const Tensor &other) const { return !(*this == other); }

private:
  /// The elements for writing, copied first when anybody else may read them.
  char *makeUnique();

  SmallVector<int64_t, 4> shape;
  Type elementType;
  int64_t elementBytes = 0;
  /// What keeps `elements` alive; null when somebody else does.
  std::shared_ptr<char[]> owner;
  const char *elements = nullptr;
};

/// Calls `function` for every index of `shape` in row-major order.
void forEachIndex(ArrayRef<int64_t> shape,
                  llvm::function_ref<void(ArrayRef<int64_t>)> function);

/// A shape as diagnostics show it, `[2, 576]`.
std::string showShape(ArrayRef<int64_t> shape);

} // namespace mlir::iquant::reference

#endif // IQUANT_REFERENCE_TENSOR_H

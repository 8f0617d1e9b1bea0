//===- Tensor.cpp - A dense tensor value ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Reference/Tensor.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringExtras.h"

#include <cstring>

using namespace mlir;
using namespace mlir::iquant::reference;

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

/// The number of bits that count; 64 for `index`.
static int64_t bitWidth(Type type) {
  return type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
}

/// The bytes that one element takes.
static int64_t storageBytes(Type type) {
  return std::max<int64_t>(1, llvm::PowerOf2Ceil(bitWidth(type)) / 8);
}

bool Tensor::isSupported(Type elementType) {
  if (auto integer = dyn_cast<IntegerType>(elementType))
    return integer.getWidth() >= 1 && integer.getWidth() <= 64;
  return isa<IndexType, Float16Type, BFloat16Type, Float32Type, Float64Type>(
      elementType);
}

Tensor::Tensor(ArrayRef<int64_t> shape, Type elementType)
    : shape(shape), elementType(elementType),
      elementBytes(storageBytes(elementType)) {
  assert(isSupported(elementType) && "unsupported element type");
  owner.reset(new char[getNumElements() * elementBytes]());
  elements = owner.get();
}

Tensor Tensor::alias(ArrayRef<int64_t> shape, Type elementType,
                     ArrayRef<char> elements, std::shared_ptr<char[]> owner) {
  Tensor tensor;
  tensor.shape.assign(shape.begin(), shape.end());
  tensor.elementType = elementType;
  tensor.elementBytes = storageBytes(elementType);
  tensor.owner = std::move(owner);
  tensor.elements = elements.data();
  return tensor;
}

char *Tensor::makeUnique() {
  if (owner.use_count() != 1) {
    std::shared_ptr<char[]> copy(new char[getNumElements() * elementBytes]);
    llvm::copy(getRawData(), copy.get());
    owner = std::move(copy);
    elements = owner.get();
  }
  return const_cast<char *>(elements);
}

int64_t Tensor::getNumElements() const {
  return ShapedType::getNumElements(shape);
}

int64_t Tensor::getNumRows() const {
  return ShapedType::getNumElements(ArrayRef<int64_t>(shape).drop_back());
}

//===----------------------------------------------------------------------===//
// Making tensors
//===----------------------------------------------------------------------===//

/// Copies a constant element by element: splats and packed bits.
static Tensor copyConstant(DenseElementsAttr attribute) {
  ShapedType type = attribute.getType();
  Tensor tensor(type.getShape(), type.getElementType());
  int64_t index = 0;
  if (isa<FloatType>(type.getElementType())) {
    for (APFloat value : attribute.getValues<APFloat>())
      tensor.setFloat(index++, value.convertToDouble());
    return tensor;
  }
  for (const APInt &value : attribute.getValues<APInt>())
    tensor.setInt(index++, value.getSExtValue());
  return tensor;
}

FailureOr<Tensor> Tensor::fromAttribute(ElementsAttr attribute) {
  ShapedType type = attribute.getShapedType();
  Type elementType = type.getElementType();
  if (!type.hasStaticShape() || !isSupported(elementType))
    return failure();
  size_t size = type.getNumElements() * storageBytes(elementType);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || blob->getData().size() != size)
      return failure();
    return alias(type.getShape(), elementType, blob->getData());
  }
  auto dense = dyn_cast<DenseElementsAttr>(attribute);
  if (!dense || dense.isSplat() || dense.getRawData().size() != size)
    return dense ? copyConstant(dense) : FailureOr<Tensor>();
  return alias(type.getShape(), elementType, dense.getRawData());
}

Tensor Tensor::integerScalar(int64_t value, Type type) {
  Tensor tensor(/*shape=*/{}, type);
  tensor.setInt(0, value);
  return tensor;
}

Tensor Tensor::floatScalar(double value, Type type) {
  Tensor tensor(/*shape=*/{}, type);
  tensor.setFloat(0, value);
  return tensor;
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

int64_t Tensor::getInt(int64_t index) const {
  // Non-owning bytes may come from anywhere, so the width is enforced here.
  int64_t unused = 64 - bitWidth(elementType);
  return static_cast<int64_t>(getUnsigned(index) << unused) >> unused;
}

uint64_t Tensor::getUnsigned(int64_t index) const {
  uint64_t value = 0;
  std::memcpy(&value, elements + index * elementBytes, elementBytes);
  return value & llvm::maskTrailingOnes<uint64_t>(bitWidth(elementType));
}

void Tensor::setInt(int64_t index, int64_t value) {
  if (bitWidth(elementType) == 1)
    value &= 1;
  else
    value = llvm::SignExtend64(value, bitWidth(elementType));
  std::memcpy(makeUnique() + index * elementBytes, &value, elementBytes);
}

double Tensor::getFloat(int64_t index) const {
  if (elementType.isF64())
    return data<double>()[index];
  if (elementType.isF32())
    return data<float>()[index];
  APInt bits(16, data<uint16_t>()[index]);
  return APFloat(cast<FloatType>(elementType).getFloatSemantics(), bits)
      .convertToDouble();
}

void Tensor::setFloat(int64_t index, double value) {
  if (elementType.isF64()) {
    mutableData<double>()[index] = value;
    return;
  }
  if (elementType.isF32()) {
    mutableData<float>()[index] = value;
    return;
  }
  APFloat rounded(value);
  bool losesInfo;
  rounded.convert(cast<FloatType>(elementType).getFloatSemantics(),
                  APFloat::rmNearestTiesToEven, &losesInfo);
  mutableData<uint16_t>()[index] = rounded.bitcastToAPInt().getZExtValue();
}

void Tensor::copyElement(int64_t index, const Tensor &source,
                         int64_t sourceIndex) {
  assert(elementBytes == source.elementBytes && "elements of another width");
  std::memcpy(makeUnique() + index * elementBytes,
              source.elements + sourceIndex * elementBytes, elementBytes);
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

int64_t Tensor::getPosition(ArrayRef<int64_t> indices) const {
  assert(indices.size() == shape.size() && "one index per dimension");
  int64_t position = 0;
  for (auto [index, size] : llvm::zip_equal(indices, shape)) {
    assert(index >= 0 && index < size && "index outside of the shape");
    position = position * size + index;
  }
  return position;
}

Tensor Tensor::reshape(ArrayRef<int64_t> newShape) const {
  assert(ShapedType::getNumElements(newShape) == getNumElements() &&
         "another number of elements");
  Tensor tensor = *this;
  tensor.shape.assign(newShape.begin(), newShape.end());
  return tensor;
}

Tensor Tensor::bitcast(Type newElementType) const {
  assert(bitWidth(newElementType) == bitWidth(elementType) &&
         "another element width");
  Tensor tensor = *this;
  tensor.elementType = newElementType;
  return tensor;
}

bool Tensor::operator==(const Tensor &other) const {
  return elementType == other.elementType && shape == other.shape &&
         getRawData() == other.getRawData();
}

void mlir::iquant::reference::forEachIndex(
    ArrayRef<int64_t> shape,
    llvm::function_ref<void(ArrayRef<int64_t>)> function) {
  SmallVector<int64_t> indices(shape.size(), 0);
  for (int64_t count = ShapedType::getNumElements(shape); count > 0; --count) {
    function(indices);
    for (int64_t d = shape.size() - 1; d >= 0 && ++indices[d] == shape[d]; --d)
      indices[d] = 0;
  }
}

std::string mlir::iquant::reference::showShape(ArrayRef<int64_t> shape) {
  return "[" +
         llvm::join(
             llvm::map_range(shape,
                             [](int64_t size) { return std::to_string(size); }),
             ", ") +
         "]";
}

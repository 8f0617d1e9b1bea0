//===- RuntimeValue.cpp - What an SSA value holds -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules V1 and V2 of docs/Numerics.md.
//
//===----------------------------------------------------------------------===//

#include "iquant/Reference/RuntimeValue.h"

#include "dialects/IQuant/IQuant.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;

using Mismatch = std::optional<std::string>;

static std::string show(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

//===----------------------------------------------------------------------===//
// Shapes and types
//===----------------------------------------------------------------------===//

static Mismatch findMismatch(const Tensor &tensor, Type type) {
  auto shaped = dyn_cast<ShapedType>(type);
  ArrayRef<int64_t> shape = shaped ? shaped.getShape() : ArrayRef<int64_t>();
  if (tensor.getElementType() == getElementTypeOrSelf(type) &&
      succeeded(verifyCompatibleShape(shape, tensor.getShape())))
    return std::nullopt;
  return llvm::formatv(
      "expects {0}, got a tensor of shape {1} and element type '{2}'",
      show(type), showShape(tensor.getShape()), show(tensor.getElementType()));
}

/// The shape of a component of scales beside codes of the shape `codes`.
static SmallVector<int64_t> getScaleShape(Type component,
                                          ArrayRef<int64_t> codes) {
  SmallVector<int64_t> shape(cast<ShapedType>(component).getShape());
  llvm::copy(codes.drop_back(), shape.begin());
  return shape;
}

/// Checks that the scales have the rows that the codes have.
static Mismatch findScaleMismatch(ArrayRef<Tensor> components,
                                  ArrayRef<Type> types) {
  const Tensor &codes = components[0];
  for (auto [component, expectedType] :
       llvm::zip_equal(components.drop_front(), types.drop_front())) {
    SmallVector<int64_t> expected =
        getScaleShape(expectedType, codes.getShape());
    if (component.getShape() != ArrayRef<int64_t>(expected))
      return llvm::formatv("expects scales of shape {0} beside codes of shape "
                           "{1}, got {2}",
                           showShape(expected), showShape(codes.getShape()),
                           showShape(component.getShape()));
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Rule V2
//===----------------------------------------------------------------------===//

static Mismatch findOutOfRange(StringRef what, const Tensor &tensor,
                               int64_t low, int64_t high) {
  for (int64_t i = 0, end = tensor.getNumElements(); i < end; ++i)
    if (int64_t element = tensor.getInt(i); element < low || element > high)
      return llvm::formatv("expects {0} in {1} .. {2} (rule V2), got {3}", what,
                           low, high, element);
  return std::nullopt;
}

static Mismatch findOutOfRange(DynType type, ArrayRef<Tensor> components) {
  if (Mismatch m = findOutOfRange("multipliers", components[1], 32768, 65535))
    return m;
  if (Mismatch m = findOutOfRange("exponents", components[2], -16, 62))
    return m;
  if (type.isAsymmetric())
    return findOutOfRange("zero points", components[3], 0, 255);
  return findOutOfRange("symmetric codes", components[0], -127, 127);
}

static Mismatch findOutOfRange(WeightType type, ArrayRef<Tensor> components) {
  if (Mismatch m = findOutOfRange("multipliers", components[1], 32768, 65535))
    return m;
  if (Mismatch m = findOutOfRange("exponents", components[2], 0, 47))
    return m;
  ArrayRef<int8_t> codes = components[0].data<int8_t>();
  int64_t others = codes.size() - llvm::count(codes, 0);
  int64_t group = type.getSumGroup(), numGroups = type.getNumGroups();
  for (int64_t i = 0, end = components[3].getNumElements(); i < end; ++i) {
    int64_t n = i / numGroups, first = i % numGroups * group, sum = 0;
    for (int64_t k = first; k < first + group; ++k) {
      int8_t code = codes[type.getCodePosition(n, k)];
      if (code == -128)
        return "expects weight codes in -127 .. 127 (rule V2), got -128";
      sum += code;
      others -= code != 0;
    }
    if (components[3].getInt(i) != sum)
      return llvm::formatv("expects {0} as the sum of the codes of channel {1} "
                           "(rule V2), got {2}",
                           sum, n, components[3].getInt(i));
  }
  if (others != 0)
    return llvm::formatv("expects codes of 0 between the channels' ends and "
                         "those of their tiles (rule V2), got {0} others",
                         others);
  return std::nullopt;
}

Mismatch reference::findShapeMismatch(const RuntimeValue &value, Type type,
                                      ArrayRef<Type> expected) {
  ArrayRef<Tensor> components = value.getComponents();
  if (components.size() != expected.size())
    return llvm::formatv("expects {0} components of {1}, got {2}",
                         expected.size(), show(type), components.size());
  for (auto [component, componentType] : llvm::zip_equal(components, expected))
    if (Mismatch m = ::findMismatch(component, componentType))
      return m;
  if (isa<DynType>(type))
    return findScaleMismatch(components, expected);
  return std::nullopt;
}

Mismatch reference::findMismatch(const RuntimeValue &value, Type type) {
  if (Mismatch m = findShapeMismatch(value, type, getComponents(type)))
    return m;
  return TypeSwitch<Type, Mismatch>(type)
      .Case<DynType, WeightType>([&](auto type) {
        return findOutOfRange(type, value.getComponents());
      })
      .Default([](Type) { return std::nullopt; });
}

RuntimeValue reference::makeZeros(Type type, ArrayRef<int64_t> shape) {
  SmallVector<Tensor, 1> components;
  for (auto [index, component] : llvm::enumerate(getComponents(type))) {
    Tensor tensor(index == 0 ? SmallVector<int64_t>(shape)
                             : getScaleShape(component, shape),
                  getElementTypeOrSelf(component));
    if (index == 1 || index == 2)
      for (int64_t i = 0, end = tensor.getNumElements(); i < end; ++i)
        tensor.setInt(i, index == 1 ? 1 << 15 : 62);
    components.push_back(std::move(tensor));
  }
  return RuntimeValue(std::move(components));
}

//===----------------------------------------------------------------------===//
// Rule V1
//===----------------------------------------------------------------------===//

static Tensor getDynNumbers(DynType type, ArrayRef<Tensor> components,
                            Tensor result) {
  const Tensor &codes = components[0];
  for (int64_t i = 0, end = codes.getNumElements(); i < end; ++i) {
    int64_t s = i / type.getScaleGroup();
    int64_t m = type.isAsymmetric() ? i / type.getShape().back() : s;
    int64_t difference = type.isAsymmetric()
                             ? static_cast<int64_t>(codes.getUnsigned(i)) -
                                   components[3].getInt(s)
                             : codes.getInt(i);
    result.setFloat(i, std::ldexp(difference * components[1].getInt(m),
                                  -components[2].getInt(s)));
  }
  return result;
}

static Tensor getWeightNumbers(WeightType type, ArrayRef<Tensor> components,
                               Tensor result) {
  // A model has as many of these as it has weights: whole rows at a time.
  int64_t width = type.getShape()[1];
  ArrayRef<int8_t> codes = components[0].data<int8_t>();
  MutableArrayRef<double> numbers = result.mutableData<double>();
  for (int64_t n = 0, rows = type.getShape()[0]; n < rows; ++n) {
    double scale = std::ldexp(static_cast<double>(components[1].getInt(n)),
                              -components[2].getInt(n));
    for (int64_t k = 0; k < width; ++k)
      numbers[n * width + k] = codes[type.getCodePosition(n, k)] * scale;
  }
  return result;
}

Tensor reference::getRealNumbers(const RuntimeValue &value, Type type) {
  const Tensor &codes = value.getTensor();
  auto weight = dyn_cast<WeightType>(type);
  Tensor result(weight ? weight.getShape() : codes.getShape(),
                Float64Type::get(type.getContext()));
  if (auto dyn = dyn_cast<DynType>(type))
    return getDynNumbers(dyn, value.getComponents(), std::move(result));
  if (weight)
    return getWeightNumbers(weight, value.getComponents(), std::move(result));
  auto fixed = dyn_cast<FixedType>(type);
  bool isFloat = isa<FloatType>(codes.getElementType());
  for (int64_t i = 0, end = codes.getNumElements(); i < end; ++i) {
    double number = isFloat ? codes.getFloat(i) : codes.getInt(i);
    result.setFloat(i,
                    fixed ? std::ldexp(number, -fixed.getExponent()) : number);
  }
  return result;
}

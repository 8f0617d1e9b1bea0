//===- FloatElements.cpp - Elements of a float constant -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/FloatElements.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/Format.h"

#include <cstring>

using namespace mlir;
using namespace mlir::iquant;

std::string mlir::iquant::showNumber(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%g", value);
  return text;
}

static std::string show(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

FailureOr<FloatElements> FloatElements::get(Attribute attribute,
                                            Decline decline) {
  auto elements = dyn_cast_or_null<ElementsAttr>(attribute);
  if (!elements)
    return decline("expects a constant tensor");
  Type type = elements.getElementType();
  Format format;
  if (type.isF32())
    format = Format::F32;
  else if (type.isF16())
    format = Format::F16;
  else if (type.isBF16())
    format = Format::BF16;
  else if (type.isF64())
    format = Format::F64;
  else
    return decline("expects constants of type f16, bf16, f32 or f64, got " +
                   show(type));

  int64_t count = elements.getNumElements();
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute))
    return FloatElements(format, dense.getRawData(), count, dense.isSplat());
  auto resource = dyn_cast<DenseResourceElementsAttr>(attribute);
  if (!resource)
    return decline("expects a dense constant, inline or a resource");
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  StringRef key = resource.getRawHandle().getKey();
  if (!blob)
    return decline("expects a constant with data, got the resource '" + key +
                   "' without any");
  int64_t expected = count * (type.getIntOrFloatBitWidth() / 8);
  int64_t size = blob->getData().size();
  if (size != expected)
    return decline("expects a resource of " + Twine(expected) +
                   " bytes, got '" + key + "' of " + Twine(size));
  return FloatElements(format, blob->getData(), count, /*splat=*/false);
}

/// The value of IEEE half-precision bits.
static float halfToFloat(uint16_t half) {
  // The exponent's bias grows from 15 to 127 by an exact multiplication, which
  // gives subnormal numbers their value as well.
  float magnitude =
      llvm::bit_cast<float>(static_cast<uint32_t>(half & 0x7fff) << 13) *
      0x1p112f;
  uint32_t bits = llvm::bit_cast<uint32_t>(magnitude);
  if ((half & 0x7c00) == 0x7c00)
    bits = 0x7f800000u | static_cast<uint32_t>(half & 0x3ff) << 13;
  return llvm::bit_cast<float>(bits | static_cast<uint32_t>(half & 0x8000)
                                          << 16);
}

/// The value of bfloat16 bits: the upper half of a float's.
static float brainToFloat(uint16_t brain) {
  return llvm::bit_cast<float>(static_cast<uint32_t>(brain) << 16);
}

/// Reads elements of the stored type T; a resource may lie at any address.
template <typename T, typename ToDouble>
static void readAs(const char *data, int64_t stride,
                   MutableArrayRef<double> elements, ToDouble toDouble) {
  for (double &element : elements) {
    T stored;
    std::memcpy(&stored, data, sizeof(T));
    element = toDouble(stored);
    data += stride;
  }
}

void FloatElements::read(int64_t begin,
                         MutableArrayRef<double> elements) const {
  auto readFrom = [&](auto zero, auto toDouble) {
    using T = decltype(zero);
    int64_t stride = splat ? 0 : sizeof(T);
    readAs<T>(data.data() + begin * stride, stride, elements, toDouble);
  };
  switch (format) {
  case Format::F16:
    return readFrom(uint16_t(), halfToFloat);
  case Format::BF16:
    return readFrom(uint16_t(), brainToFloat);
  case Format::F32:
    return readFrom(float(), [](float value) { return value; });
  case Format::F64:
    return readFrom(double(), [](double value) { return value; });
  }
}

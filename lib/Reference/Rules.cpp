//===- Rules.cpp - Basic, quantization and linear rules -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules B, V3, F, Q, L and E of docs/Numerics.md.
//
//===----------------------------------------------------------------------===//

#include "iquant/Reference/Rules.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace mlir::iquant;

//===----------------------------------------------------------------------===//
// Basic operations
//===----------------------------------------------------------------------===//

int64_t reference::rshr(int64_t x, int64_t s) {
  int64_t half = s >= 1 ? int64_t(1) << (s - 1) : 0;
  return (x + half) >> s;
}

int64_t reference::sat32(int64_t x) {
  return std::clamp<int64_t>(x, INT32_MIN, INT32_MAX);
}

int64_t reference::shift(int64_t x, int64_t s) {
  if (s >= 0)
    return rshr(x, std::min<int64_t>(s, 62));
  return x * (int64_t(1) << std::min<int64_t>(-s, 30));
}

int64_t reference::bits(int64_t x) { return llvm::bit_width<uint64_t>(x); }

int64_t reference::isqrt(int64_t x) {
  uint64_t root = 0;
  for (uint64_t bit = uint64_t(1) << 31; bit != 0; bit >>= 1)
    if ((root + bit) * (root + bit) <= static_cast<uint64_t>(x))
      root += bit;
  return root;
}

reference::Dyadic reference::dyadic(int64_t n, int64_t d) {
  int64_t a = 62 - bits(n);
  int64_t Q = (n << a) / d;
  int64_t b = bits(Q) - 16;
  int64_t m = rshr(Q, b);
  if (m == 1 << 16) {
    m = 1 << 15;
    ++b;
  }
  return {m, a - b};
}

//===----------------------------------------------------------------------===//
// Constants, at compile time
//===----------------------------------------------------------------------===//

reference::Dyadic reference::weightScale(double a) {
  if (a == 0)
    return {1 << 15, 15};
  // a / 127 = fraction * 2^exponent with the fraction in [1/2, 1).
  int exponent;
  double fraction = std::frexp(a / 127, &exponent);
  auto m = static_cast<int64_t>(std::floor(std::ldexp(fraction, 16) + 0.5));
  if (m == 1 << 16) {
    m = 1 << 15;
    ++exponent;
  }
  return {m, 16 - exponent};
}

int64_t reference::weightCode(double w, Dyadic scale) {
  double unit = std::ldexp(scale.multiplier, -scale.exponent);
  return std::clamp<double>(std::round(w / unit), -127, 127);
}

int64_t reference::fixedPoint(double v, int64_t f) {
  return std::clamp<double>(std::round(std::ldexp(v, f)), INT32_MIN, INT32_MAX);
}

std::optional<int64_t> reference::parameterExponent(ArrayRef<double> v) {
  for (int64_t f = 30; f >= 0; --f)
    if (llvm::all_of(
            v, [&](double x) { return llvm::isInt<16>(fixedPoint(x, f)); }))
      return f;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Fixed point
//===----------------------------------------------------------------------===//

int64_t reference::rescale(int64_t x, int64_t f, int64_t g) {
  return sat32(shift(x, f - g));
}

int64_t reference::add(int64_t x, int64_t y) { return sat32(x + y); }

int64_t reference::argmax(ArrayRef<int32_t> x) {
  return llvm::max_element(x) - x.begin();
}

int64_t reference::mean(int64_t sum, int64_t n) {
  int64_t d = std::max<int64_t>(n, 1);
  return llvm::divideFloorSigned(2 * sum + d, 2 * d);
}

int64_t reference::product(int64_t x, int64_t y, int64_t s) {
  if (s >= 0)
    return sat32(rshr(x * y, s));
  return sat32(sat32(x * y) * (int64_t(1) << -s));
}

int64_t reference::scale(int64_t x, int64_t factor, int64_t g) {
  return sat32(rshr(x * factor, g));
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

namespace {
/// A group of a row and its range, 0 included.
struct GroupRange {
  explicit GroupRange(ArrayRef<int32_t> x) : x(x) {
    for (int64_t element : x) {
      lo = std::min(lo, element);
      hi = std::max(hi, element);
    }
  }
  int64_t getWidth() const { return hi - lo; }

  ArrayRef<int32_t> x;
  int64_t lo = 0, hi = 0;
};
} // namespace

/// The largest `s` of 0 .. 15 with `width * 2^s <= R`; 0 for a `width` of 0.
static int64_t getRefinement(int64_t width, int64_t R) {
  int64_t s = 0;
  while (width != 0 && s < 15 && width << (s + 1) <= R)
    ++s;
  return s;
}

SmallVector<reference::QuantizedRow>
reference::quantizeAsymmetric(ArrayRef<int32_t> x, int64_t group,
                              llvm::function_ref<Dyadic(int64_t R)> getScale) {
  SmallVector<GroupRange> ranges;
  if (group == 0)
    ranges.emplace_back(x);
  for (; group != 0 && !x.empty(); x = x.drop_front(group))
    ranges.emplace_back(x.take_front(group));
  int64_t R = 0;
  for (const GroupRange &range : ranges)
    R = std::max(R, range.getWidth());
  if (R == 0)
    return llvm::map_to_vector(ranges, [](const GroupRange &range) {
      return QuantizedRow{SmallVector<int64_t>(range.x.size(), 0), kZeroScale,
                          0};
    });

  int64_t t = bits(R) + 22;
  int64_t I = (int64_t(255) << t) / R;
  Dyadic scale = getScale(R);
  SmallVector<QuantizedRow> groups;
  for (const GroupRange &range : ranges) {
    int64_t s = getRefinement(range.getWidth(), R);
    QuantizedRow &row = groups.emplace_back();
    row.zeroPoint = rshr(-range.lo * I, t - s);
    for (int64_t element : range.x)
      row.codes.push_back(std::clamp<int64_t>(
          rshr(element * I, t - s) + row.zeroPoint, 0, 255));
    row.scale = {scale.multiplier, std::min<int64_t>(scale.exponent + s, 62)};
  }
  return groups;
}

SmallVector<reference::QuantizedRow>
reference::quantizeAsymmetric(ArrayRef<int32_t> x, int64_t f, int64_t group) {
  return quantizeAsymmetric(x, group, [&](int64_t R) {
    Dyadic scale = dyadic(R, 255);
    scale.exponent += f;
    return scale;
  });
}

reference::QuantizedRow reference::quantizeAsymmetric(ArrayRef<int32_t> x,
                                                      int64_t f) {
  return quantizeAsymmetric(x, f, /*group=*/0).front();
}

reference::QuantizedRow reference::quantizeSymmetric(ArrayRef<int32_t> x,
                                                     int64_t f) {
  int64_t a = 0;
  for (int64_t element : x)
    a = std::max(a, std::abs(element));
  if (a == 0)
    return {SmallVector<int64_t>(x.size(), 0), kZeroScale, 0};
  return quantizeSymmetric(x, f, a);
}

reference::QuantizedRow reference::quantizeSymmetric(ArrayRef<int32_t> x,
                                                     int64_t f, int64_t a) {
  int64_t t = bits(a) + 23;
  int64_t I = (int64_t(127) << t) / a;
  QuantizedRow row;
  row.zeroPoint = 0;
  for (int64_t element : x)
    row.codes.push_back(std::clamp<int64_t>(rshr(element * I, t), -127, 127));
  row.scale = dyadic(a, 127);
  row.scale.exponent += f;
  return row;
}

int64_t reference::dequantize(int64_t q, int64_t z, Dyadic scale, int64_t f) {
  return sat32(shift((q - z) * scale.multiplier, scale.exponent - f));
}

//===----------------------------------------------------------------------===//
// Linear and embedding
//===----------------------------------------------------------------------===//

int64_t reference::alignedSum(ArrayRef<int64_t> sums,
                              ArrayRef<int64_t> exponents) {
  int64_t E = *llvm::min_element(exponents), acc = 0;
  for (auto [sum, e] : llvm::zip_equal(sums, exponents))
    acc += rshr(sum, std::min<int64_t>(e - E, 31));
  return acc;
}

int64_t reference::linear(int64_t acc, Dyadic row, Dyadic channel, int64_t f,
                          int64_t bias) {
  int64_t p = (row.multiplier * channel.multiplier + 1) / 2;
  int64_t s =
      std::clamp<int64_t>(row.exponent + channel.exponent - 1 - f, 0, 62);
  return sat32(sat32(rshr(acc * p, s)) + bias);
}

int64_t reference::embedding(int64_t q, Dyadic scale, int64_t f) {
  return sat32(shift(q * scale.multiplier, scale.exponent - f));
}

int64_t reference::clampId(int64_t id, int64_t size) {
  return std::clamp<int64_t>(id, 0, size - 1);
}

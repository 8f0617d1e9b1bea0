//===- Weights.cpp - Float constants to integers --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Conversion/Weights.h"

#include "mlir/IR/Threading.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/bit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

using namespace mlir;
using namespace mlir::iquant;

/// The largest magnitude of a code.
static constexpr int kMaxCode = 127;
/// The largest exponent of a weight's scale; the smallest is 0.
static constexpr int32_t kMaxScaleExponent = 47;
/// Channels that one thread takes at a time.
static constexpr int64_t kChannelsPerTask = 64;

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

DyadicScale mlir::iquant::nearestDyadic(double value, uint32_t divisor) {
  int binaryExponent;
  // value = mantissa * 2^(binaryExponent - 53), mantissa in 2^52 .. 2^53.
  uint64_t mantissa =
      static_cast<uint64_t>(std::ldexp(std::frexp(value, &binaryExponent), 53));
  // The quotient by divisor * 2^shift lies in 2^15 .. 2^17. The smallest unit
  // with which it rounds to 16 bits is that of the dyadic numbers around it.
  int shift = 37 - llvm::bit_width(divisor);
  uint64_t multiplier;
  for (;; ++shift) {
    uint64_t unit = static_cast<uint64_t>(divisor) << shift;
    multiplier = (2 * mantissa + unit) / (2 * unit);
    if (multiplier < 1 << 16)
      break;
  }
  return {static_cast<int32_t>(multiplier), 53 - binaryExponent - shift};
}

/// Writes the codes of one channel.
static void quantizeChannel(ArrayRef<double> weights, DyadicScale scale,
                            MutableArrayRef<int8_t> codes) {
  double multiplier = scale.multiplier, reciprocal = 1.0 / multiplier;
  double power = std::ldexp(1.0, scale.exponent);
  for (auto [weight, code] : llvm::zip_equal(weights, codes)) {
    // The product with the reciprocal may be off by one near a tie. The bounds
    // of the rounding interval are exact, and so is the weight in units of
    // 2^-exponent, so comparing them corrects it.
    double magnitude = std::fabs(weight) * power;
    double rounded =
        static_cast<double>(static_cast<int>(magnitude * reciprocal + 0.5));
    rounded += magnitude >= (rounded + 0.5) * multiplier ? 1 : 0;
    rounded -= magnitude < (rounded - 0.5) * multiplier ? 1 : 0;
    int result = std::min(static_cast<int>(rounded), kMaxCode);
    result = weight < 0 ? -result : result;
    code = static_cast<int8_t>(result);
  }
}

namespace {
/// What was found wrong with a channel.
struct ChannelFault {
  enum Kind : uint8_t { None, NotFinite, ScaleOutOfRange } kind = None;
  double value = 0;
};
} // namespace

/// Rule V3 for channel `n`.
static ChannelFault quantizeChannel(int64_t n, ArrayRef<double> weights,
                                    const WeightBuffers &buffers) {
  double largest = 0;
  bool finite = true;
  for (double weight : weights) {
    finite &= std::isfinite(weight);
    largest = std::max(largest, std::fabs(weight));
  }
  if (!finite)
    return {ChannelFault::NotFinite, *llvm::find_if(weights, [](double weight) {
              return !std::isfinite(weight);
            })};
  DyadicScale scale = {1 << 15, 15};
  if (largest > 0)
    scale = nearestDyadic(largest, kMaxCode);
  if (scale.exponent < 0 || scale.exponent > kMaxScaleExponent)
    return {ChannelFault::ScaleOutOfRange, largest};
  int64_t width = weights.size();
  buffers.multipliers[n] = scale.multiplier;
  buffers.exponents[n] = scale.exponent;
  auto codes = buffers.codes.slice(n * width, width);
  quantizeChannel(weights, scale, codes);
  int64_t groups = buffers.codeSums.size() / buffers.multipliers.size();
  int64_t group = width / groups;
  for (int64_t g = 0; g < groups; ++g) {
    auto part = codes.slice(g * group, group);
    buffers.codeSums[n * groups + g] =
        std::accumulate(part.begin(), part.end(), int32_t(0));
  }
  return {};
}

LogicalResult mlir::iquant::quantizeWeight(MLIRContext *context,
                                           const FloatElements &weight,
                                           const WeightBuffers &buffers,
                                           Decline decline) {
  int64_t channels = buffers.multipliers.size();
  int64_t width = weight.size() / channels;
  std::vector<ChannelFault> faults(channels);
  parallelFor(context, 0, llvm::divideCeil(channels, kChannelsPerTask),
              [&](size_t task) {
                std::vector<double> row(width);
                int64_t begin = task * kChannelsPerTask;
                int64_t end = std::min(begin + kChannelsPerTask, channels);
                for (int64_t n = begin; n < end; ++n) {
                  weight.read(n * width, row);
                  faults[n] = quantizeChannel(n, row, buffers);
                }
              });
  for (auto [n, fault] : llvm::enumerate(faults)) {
    if (fault.kind == ChannelFault::NotFinite)
      return decline("expects finite weights, got " + showNumber(fault.value) +
                     " in output channel " + Twine(n));
    if (fault.kind == ChannelFault::ScaleOutOfRange)
      return decline("expects a scale with an exponent in 0 .. " +
                     Twine(kMaxScaleExponent) + ", got " +
                     Twine(nearestDyadic(fault.value, kMaxCode).exponent) +
                     " for output channel " + Twine(n) +
                     ", whose largest weight is " + showNumber(fault.value));
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

/// Reads all elements; declines those that are not finite.
static FailureOr<std::vector<double>> readFinite(const FloatElements &values,
                                                 Decline decline) {
  std::vector<double> elements(values.size());
  values.read(0, elements);
  for (auto [index, element] : llvm::enumerate(elements))
    if (!std::isfinite(element))
      return decline("expects finite constants, got " + showNumber(element) +
                     " at element " + Twine(index));
  return elements;
}

LogicalResult mlir::iquant::toFixed32(const FloatElements &values,
                                      int64_t exponent,
                                      MutableArrayRef<int32_t> result,
                                      Decline decline) {
  FailureOr<std::vector<double>> elements = readFinite(values, decline);
  if (failed(elements))
    return failure();
  using Limits = std::numeric_limits<int32_t>;
  for (auto [element, fixed] : llvm::zip_equal(*elements, result)) {
    double rounded = std::round(std::ldexp(element, exponent));
    fixed = static_cast<int32_t>(
        std::clamp<double>(rounded, Limits::min(), Limits::max()));
  }
  return success();
}

FailureOr<int64_t> mlir::iquant::toFixed16(const FloatElements &values,
                                           MutableArrayRef<int16_t> result,
                                           Decline decline) {
  FailureOr<std::vector<double>> elements = readFinite(values, decline);
  if (failed(elements))
    return failure();
  using Limits = std::numeric_limits<int16_t>;
  auto fits = [](double element, int64_t exponent) {
    double rounded = std::round(std::ldexp(element, exponent));
    return rounded >= Limits::min() && rounded <= Limits::max();
  };
  int64_t exponent = 30;
  for (double element : *elements)
    while (!fits(element, exponent))
      if (--exponent < 0)
        return decline("expects parameters that fit 16 bits, got " +
                       showNumber(element));
  for (auto [element, fixed] : llvm::zip_equal(*elements, result))
    fixed = static_cast<int16_t>(std::round(std::ldexp(element, exponent)));
  return exponent;
}

LogicalResult mlir::iquant::computeRotation(const FloatElements &frequencies,
                                            MutableArrayRef<int16_t> cosine,
                                            MutableArrayRef<int16_t> sine,
                                            Decline decline) {
  FailureOr<std::vector<double>> steps = readFinite(frequencies, decline);
  if (failed(steps))
    return failure();
  size_t width = steps->size();
  const double one = 1 << kRotationExponent;
  for (size_t element = 0; element < cosine.size(); ++element) {
    double angle =
        static_cast<double>(element / width) * (*steps)[element % width];
    cosine[element] = static_cast<int16_t>(std::round(std::cos(angle) * one));
    sine[element] = static_cast<int16_t>(std::round(std::sin(angle) * one));
  }
  return success();
}

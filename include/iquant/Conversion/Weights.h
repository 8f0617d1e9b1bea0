//===- Weights.h - Float constants to integers ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The compile-time rules of docs/Numerics.md: weights to codes and scales (V3),
// parameters to fixed point (F4), rotation tables (P1).
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_CONVERSION_WEIGHTS_H
#define IQUANT_CONVERSION_WEIGHTS_H

#include "iquant/Support/FloatElements.h"

#include "mlir/IR/MLIRContext.h"

namespace mlir::iquant {

/// The number `multiplier * 2^-exponent`, multiplier in 2^15 .. 2^16 - 1.
struct DyadicScale {
  int32_t multiplier;
  int32_t exponent;
};

/// The dyadic scale nearest to `value / divisor`, a tie going up; `value` is
/// positive and finite, `divisor` in 1 .. 2^16.
DyadicScale nearestDyadic(double value, uint32_t divisor = 1);

/// Where `quantizeWeight` writes: codes `[N, K]`, scales `[N]`, and code sums
/// `[N]`, or `[N, groups]` for as many equal groups as the sums are multiples
/// of `N`.
struct WeightBuffers {
  MutableArrayRef<int8_t> codes;
  MutableArrayRef<int32_t> multipliers;
  MutableArrayRef<int32_t> exponents;
  MutableArrayRef<int32_t> codeSums;
};

/// Rule V3, on the threads of `context`; the result does not depend on their
/// number. Declines elements that are not finite and scales out of range.
LogicalResult quantizeWeight(MLIRContext *context, const FloatElements &weight,
                             const WeightBuffers &buffers, Decline decline);

/// Rule F4, 32 bits. Declines elements that are not finite.
LogicalResult toFixed32(const FloatElements &values, int64_t exponent,
                        MutableArrayRef<int32_t> result, Decline decline);

/// Rule F4, 16 bits: returns the exponent. Declines elements that are not
/// finite or do not fit 16 bits at any exponent.
FailureOr<int64_t> toFixed16(const FloatElements &values,
                             MutableArrayRef<int16_t> result, Decline decline);

/// The fraction bits of rotation tables.
inline constexpr int64_t kRotationExponent = 14;

/// Rule P1: tables `[positions, frequencies]`. Declines frequencies that are
/// not finite.
LogicalResult computeRotation(const FloatElements &frequencies,
                              MutableArrayRef<int16_t> cosine,
                              MutableArrayRef<int16_t> sine, Decline decline);

} // namespace mlir::iquant

#endif // IQUANT_CONVERSION_WEIGHTS_H

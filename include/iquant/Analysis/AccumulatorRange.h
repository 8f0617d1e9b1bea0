//===- AccumulatorRange.h - How large integer sums can become ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the bounds on the sums that docs/Numerics.md keeps in fixed widths.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_ANALYSIS_ACCUMULATORRANGE_H
#define IQUANT_ANALYSIS_ACCUMULATORRANGE_H

#include "dialects/IQuant/IQuant.h"

#include "mlir/IR/Value.h"
#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <optional>

namespace mlir::iquant {

/// Largest magnitude of a symmetric code: `si8` activations and weights (V2).
constexpr uint64_t kLargestSymmetric = 127;
/// Largest magnitude of a `ui8` code minus its zero point (V2).
constexpr uint64_t kLargestAsymmetric = 255;
/// Largest value of the table exponential (S1).
constexpr uint64_t kLargestExponential = 65025;
/// Largest value of a published exponential (D2 to D4).
constexpr uint64_t kLargestPublished = 32767;
/// Largest weight of a value in attention (A3).
constexpr uint64_t kLargestProbability = 255;
/// Largest square in a norm: rows are cut to 22 bits and a sign (N0).
constexpr uint64_t kLargestSquare = uint64_t(1) << 44;

/// A sum whose terms have a largest magnitude, kept within `-limit .. limit`.
/// Neither the order of the terms nor their signs matter: as every partial sum
/// stays within the limit too, all ways to add them up give the same.
class SumRange {
public:
  SumRange(uint64_t largestTerm, uint64_t limit)
      : largestTerm(largestTerm), limit(limit) {}

  /// The sum in a signed integer of `bits`.
  static SumRange inSigned(uint64_t largestTerm, unsigned bits) {
    return {largestTerm, (uint64_t(1) << (bits - 1)) - 1};
  }

  /// The number of terms up to which no sum can leave the limits.
  uint64_t getLongest() const {
    return largestTerm == 0 ? UINT64_MAX : limit / largestTerm;
  }
  bool fits(uint64_t length) const { return length <= getLongest(); }

private:
  uint64_t largestTerm;
  uint64_t limit;
};

/// The most codes of a row whose exponentials have a sum within 32 bits: added
/// up one by one, or from packed codes by rule S6, where sums of whole bytes or
/// counts have to stay within 32 bits too.
uint64_t getMostCodes(TableAttr tables, std::optional<PackedSum> form);

/// The largest magnitude that the sum of rule L1 can reach for one group of the
/// codes of an output channel, in any order of its terms. With `P` the sum of
/// the positive codes and `N` the magnitude of the sum of the negative ones, it
/// is
///   * `127 * (P + N)` for `si8` inputs;
///   * `255 * max(P, N)` for `ui8` inputs of zero point `z`: one end of the
///     range is `(255 - z) * P + z * N`, a mean of `255 * P` and `255 * N`, the
///     other likewise, and `sum q * w` and `z * sum w` alone stay within, too.
uint64_t getLargestSum(ArrayRef<int8_t> codes, bool isAsymmetric);

/// The largest magnitude over all output channels of a weight that is composed
/// of constants; nothing if its codes are not known. That of a channel is the
/// sum of its groups', since their zero points differ and aligning them makes
/// none larger.
std::optional<uint64_t> getLargestSum(Value weight, bool isAsymmetric);

} // namespace mlir::iquant

#endif // IQUANT_ANALYSIS_ACCUMULATORRANGE_H

//===- LinearScale.cpp - From the sums of a linear to its result ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinearScale.h"

#include "Rules.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::iquant;

Int LinearScale::apply(Int sum) const {
  // Two multipliers of 16 bits fill 32 bits, unsigned.
  Int p = ushr(rowMultiplier * multiplier + 1, 1);
  Int s = rowExponent + exponent - 1 - resultExponent;
  s = min(max(s, 0), 62);
  Int scaled = sat32(rshr(wideProduct(sum, p), s.zext(64)));
  return bias ? addSaturated(scaled, *bias) : scaled;
}

// With `high = floor(2^room * acc * p / 2^32)`, and `s + room >= 33`, so that
// rounding looks at nothing below `high`,
//   rshr(acc * p, s) = floor((floor(high / 2^t) + 1) / 2),  t = s + room - 33.
// `2^room * acc * p` stays below 2^62, so `high` below 2^30: nothing saturates.

/// By how much a sum of `inputs` products can be shifted left.
static int64_t getRoom(int64_t inputs) {
  return std::max<int64_t>(31 - llvm::bit_width<uint64_t>(inputs * 255 * 127),
                           0);
}

/// `t`.
static Int getHighShift(Int rowExponent, Int exponent, Int resultExponent,
                        int64_t inputs) {
  return exponent + (rowExponent - resultExponent + (getRoom(inputs) - 34));
}

Int mlir::iquant::allowsHigh(Int rowExponent, Int exponent, Int resultExponent,
                             int64_t inputs) {
  Int t = getHighShift(rowExponent, exponent, resultExponent, inputs);
  return lessEqual(t.like(0), t);
}

Int LinearScale::applyHigh(Int sum, int64_t inputs) const {
  int64_t room = getRoom(inputs);
  // `s` is at most 62; from a `t` of 31 on the result is 0.
  Int t = umin(getHighShift(rowExponent, exponent, resultExponent, inputs),
               std::min<int64_t>(62 + room - 33, 31));
  // Both factors negated: LLVM reads what it knows to be positive as unsigned,
  // and knows no upper half of a signed and an unsigned factor.
  Int negativeP = ushr(-rowMultiplier * multiplier, 1) + INT32_MIN;
  Int high = highProduct(-(sum << room), negativeP);
  Int scaled = ((high >> t) + 1) >> 1;
  return bias ? addSaturated(scaled, *bias) : scaled;
}

//===- PublishedExponential.cpp - Exponentials of other systems -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Divisions are by numbers of a row, and become products.
//
//===----------------------------------------------------------------------===//

#include "PublishedExponential.h"

#include "Rules.h"

using namespace mlir;
using namespace mlir::iquant;

/// The bits that exponentials have at most.
static constexpr int64_t kExponentialBits = 15;
/// The largest exponents of the scales of D2 and D4 that differences keep.
static constexpr int64_t kMostOfEightBits = 30, kMostOfSixteenBits = 29;

/// By how many bits a difference becomes coarser, and the exponent that is
/// left.
static Int alignment(Int exponent, int64_t most) {
  return min(max(exponent - most, 0), 31);
}
static Int alignedExponent(Int exponent, int64_t most) {
  return min(max(exponent, 0), most);
}

//===----------------------------------------------------------------------===//
// Halvings
//===----------------------------------------------------------------------===//

namespace {
/// A difference as halvings and a rest below the `T` that halve: q and r of D2.
struct Halvings {
  Int count, rest;
};

/// What finds halvings in differences: three numbers of a row.
struct HalvingNumbers {
  HalvingNumbers(Int alignment, Int T)
      : alignment(alignment), T(T), reciprocal((1 << 28) / T) {}
  HalvingNumbers(ArrayRef<Int> numbers)
      : alignment(numbers[0]), T(numbers[1]), reciprocal(numbers[2]) {}

  Halvings find(Int difference) const {
    Int y = umin(ushr(difference, alignment), (T << 4) - 1);
    // Less than 2^32; the quotient is exact, or one too small.
    Int count = ushr(y * reciprocal, 28);
    Int rest = y - count * T;
    Int more = lessEqual(T, rest);
    return {count + more.zext(32), select(more, rest - T, rest)};
  }
  SmallVector<Int> toNumbers() const { return {alignment, T, reciprocal}; }

  static constexpr unsigned count = 3;
  Int alignment, T, reciprocal;
};
} // namespace

//===----------------------------------------------------------------------===//
// I-LLM
//===----------------------------------------------------------------------===//

/// D1.
static Dyadic roundToEightBits(Dyadic scale) {
  return {rshr(scale.multiplier, 8), scale.exponent - 8};
}

/// D2: what differences of a row are evaluated with.
static SmallVector<Int> diExpNumbers(Dyadic scale, int64_t guardBits) {
  Int m = scale.multiplier;
  Int F = (m + ushr(m, 1) - ushr(m, 4)).zext(64);
  Int twice =
      1 << (alignedExponent(scale.exponent, kMostOfEightBits) + 1).zext(64);
  Int T = max((twice + F) / (F << 1), 1).trunc(32);
  SmallVector<Int> numbers =
      HalvingNumbers(alignment(scale.exponent, kMostOfEightBits), T)
          .toNumbers();
  numbers.push_back(max(bits(T) + (guardBits - kExponentialBits), 0));
  return numbers;
}

/// D2. Neither shift is by more than 31.
static Int diExp(Int difference, ArrayRef<Int> numbers, int64_t guardBits) {
  HalvingNumbers halving(numbers);
  Int g = numbers[HalvingNumbers::count];
  Halvings halvings = halving.find(difference);
  Int u = halving.T - ushr(halvings.rest + 1, 1);
  return ushr(u << guardBits, halvings.count + g);
}
static constexpr unsigned kDiExpNumbers = HalvingNumbers::count + 1;

/// D3: what makes codes of the differences of a row, and their scale.
struct ClipNumbers {
  SmallVector<Int> numbers;
  Dyadic scale;
};
static ClipNumbers clipNumbers(Dyadic scale, Int range) {
  Int m = scale.multiplier.zext(64);
  Int p = alignment(scale.exponent, kMostOfEightBits);
  Int exponent = alignedExponent(scale.exponent, kMostOfEightBits);
  Int clip = (((15 << (exponent + 1).zext(64)) + m)) / (m << 1);
  Int R = max(min(ushr(range, p).zext(64), clip), 1);
  Int t = bits(R) + 22;
  Int reciprocal = (255 << t) / R;
  Dyadic ofCodes = dyadic(R * m, R.like(255));
  ofCodes.exponent = ofCodes.exponent + exponent;
  return {{p, R.trunc(32), reciprocal.trunc(32), t.trunc(32)}, ofCodes};
}

/// D3: the code of a difference.
static Int clip(Int difference, ArrayRef<Int> numbers) {
  Int y = umin(ushr(difference, numbers[0]), numbers[1]);
  return rshr(wideProduct(y, numbers[2]), numbers[3].zext(64)).trunc(32);
}
static constexpr unsigned kClipNumbers = 4;

//===----------------------------------------------------------------------===//
// I-BERT
//===----------------------------------------------------------------------===//

/// D4: what differences of a row are evaluated with.
static SmallVector<Int> polynomialNumbers(Dyadic scale) {
  Int k = alignedExponent(scale.exponent, kMostOfSixteenBits).zext(64);
  Int S = (1 << (k + 16)) / scale.multiplier.zext(64);
  Int T = max(ushr(S * 45423, 32), 1).trunc(32);
  Int b = ushr(S * 177427, 32).trunc(32);
  Int c = max(ushr(ushr(S * S, 28) * 182984, 20), 1).trunc(32);
  Int g = bits(c) - kExponentialBits;
  SmallVector<Int> numbers =
      HalvingNumbers(alignment(scale.exponent, kMostOfSixteenBits), T)
          .toNumbers();
  numbers.append({b, c, max(-g, 0), max(g, 0)});
  return numbers;
}

/// D4.
static Int polynomial(Int difference, ArrayRef<Int> numbers) {
  Halvings halvings = HalvingNumbers(numbers).find(difference);
  numbers = numbers.drop_front(HalvingNumbers::count);
  Int b = numbers[0], c = numbers[1], left = numbers[2], right = numbers[3];
  Int z = c - halvings.rest * (b - halvings.rest);
  return ushr(z << left, halvings.count + right);
}
static constexpr unsigned kPolynomialNumbers = HalvingNumbers::count + 4;

//===----------------------------------------------------------------------===//
// Forms
//===----------------------------------------------------------------------===//

bool PublishedExponential::isClipped() const {
  return form == ExponentialForm::DiClipped ||
         form == ExponentialForm::DiClippedGuarded;
}

int64_t PublishedExponential::getGuardBits() const {
  return form == ExponentialForm::DiExpGuarded ||
                 form == ExponentialForm::DiClippedGuarded
             ? 8
             : 0;
}

unsigned PublishedExponential::getNumNumbers() const {
  if (form == ExponentialForm::IBert)
    return kPolynomialNumbers;
  return isClipped() ? kClipNumbers + kDiExpNumbers : kDiExpNumbers;
}

SmallVector<Int> PublishedExponential::numbers(Int multiplier, Int k,
                                               Int range) const {
  Dyadic scale = {multiplier, k};
  if (form == ExponentialForm::IBert)
    return polynomialNumbers(scale);
  scale = roundToEightBits(scale);
  if (!isClipped())
    return diExpNumbers(scale, getGuardBits());
  ClipNumbers clipped = clipNumbers(scale, range);
  llvm::append_range(
      clipped.numbers,
      diExpNumbers(roundToEightBits(clipped.scale), getGuardBits()));
  return clipped.numbers;
}

Int PublishedExponential::evaluate(Int difference,
                                   ArrayRef<Int> numbers) const {
  if (form == ExponentialForm::IBert)
    return polynomial(difference, numbers);
  if (isClipped()) {
    difference = clip(difference, numbers);
    numbers = numbers.drop_front(kClipNumbers);
  }
  return diExp(difference, numbers, getGuardBits());
}

//===- PublishedRules.cpp - Integer operators of other systems ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules D of docs/Numerics.md.
//
//===----------------------------------------------------------------------===//

#include "iquant/Reference/Rules.h"

#include "dialects/IQuant/IQuant.h"

#include <algorithm>
#include <cstdlib>

using namespace mlir;
using namespace mlir::iquant;

/// What every exponential has at most.
static constexpr int64_t kExponentialBits = 15;

/// A scale's exponent in the range that D2 to D4 compute with, and by how many
/// bits differences become coarser for it.
static int64_t alignment(int64_t exponent, int64_t most) {
  return std::clamp<int64_t>(exponent - most, 0, 31);
}
static int64_t alignedExponent(int64_t exponent, int64_t most) {
  return std::clamp<int64_t>(exponent, 0, most);
}

namespace {
/// A difference as halvings and a rest below the `T` that halve.
struct Halvings {
  Halvings(int64_t D, int64_t alignment, int64_t T) {
    int64_t y = std::min(D >> alignment, 16 * T - 1);
    q = y / T;
    r = y % T;
  }
  int64_t q, r;
};
} // namespace

//===----------------------------------------------------------------------===//
// I-LLM
//===----------------------------------------------------------------------===//

/// The largest exponent of a scale of 8 bits that differences keep.
static constexpr int64_t kMostOfEightBits = 30;

reference::Dyadic reference::roundToEightBits(Dyadic scale) {
  return {rshr(scale.multiplier, 8), scale.exponent - 8};
}

int64_t reference::diExponential(int64_t D, Dyadic scale, int64_t guardBits) {
  auto [m, K] = scale;
  int64_t F = m + m / 2 - m / 16;
  int64_t units = int64_t(1) << alignedExponent(K, kMostOfEightBits);
  int64_t T = std::max<int64_t>(1, (2 * units + F) / (2 * F));
  Halvings halvings(D, alignment(K, kMostOfEightBits), T);
  int64_t u = T - (halvings.r + 1) / 2;
  int64_t g = std::max<int64_t>(0, bits(T) + guardBits - kExponentialBits);
  return (u << guardBits) >> (halvings.q + g);
}

reference::ClippedRow reference::clipDifferences(ArrayRef<int64_t> D,
                                                 Dyadic scale) {
  auto [m, K] = scale;
  int64_t p = alignment(K, kMostOfEightBits);
  int64_t exponent = alignedExponent(K, kMostOfEightBits);
  int64_t clip = ((int64_t(15) << (exponent + 1)) + m) / (2 * m);
  int64_t R = std::max<int64_t>(1, std::min(*llvm::max_element(D) >> p, clip));
  int64_t t = bits(R) + 22;
  int64_t I = (int64_t(255) << t) / R;
  ClippedRow row;
  for (int64_t difference : D)
    row.codes.push_back(rshr(std::min(difference >> p, R) * I, t));
  row.scale = dyadic(R * m, 255);
  row.scale.exponent += exponent;
  return row;
}

//===----------------------------------------------------------------------===//
// I-BERT
//===----------------------------------------------------------------------===//

/// The largest exponent of a scale of 16 bits that differences keep.
static constexpr int64_t kMostOfSixteenBits = 29;

int64_t reference::polynomialExponential(int64_t D, Dyadic scale) {
  auto [M, k] = scale;
  int64_t S = (int64_t(1) << (alignedExponent(k, kMostOfSixteenBits) + 16)) / M;
  int64_t T = std::max<int64_t>(1, 45423 * S >> 32);
  int64_t b = 177427 * S >> 32;
  int64_t c = std::max<int64_t>(1, (S * S >> 28) * 182984 >> 20);
  auto [q, r] = Halvings(D, alignment(k, kMostOfSixteenBits), T);
  int64_t z = c - r * (b - r);
  int64_t g = bits(c) - kExponentialBits;
  return (z << std::max<int64_t>(-g, 0)) >> (q + std::max<int64_t>(g, 0));
}

int64_t reference::geluIBert(int64_t x, int64_t f) {
  int64_t y = geluArgument(x, f);
  int64_t rest = 10247 - std::min<int64_t>(std::abs(y), 10247);
  int64_t L = (116183478 - rest * rest) >> 14;
  int64_t s = y >= 0 ? 7091 + L : 7091 - L;
  return sat32(rshr(x * rshr(s * 75712, 15), 15));
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

static int64_t guardBitsOf(ExponentialForm form) {
  return form == ExponentialForm::DiExpGuarded ||
                 form == ExponentialForm::DiClippedGuarded
             ? 8
             : 0;
}

SmallVector<int64_t> reference::publishedExponentials(ArrayRef<int64_t> D,
                                                      Dyadic scale,
                                                      ExponentialForm form) {
  if (form == ExponentialForm::IBert)
    return llvm::map_to_vector(D, [&](int64_t difference) {
      return polynomialExponential(difference, scale);
    });
  scale = roundToEightBits(scale);
  ClippedRow clipped;
  if (form == ExponentialForm::DiClipped ||
      form == ExponentialForm::DiClippedGuarded) {
    clipped = clipDifferences(D, scale);
    D = clipped.codes;
    scale = roundToEightBits(clipped.scale);
  }
  return llvm::map_to_vector(D, [&](int64_t difference) {
    return diExponential(difference, scale, guardBitsOf(form));
  });
}

SmallVector<int64_t> reference::rowMaximumSigmoid(ArrayRef<int32_t> x,
                                                  int64_t f) {
  int64_t X = 0;
  for (int64_t element : x)
    X = std::max(X, element);
  auto E = [&](int64_t D) {
    return diExponential(D, roundToEightBits({1 << 15, 15 + f}),
                         /*guardBits=*/0);
  };
  int64_t w = E(X);
  return llvm::map_to_vector(x, [&](int64_t element) {
    int64_t e = E(X - element);
    int64_t d = std::max<int64_t>(1, e + w);
    return ((e << 8) + d) / (2 * d);
  });
}

SmallVector<int64_t> reference::rowMaximumSilu(ArrayRef<int32_t> x, int64_t f) {
  SmallVector<int64_t> result = rowMaximumSigmoid(x, f);
  for (auto [element, s] : llvm::zip_equal(x, result))
    s = sat32(rshr(element * s, 7));
  return result;
}

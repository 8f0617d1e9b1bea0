//===- NormRules.cpp - Root-mean-square and layer norm --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules N of docs/Numerics.md.
//
//===----------------------------------------------------------------------===//

#include "iquant/Reference/Rules.h"

#include <algorithm>
#include <cstdlib>

using namespace mlir;
using namespace mlir::iquant;

/// The largest magnitude of a row.
static int64_t largestMagnitude(ArrayRef<int64_t> x) {
  int64_t largest = 0;
  for (int64_t element : x)
    largest = std::max(largest, std::abs(element));
  return largest;
}

/// The row shifted so that it has at most `width` bits, give or take the
/// rounding of its largest element; `s` is the shift.
static SmallVector<int64_t> narrow(ArrayRef<int64_t> x, int64_t width,
                                   int64_t &s) {
  s = std::max<int64_t>(0, reference::bits(largestMagnitude(x)) - width);
  return llvm::map_to_vector(
      x, [&](int64_t element) { return reference::rshr(element, s); });
}

// Exact: with x rounded half up, round(x) = floor((floor(2x) + 1) / 2), and
// both doubled roots are roots of integers.
int64_t reference::normReciprocalRoot(int64_t K) {
  return (isqrt((int64_t(1) << 62) / K) + 1) / 2;
}

int64_t reference::normRoot(int64_t K) { return (isqrt(K << 34) + 1) / 2; }

/// N0 from `v` on, which is the same for both norms.
static reference::NormedRow finish(ArrayRef<int64_t> centred, int64_t ep,
                                   const reference::NormParameters &g) {
  using namespace reference;
  int64_t K = centred.size();
  int64_t v = K * ep;
  for (int64_t element : centred)
    v += element * element;
  if (v == 0)
    v = K;

  NormedRow row;
  row.j = (62 - bits(v)) / 2;
  row.w = isqrt(v << (2 * row.j));
  row.k = normRoot(K);
  int64_t U = rshr(row.w * normReciprocalRoot(K), 22 + row.j);

  bool hasScale = !g.scale.empty(), hasShift = !g.shift.empty();
  int64_t ge = hasScale ? g.scaleExponent : 0, be = g.shiftExponent;
  row.gy = hasShift ? std::min(ge, be + 12) : ge;
  SmallVector<int64_t> y;
  for (int64_t c = 0; c < K; ++c) {
    int64_t scale = hasScale ? g.scale[c] : 1;
    y.push_back(rshr(centred[c] * scale * (1 << 8), ge - row.gy));
    if (hasShift)
      y.back() += shift(g.shift[c] * U, be - row.gy);
  }
  llvm::append_range(row.Y, narrow(y, 30, row.p2));
  return row;
}

reference::NormedRow reference::rmsNormRow(ArrayRef<int32_t> x,
                                           const NormParameters &parameters) {
  if (x.empty())
    return {};
  int64_t p;
  SmallVector<int64_t> narrowed =
      narrow(SmallVector<int64_t>(x.begin(), x.end()), 22, p);
  return finish(narrowed, parameters.epsilon >> (2 * p), parameters);
}

reference::NormedRow reference::layerNormRow(ArrayRef<int32_t> x,
                                             const NormParameters &parameters) {
  if (x.empty())
    return {};
  int64_t K = x.size(), p, p1;
  SmallVector<int64_t> narrowed =
      narrow(SmallVector<int64_t>(x.begin(), x.end()), 22, p);
  int64_t sum = 0;
  for (int64_t element : narrowed)
    sum += element;
  SmallVector<int64_t> c = llvm::map_to_vector(
      narrowed, [&](int64_t element) { return K * element - sum; });
  SmallVector<int64_t> centred = narrow(c, 22, p1);
  int64_t ep = std::min((parameters.epsilon * K * K) >> (2 * p + 2 * p1),
                        (int64_t(1) << 61) / K);
  return finish(centred, ep, parameters);
}

SmallVector<reference::QuantizedRow>
reference::quantizeNormedRow(const NormedRow &row, int64_t group) {
  return quantizeAsymmetric(row.Y, group, [&](int64_t R) {
    Dyadic scale = dyadic(R * row.k, 255 * row.w);
    scale.exponent += 16 + 8 + row.gy - row.p2 - row.j;
    return scale;
  });
}

reference::QuantizedRow reference::quantizeNormedRow(const NormedRow &row) {
  return quantizeNormedRow(row, /*group=*/0).front();
}

SmallVector<int64_t> reference::fixNormedRow(const NormedRow &row, int64_t F) {
  if (row.Y.empty())
    return {};
  int64_t T = (int64_t(1) << 61) / row.w;
  int64_t P = T * row.k;
  int64_t n = bits(P) - 31;
  int64_t M = P >> n;
  int64_t s =
      std::clamp<int64_t>(61 + 16 + 8 + row.gy - row.p2 - row.j - n - F, 0, 62);
  return llvm::map_to_vector(row.Y,
                             [&](int64_t Y) { return sat32(rshr(Y * M, s)); });
}

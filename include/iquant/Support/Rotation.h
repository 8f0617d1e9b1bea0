//===- Rotation.h - Orthogonal matrices with flat entries -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random rotations that spread an outlier over all channels, in a factored form
// that is fast to apply.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_ROTATION_H
#define IQUANT_SUPPORT_ROTATION_H

#include "mlir/Support/LLVM.h"

#include <cstdint>
#include <vector>

namespace mlir::iquant {

/// SplitMix64, which is `z = (state += 0x9e3779b97f4a7c15)`, then
/// `z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9`,
/// `z = (z ^ z >> 27) * 0x94d049bb133111eb`, `z ^ z >> 31`.
class SplitMix64 {
public:
  explicit SplitMix64(uint64_t seed) : state(seed) {}
  uint64_t operator()();

private:
  uint64_t state;
};

/// The orthogonal matrix `A = diag(signs) * (base (x) Sylvester) / sqrt(n)`,
/// for `n = m * 2^k`: `base` is m x m and as flat as possible.
/// * m is 1, or the least `q * 2^j` (q the odd part of n, j >= 2) for which a
///   construction of Paley over a prime field gives a Hadamard matrix; so all
///   entries of `A` are +-1 / sqrt(n).
/// * Where there is none, m is q and the base that of the discrete Hartley
///   transform, whose entries are at most sqrt(2) in magnitude.
///
/// Signs are the top bits of the generator, a set bit being -1. A rotation that
/// keeps the mean is followed by the reflection that maps what `A` makes of the
/// vector of ones back to it.
class Rotation {
public:
  Rotation(int64_t size, SplitMix64 &random, bool keepsMean = false);

  int64_t getSize() const { return signs.size(); }

  /// Multiplies rows by the matrix, in place. The rows lie side by side:
  /// channel `c` of row `r` is `data[c * stride + r]`, so that all steps are
  /// elementwise and give the same bits for any width of vectors.
  void apply(double *data, int64_t rows, int64_t stride) const;

private:
  std::vector<double> signs;
  /// `[m, m]`, row-major.
  std::vector<double> base;
  int64_t baseSize;
  /// The normal of the last reflection, of length sqrt(2); empty for none.
  std::vector<double> normal;
};

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_ROTATION_H

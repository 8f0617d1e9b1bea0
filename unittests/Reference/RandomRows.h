//===- RandomRows.h - Random and extreme inputs of rules --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the random numbers of the tests, the same in every run.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_UNITTESTS_REFERENCE_RANDOMROWS_H
#define IQUANT_UNITTESTS_REFERENCE_RANDOMROWS_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <random>

namespace mlir::iquant::reference {

class Random {
public:
  explicit Random(uint64_t seed = 1) : engine(seed) {}

  int64_t between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  }
  double real(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(engine);
  }
  double normal() { return std::normal_distribution<double>()(engine); }

  /// A signed number below `2^width` in magnitude, of evenly spread length.
  int64_t magnitude(int64_t width) {
    int64_t limit = (int64_t(1) << between(0, width)) - 1;
    return between(-limit, limit);
  }

  /// A row of 32-bit numbers: of one magnitude, of mixed ones, constant, or
  /// with the ends of the range.
  SmallVector<int32_t> row(int64_t K) {
    int64_t kind = between(0, 9), width = between(0, 31);
    SmallVector<int32_t> x(K);
    for (int32_t &element : x)
      element = kind < 5 ? between(-(int64_t(1) << width) + 1,
                                   (int64_t(1) << width) - 1)
                         : magnitude(31);
    if (kind == 7)
      x.assign(K, x[0]);
    if (kind >= 8)
      x[between(0, K - 1)] = kind == 8 ? INT32_MIN : INT32_MAX;
    return x;
  }

private:
  std::mt19937_64 engine;
};

} // namespace mlir::iquant::reference

#endif // IQUANT_UNITTESTS_REFERENCE_RANDOMROWS_H

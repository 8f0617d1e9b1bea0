//===- IQuantFixture.h - Random values of the iquant types ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the fixture of the tests of iquant ops.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_UNITTESTS_REFERENCE_IQUANTFIXTURE_H
#define IQUANT_UNITTESTS_REFERENCE_IQUANTFIXTURE_H

#include "InterpreterFixture.h"
#include "RandomRows.h"

#include "iquant/Reference/Rules.h"

#include <cmath>

namespace mlir::iquant::reference {

class IQuantOpsTest : public InterpreterTest {
protected:
  Type type(StringRef text) { return parseType(text, &context); }

  Tensor random32(ArrayRef<int64_t> shape, double size) {
    Tensor tensor(shape, IntegerType::get(&context, 32));
    for (int32_t &element : tensor.mutableData<int32_t>())
      element = std::clamp(size * random.normal(), -2e9, 2e9);
    return tensor;
  }

  Tensor random16(ArrayRef<int64_t> shape) {
    Tensor tensor(shape, IntegerType::get(&context, 16));
    for (int16_t &element : tensor.mutableData<int16_t>())
      element = random.between(-30000, 30000);
    return tensor;
  }

  /// A weight as rule V3 makes it, with one sum per channel or per `group`.
  RuntimeValue randomWeight(int64_t N, int64_t K, int64_t group = 0) {
    IntegerType i32 = IntegerType::get(&context, 32);
    Tensor codes({N, K}, IntegerType::get(&context, 8));
    SmallVector<int64_t> sumShape = {N};
    if (group)
      sumShape.push_back(K / group);
    Tensor m({N}, i32), e({N}, i32), sums(sumShape, i32);
    for (int64_t n = 0; n < N; ++n) {
      for (int64_t k = 0; k < K; ++k) {
        int64_t code = random.between(-127, 127), i = n * K + k;
        codes.setInt(i, code);
        int64_t sum = group ? i / group : n;
        sums.setInt(sum, sums.getInt(sum) + code);
      }
      m.setInt(n, random.between(32768, 65535));
      e.setInt(n, random.between(20, 24));
    }
    return RuntimeValue(SmallVector<Tensor, 1>{codes, m, e, sums});
  }

  /// The signal-to-noise ratio of a value in dB.
  static double snr(const Tensor &result, const Tensor &exact) {
    EXPECT_EQ(result.getShape(), exact.getShape());
    double signal = 0, noise = 1e-30;
    for (int64_t i = 0; i < exact.getNumElements(); ++i) {
      double error = result.getFloat(i) - exact.getFloat(i);
      signal += exact.getFloat(i) * exact.getFloat(i);
      noise += error * error;
    }
    return 10 * std::log10(signal / noise);
  }

  Random random;
};

} // namespace mlir::iquant::reference

#endif // IQUANT_UNITTESTS_REFERENCE_IQUANTFIXTURE_H

//===- IQuantOpsTest.cpp - The iquant dialect, interpreted ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterFixture.h"

using namespace mlir;
using namespace mlir::iquant::reference;

namespace {
class IQuantOpsTest : public InterpreterTest {};

TEST_F(IQuantOpsTest, QuantizeThenLinear) {
  auto results =
      run(R"mlir(
    func.func @main(%x: tensor<1x2xi32>, %w: tensor<2x2xi8>, %m: tensor<2xi32>,
                    %e: tensor<2xi32>, %s: tensor<2xi32>) -> tensor<1x2xi32> {
      %0 = iquant.compose %x
          : (tensor<1x2xi32>) -> !iquant.fixed<1x2xi32, 16>
      %1 = iquant.quantize %0 : !iquant.fixed<1x2xi32, 16> -> !iquant.dyn<1x2xui8>
      %2 = iquant.compose %w, %m, %e, %s
          : (tensor<2x2xi8>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>)
          -> !iquant.weight<2x2xsi8>
      %3 = iquant.linear %1, %2
          : (!iquant.dyn<1x2xui8>, !iquant.weight<2x2xsi8>)
          -> !iquant.fixed<1x2xi32, 16>
      %4 = iquant.decompose %3 : (!iquant.fixed<1x2xi32, 16>) -> tensor<1x2xi32>
      return %4 : tensor<1x2xi32>
    })mlir",
          {i32({1, 2}, {2 << 16, -(1 << 16)}),
           integers<int8_t>({2, 2}, {1, 2, -3, 4}), i32({2}, {32768, 32768}),
           i32({2}, {15, 16}), i32({2}, {3, 1})});
  // (2, -1) has the codes 255 and 0, 85 being zero: exact but for the scale.
  ASSERT_EQ(results.size(), 1u);
  EXPECT_NEAR(results[0].getTensor().getInt(0), 0, 2);
  EXPECT_NEAR(results[0].getTensor().getInt(1), -5 * (1 << 16), 8);
}
} // namespace

// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// GELU of -2, -0.5, 0.5 and 2 with 16 fraction bits; the exact value at 2 is
// 1.95450, 128090 of 65536.
func.func @example() -> (tensor<1x4xi32>, tensor<1x4xi32>, tensor<1x4xi32>) {
  %x_codes = arith.constant dense<[[-131072, -32768, 32768, 131072]]> : tensor<1x4xi32>
  %x = iquant.compose %x_codes : (tensor<1x4xi32>) -> !iquant.fixed<1x4xi32, 16>
  %erf = iquant.gelu %x<erf> : !iquant.fixed<1x4xi32, 16>
  %tanh = iquant.gelu %x<tanh> : !iquant.fixed<1x4xi32, 16>
  %sigmoid = iquant.gelu %x<sigmoid> : !iquant.fixed<1x4xi32, 16>
  %erf_codes = iquant.decompose %erf : (!iquant.fixed<1x4xi32, 16>) -> tensor<1x4xi32>
  %tanh_codes = iquant.decompose %tanh : (!iquant.fixed<1x4xi32, 16>) -> tensor<1x4xi32>
  %sigmoid_codes = iquant.decompose %sigmoid : (!iquant.fixed<1x4xi32, 16>) -> tensor<1x4xi32>
  return %erf_codes, %tanh_codes, %sigmoid_codes : tensor<1x4xi32>, tensor<1x4xi32>, tensor<1x4xi32>
}

// CHECK{LITERAL}: tensor<1x4xi32> [[-2984, -10113, 22655, 128088]]
// CHECK-NEXT{LITERAL}: tensor<1x4xi32> [[-2976, -10111, 22657, 128096]]
// CHECK-NEXT{LITERAL}: tensor<1x4xi32> [[-4216, -9805, 22963, 126856]]

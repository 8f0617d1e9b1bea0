// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// SiLU of -4, -1, 0 and 4 with 16 fraction bits; 4 * sigmoid(4) = 3.92806 is 257429.
func.func @example() -> tensor<1x4xi32> {
  %x_codes = arith.constant dense<[[-262144, -65536, 0, 262144]]> : tensor<1x4xi32>
  %x = iquant.compose %x_codes : (tensor<1x4xi32>) -> !iquant.fixed<1x4xi32, 16>
  %y = iquant.silu %x : !iquant.fixed<1x4xi32, 16>
  %result = iquant.decompose %y : (!iquant.fixed<1x4xi32, 16>) -> tensor<1x4xi32>
  return %result : tensor<1x4xi32>
}

// CHECK{LITERAL}: tensor<1x4xi32> [[-4712, -17626, 0, 257432]]

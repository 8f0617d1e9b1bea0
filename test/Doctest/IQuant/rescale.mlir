// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// From 4 fraction bits to 2: halves round up. From 4 to 8: exact.
func.func @example() -> (tensor<4xi32>, tensor<4xi32>) {
  %x_codes = arith.constant dense<[6, 5, -6, -7]> : tensor<4xi32>
  %x = iquant.compose %x_codes : (tensor<4xi32>) -> !iquant.fixed<4xi32, 4>
  %down = iquant.rescale %x : !iquant.fixed<4xi32, 4> -> !iquant.fixed<4xi32, 2>
  %up = iquant.rescale %x : !iquant.fixed<4xi32, 4> -> !iquant.fixed<4xi32, 8>
  %down_codes = iquant.decompose %down : (!iquant.fixed<4xi32, 2>) -> tensor<4xi32>
  %up_codes = iquant.decompose %up : (!iquant.fixed<4xi32, 8>) -> tensor<4xi32>
  return %down_codes, %up_codes : tensor<4xi32>, tensor<4xi32>
}

// CHECK{LITERAL}: tensor<4xi32> [2, 1, -1, -2]
// CHECK-NEXT{LITERAL}: tensor<4xi32> [96, 80, -96, -112]

// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// Halves round up: 5 / 2 is 3, -5 / 2 is -2. The third sequence is padding only.
func.func @example() -> tensor<3x2xi32> {
  %states_codes = arith.constant dense<[[[2, -2], [3, -3]], [[7, -7], [9, 9]], [[9, 9], [9, 9]]]> : tensor<3x2x2xi32>
  %states = iquant.compose %states_codes : (tensor<3x2x2xi32>) -> !iquant.fixed<3x2x2xi32, 8>
  %mask = arith.constant dense<[[true, true], [true, false], [false, false]]> : tensor<3x2xi1>
  %result = iquant.mean_pool %states mask %mask : (!iquant.fixed<3x2x2xi32, 8>, tensor<3x2xi1>) -> !iquant.fixed<3x2xi32, 8>
  %codes = iquant.decompose %result : (!iquant.fixed<3x2xi32, 8>) -> tensor<3x2xi32>
  return %codes : tensor<3x2xi32>
}

// CHECK{LITERAL}: tensor<3x2xi32> [[3, -2], [7, -7], [0, 0]]

// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// Two equal elements share the mass, 32768 of 65536 each; one that is 16 below
// the maximum is past the table's end at 12 and gets exactly 0. As codes both
// are 254, with a step of 33026 * 2^-24.
func.func @example() -> (tensor<1x3xi32>, tensor<1x3xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>) {
  %x_codes = arith.constant dense<[[1048576, 1048576, 0]]> : tensor<1x3xi32>
  %x = iquant.compose %x_codes : (tensor<1x3xi32>) -> !iquant.fixed<1x3xi32, 16>
  %y = iquant.softmax %x : (!iquant.fixed<1x3xi32, 16>) -> !iquant.fixed<1x3xi32, 16>
  %result = iquant.decompose %y : (!iquant.fixed<1x3xi32, 16>) -> tensor<1x3xi32>
  %codes = iquant.softmax %x : (!iquant.fixed<1x3xi32, 16>) -> !iquant.dyn<1x3xui8>
  %parts:4 = iquant.decompose %codes : (!iquant.dyn<1x3xui8>) -> (tensor<1x3xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>)
  return %result, %parts#0, %parts#1, %parts#2, %parts#3 : tensor<1x3xi32>, tensor<1x3xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>
}

// CHECK{LITERAL}: tensor<1x3xi32> [[32768, 32768, 0]]
// CHECK{LITERAL}: tensor<1x3xi8> [[-2, -2, 0]]
// CHECK: tensor<1xi32> [33026]
// CHECK: tensor<1xi32> [24]
// CHECK: tensor<1xi32> [0]

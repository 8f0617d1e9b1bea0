// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// 0.5 + 0.25 with 8 fraction bits; the second sum saturates.
func.func @example() -> tensor<2xi32> {
  %lhs_codes = arith.constant dense<[128, 2147483647]> : tensor<2xi32>
  %lhs = iquant.compose %lhs_codes : (tensor<2xi32>) -> !iquant.fixed<2xi32, 8>
  %rhs_codes = arith.constant dense<[64, 1]> : tensor<2xi32>
  %rhs = iquant.compose %rhs_codes : (tensor<2xi32>) -> !iquant.fixed<2xi32, 8>
  %sum = iquant.add %lhs, %rhs : !iquant.fixed<2xi32, 8>
  %sum_codes = iquant.decompose %sum : (!iquant.fixed<2xi32, 8>) -> tensor<2xi32>
  return %sum_codes : tensor<2xi32>
}

// CHECK{LITERAL}: tensor<2xi32> [192, 2147483647]

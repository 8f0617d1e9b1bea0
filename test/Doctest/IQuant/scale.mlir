// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// Factors of 1, 10 and -0.5 with 10 fraction bits.
func.func @example() -> tensor<2x3xi32> {
  %x_codes = arith.constant dense<[[1000, 2000, 3000], [-1000, 500, 1]]> : tensor<2x3xi32>
  %x = iquant.compose %x_codes : (tensor<2x3xi32>) -> !iquant.fixed<2x3xi32, 16>
  %factor_codes = arith.constant dense<[1024, 10240, -512]> : tensor<3xi16>
  %factors = iquant.compose %factor_codes : (tensor<3xi16>) -> !iquant.fixed<3xi16, 10>
  %y = iquant.scale %x by %factors
      : (!iquant.fixed<2x3xi32, 16>, !iquant.fixed<3xi16, 10>) -> !iquant.fixed<2x3xi32, 16>
  %result = iquant.decompose %y : (!iquant.fixed<2x3xi32, 16>) -> tensor<2x3xi32>
  return %result : tensor<2x3xi32>
}

// CHECK{LITERAL}: tensor<2x3xi32> [[1000, 20000, -1500], [-1000, 5000, 0]]

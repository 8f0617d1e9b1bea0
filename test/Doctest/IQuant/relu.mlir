// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

func.func @example() -> tensor<1x3xi32> {
  %x_codes = arith.constant dense<[[-131072, 0, 163840]]> : tensor<1x3xi32>
  %x = iquant.compose %x_codes : (tensor<1x3xi32>) -> !iquant.fixed<1x3xi32, 16>
  %y = iquant.relu %x : !iquant.fixed<1x3xi32, 16>
  %result = iquant.decompose %y : (!iquant.fixed<1x3xi32, 16>) -> tensor<1x3xi32>
  return %result : tensor<1x3xi32>
}

// CHECK{LITERAL}: tensor<1x3xi32> [[0, 0, 163840]]

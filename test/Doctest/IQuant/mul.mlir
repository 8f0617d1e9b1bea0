// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// Gate with 16 fraction bits, up with 12, result with 8: 1.5 * 2 = 3 is
// 768 / 256, and what is too large saturates.
func.func @example() -> tensor<1x3xi32> {
  %gate_codes = arith.constant dense<[[98304, -98304, 2147483647]]> : tensor<1x3xi32>
  %gate = iquant.compose %gate_codes : (tensor<1x3xi32>) -> !iquant.fixed<1x3xi32, 16>
  %up_codes = arith.constant dense<[[8192, 8192, 2147483647]]> : tensor<1x3xi32>
  %up = iquant.compose %up_codes : (tensor<1x3xi32>) -> !iquant.fixed<1x3xi32, 12>
  %y = iquant.mul %gate, %up
      : (!iquant.fixed<1x3xi32, 16>, !iquant.fixed<1x3xi32, 12>) -> !iquant.fixed<1x3xi32, 8>
  %result = iquant.decompose %y : (!iquant.fixed<1x3xi32, 8>) -> tensor<1x3xi32>
  return %result : tensor<1x3xi32>
}

// CHECK{LITERAL}: tensor<1x3xi32> [[768, -768, 2147483647]]

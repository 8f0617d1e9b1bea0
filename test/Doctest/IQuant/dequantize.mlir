// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// Codes of scale 1/2 and zero point 10, to 4 fraction bits: (12 - 10) / 2 = 1 is 16.
func.func @example() -> tensor<1x3xi32> {
  %codes = arith.constant dense<[[12, 10, 9]]> : tensor<1x3xi8>
  %multiplier = arith.constant dense<32768> : tensor<1xi32>
  %exponent = arith.constant dense<16> : tensor<1xi32>
  %zero = arith.constant dense<10> : tensor<1xi32>
  %row = iquant.compose %codes, %multiplier, %exponent, %zero
      : (tensor<1x3xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>) -> !iquant.dyn<1x3xui8>
  %value = iquant.dequantize %row : !iquant.dyn<1x3xui8> -> !iquant.fixed<1x3xi32, 4>
  %result = iquant.decompose %value : (!iquant.fixed<1x3xi32, 4>) -> tensor<1x3xi32>
  return %result : tensor<1x3xi32>
}

// CHECK{LITERAL}: tensor<1x3xi32> [[16, 0, -8]]

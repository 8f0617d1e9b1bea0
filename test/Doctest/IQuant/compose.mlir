// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// The codes (4, 8) of scale 40000 * 2^-16 and the zero point 4, as fixed point.
func.func @example() -> tensor<1x2xi32> {
  %codes = arith.constant dense<[[4, 8]]> : tensor<1x2xi8>
  %multiplier = arith.constant dense<40000> : tensor<1xi32>
  %exponent = arith.constant dense<16> : tensor<1xi32>
  %zero = arith.constant dense<4> : tensor<1xi32>
  %row = iquant.compose %codes, %multiplier, %exponent, %zero
      : (tensor<1x2xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>) -> !iquant.dyn<1x2xui8>
  %value = iquant.dequantize %row : !iquant.dyn<1x2xui8> -> !iquant.fixed<1x2xi32, 16>
  %result = iquant.decompose %value : (!iquant.fixed<1x2xi32, 16>) -> tensor<1x2xi32>
  return %result : tensor<1x2xi32>
}

// CHECK{LITERAL}: tensor<1x2xi32> [[0, 160000]]

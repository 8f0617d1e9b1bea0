// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// What a quantized row is made of: codes, multiplier, exponent, zero point.
func.func @example() -> (tensor<1x3xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>) {
  %x_codes = arith.constant dense<[[0, 65536, 131072]]> : tensor<1x3xi32>
  %x = iquant.compose %x_codes : (tensor<1x3xi32>) -> !iquant.fixed<1x3xi32, 16>
  %row = iquant.quantize %x : !iquant.fixed<1x3xi32, 16> -> !iquant.dyn<1x3xui8>
  %codes, %multiplier, %exponent, %zero = iquant.decompose %row
      : (!iquant.dyn<1x3xui8>) -> (tensor<1x3xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>)
  return %codes, %multiplier, %exponent, %zero : tensor<1x3xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>
}

// CHECK{LITERAL}: tensor<1x3xi8> [[0, -128, -1]]
// CHECK-NEXT{LITERAL}: tensor<1xi32> [32897]
// CHECK-NEXT{LITERAL}: tensor<1xi32> [22]
// CHECK-NEXT{LITERAL}: tensor<1xi32> [0]

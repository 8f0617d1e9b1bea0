// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// One row with 16 fraction bits. `ui8`: the range -1 .. 2 in 255 steps, zero
// point 85. `si8`: largest magnitude 2 in 127 steps.
func.func @example() -> (tensor<1x3xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1x3xi8>) {
  %x_codes = arith.constant dense<[[-65536, 0, 131072]]> : tensor<1x3xi32>
  %x = iquant.compose %x_codes : (tensor<1x3xi32>) -> !iquant.fixed<1x3xi32, 16>
  %unsigned = iquant.quantize %x : !iquant.fixed<1x3xi32, 16> -> !iquant.dyn<1x3xui8>
  %signed = iquant.quantize %x : !iquant.fixed<1x3xi32, 16> -> !iquant.dyn<1x3xsi8>
  %codes, %multiplier, %exponent, %zero = iquant.decompose %unsigned
      : (!iquant.dyn<1x3xui8>) -> (tensor<1x3xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>)
  %symmetric, %m, %e = iquant.decompose %signed
      : (!iquant.dyn<1x3xsi8>) -> (tensor<1x3xi8>, tensor<1xi32>, tensor<1xi32>)
  return %codes, %multiplier, %exponent, %zero, %symmetric
      : tensor<1x3xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1x3xi8>
}

// CHECK{LITERAL}: tensor<1x3xi8> [[0, 85, -1]]
// CHECK-NEXT{LITERAL}: tensor<1xi32> [49345]
// CHECK-NEXT{LITERAL}: tensor<1xi32> [22]
// CHECK-NEXT{LITERAL}: tensor<1xi32> [85]
// CHECK-NEXT{LITERAL}: tensor<1x3xi8> [[-63, 0, 127]]

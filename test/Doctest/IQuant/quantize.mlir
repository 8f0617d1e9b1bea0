// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// One row with 16 fraction bits. `ui8`: the range -1 .. 2 in 255 steps, zero
// point 85. In groups of 2 the first has that range; 0.25 fits it eight times,
// so the second has three more fraction bits. `si8`: largest magnitude 2 in
// 127 steps; with fixed ranges of 1 and 0.25, 2 saturates.
func.func @example() -> (tensor<1x4xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1x4xi8>, tensor<1x2xi32>, tensor<1x4xi8>, tensor<1x4xi8>) {
  %x_codes = arith.constant dense<[[-65536, 131072, 0, 16384]]> : tensor<1x4xi32>
  %x = iquant.compose %x_codes : (tensor<1x4xi32>) -> !iquant.fixed<1x4xi32, 16>
  %unsigned = iquant.quantize %x : !iquant.fixed<1x4xi32, 16> -> !iquant.dyn<1x4xui8>
  %grouped = iquant.quantize %x : !iquant.fixed<1x4xi32, 16> -> !iquant.dyn<1x4xui8, 2>
  %signed = iquant.quantize %x : !iquant.fixed<1x4xi32, 16> -> !iquant.dyn<1x4xsi8>
  %fixed = iquant.quantize %x {ranges = array<i32: 65536, 16384>} : !iquant.fixed<1x4xi32, 16> -> !iquant.dyn<1x4xsi8, 2>
  %codes, %multiplier, %exponent, %zero = iquant.decompose %unsigned
      : (!iquant.dyn<1x4xui8>) -> (tensor<1x4xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>)
  %group_codes, %same, %exponents, %zeros = iquant.decompose %grouped
      : (!iquant.dyn<1x4xui8, 2>) -> (tensor<1x4xi8>, tensor<1xi32>, tensor<1x2xi32>, tensor<1x2xi32>)
  %symmetric, %m, %e = iquant.decompose %signed
      : (!iquant.dyn<1x4xsi8>) -> (tensor<1x4xi8>, tensor<1xi32>, tensor<1xi32>)
  %fixed_codes, %fm, %fe = iquant.decompose %fixed
      : (!iquant.dyn<1x4xsi8, 2>) -> (tensor<1x4xi8>, tensor<1x2xi32>, tensor<1x2xi32>)
  return %codes, %multiplier, %exponent, %zero, %group_codes, %exponents, %symmetric, %fixed_codes
      : tensor<1x4xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1x4xi8>, tensor<1x2xi32>, tensor<1x4xi8>, tensor<1x4xi8>
}

// CHECK{LITERAL}: tensor<1x4xi8> [[0, -1, 85, 106]]
// CHECK-NEXT{LITERAL}: tensor<1xi32> [49345]
// CHECK-NEXT{LITERAL}: tensor<1xi32> [22]
// CHECK-NEXT{LITERAL}: tensor<1xi32> [85]
// CHECK-NEXT{LITERAL}: tensor<1x4xi8> [[0, -1, 0, -86]]
// CHECK-NEXT{LITERAL}: tensor<1x2xi32> [[22, 25]]
// CHECK-NEXT{LITERAL}: tensor<1x4xi8> [[-63, 127, 0, 16]]
// CHECK-NEXT{LITERAL}: tensor<1x4xi8> [[-127, 127, 0, 127]]

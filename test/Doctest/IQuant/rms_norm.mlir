// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// The row (3, 4, 0, 0), whose root mean square is 2.5, as normalised fixed
// point and as codes: 1.6 is 409.6 / 256, and the codes are those of the row.
func.func @example() -> (tensor<1x4xi32>, tensor<1x4xi8>) {
  %x_codes = arith.constant dense<[[196608, 262144, 0, 0]]> : tensor<1x4xi32>
  %x = iquant.compose %x_codes : (tensor<1x4xi32>) -> !iquant.fixed<1x4xi32, 16>
  %normalised = iquant.rms_norm %x {epsilon = 0} : (!iquant.fixed<1x4xi32, 16>) -> !iquant.fixed<1x4xi32, 8>
  %quantized = iquant.rms_norm %x {epsilon = 0} : (!iquant.fixed<1x4xi32, 16>) -> !iquant.dyn<1x4xui8>
  %result = iquant.decompose %normalised : (!iquant.fixed<1x4xi32, 8>) -> tensor<1x4xi32>
  %codes, %m, %e, %z = iquant.decompose %quantized
      : (!iquant.dyn<1x4xui8>) -> (tensor<1x4xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>)
  return %result, %codes : tensor<1x4xi32>, tensor<1x4xi8>
}

// CHECK{LITERAL}: tensor<1x4xi32> [[307, 410, 0, 0]]
// CHECK-NEXT{LITERAL}: tensor<1x4xi8> [[-65, -1, 0, 0]]

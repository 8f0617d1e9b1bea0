// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// Codes and scales of one position move into a cache of three positions.
func.func @example() -> (tensor<3x2xi8>, tensor<3x1xi32>, tensor<3x1xi32>) {
  %codes = arith.constant dense<[[127, -1], [0, 0], [0, 0]]> : tensor<3x2xi8>
  %m = arith.constant dense<32768> : tensor<3x1xi32>
  %e = arith.constant dense<[[20], [62], [62]]> : tensor<3x1xi32>
  %cache = iquant.compose %codes, %m, %e : (tensor<3x2xi8>, tensor<3x1xi32>, tensor<3x1xi32>) -> !iquant.dyn<3x2xsi8, 2>
  %new_codes = arith.constant dense<[[5, 127]]> : tensor<1x2xi8>
  %new_m = arith.constant dense<40000> : tensor<1x1xi32>
  %new_e = arith.constant dense<18> : tensor<1x1xi32>
  %rows = iquant.compose %new_codes, %new_m, %new_e : (tensor<1x2xi8>, tensor<1x1xi32>, tensor<1x1xi32>) -> !iquant.dyn<1x2xsi8, 2>
  %position = arith.constant 1 : index
  %result = iquant.update_cache %cache, %rows at %position : (!iquant.dyn<3x2xsi8, 2>, !iquant.dyn<1x2xsi8, 2>, index) -> !iquant.dyn<3x2xsi8, 2>
  %0:3 = iquant.decompose %result : (!iquant.dyn<3x2xsi8, 2>) -> (tensor<3x2xi8>, tensor<3x1xi32>, tensor<3x1xi32>)
  return %0#0, %0#1, %0#2 : tensor<3x2xi8>, tensor<3x1xi32>, tensor<3x1xi32>
}

// CHECK{LITERAL}: tensor<3x2xi8> [[127, -1], [5, 127], [0, 0]]
// CHECK-NEXT{LITERAL}: tensor<3x1xi32> [[32768], [40000], [32768]]
// CHECK-NEXT{LITERAL}: tensor<3x1xi32> [[20], [18], [62]]

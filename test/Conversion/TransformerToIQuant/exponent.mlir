// RUN: not quant-opt %s --convert-transformer-to-iquant="exponent=25" 2>&1 | FileCheck %s
// RUN: not quant-opt %s --convert-transformer-to-iquant="exponent=-1" 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// RUN: quant-opt %s --convert-transformer-to-iquant="exponent=24" | FileCheck %s --check-prefix=LARGEST

// CHECK: error: expects an exponent in 0 .. 24, got 25
// NEGATIVE: error: expects an exponent in 0 .. 24, got -1
// LARGEST: !iquant.fixed<4xi32, 24>
func.func @silu(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = transformer.silu %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

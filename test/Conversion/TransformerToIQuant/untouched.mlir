// RUN: not quant-opt %s --convert-transformer-to-iquant --mlir-print-ir-after-failure 2>&1 | FileCheck %s

// One op that cannot be converted leaves the whole module as it was.
// CHECK: error: 'math.exp' op has no integer form
// CHECK: IR Dump After {{.*}} Failed
// CHECK: func.func @convertible
// CHECK-NEXT: arith.constant dense<1.000000e+00> : tensor<2x2xf32>
// CHECK-NEXT: transformer.linear
// CHECK-NEXT: return %{{.*}} : tensor<2xf32>
// CHECK-NOT: iquant
func.func @convertible(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %0 = transformer.linear %x, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

func.func @not_convertible(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = math.exp %x : tensor<2xf32>
  return %0 : tensor<2xf32>
}

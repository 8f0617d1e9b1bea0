// RUN: not quant-opt %s --convert-transformer-to-iquant --split-input-file --remarks-filter=convert-transformer-to-iquant \
// RUN:   --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s

// CHECK: remarks.mlir:[[#@LINE+4]]:{{.*}} remark: [Missed] NormNotFused
// CHECK-SAME: not fused with quantization, since 'transformer.add' reads the result too
// CHECK: remarks.mlir:[[#@LINE+1]]:{{.*}} remark: [Passed] Converted | {{.*}}Function=f | Remark="converted to integer ops", add=1, linear=2, rms_norm=1
func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
  %n = transformer.rms_norm %x {epsilon = 0.0} : (tensor<2xf32>) -> tensor<2xf32>
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %0 = transformer.linear %n, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %1 = transformer.linear %0, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %2 = transformer.add %1, %n : tensor<2xf32>
  return %2 : tensor<2xf32>
}

// No remark about a function without transformer ops.
// CHECK-NOT: Function=g
func.func @g(%x: tensor<2xi32>) -> tensor<2xi32> {
  return %x : tensor<2xi32>
}

// -----

// CHECK: remark: [Failure] Declined | {{.*}}Remark="expects a constant weight, got argument 1 of 'func.func'"
func.func @declined(%x: tensor<2xf32>, %w: tensor<2x2xf32>) -> tensor<2xf32> {
  %0 = transformer.linear %x, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

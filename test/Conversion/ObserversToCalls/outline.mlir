// RUN: quant-opt %s --transformer-insert-observers --convert-observers-to-calls --convert-transformer-to-linalg --canonicalize \
// RUN:   --outline-repeated-bodies=min-ops=3 | FileCheck %s

// Two layers are one body, though their values have names of their own.
// CHECK-LABEL: func.func @forward(
// CHECK: call @forward_body_0(
// CHECK: call @forward_body_0(
// CHECK-NOT: linalg
// CHECK: func.func private @forward_body_0(
// CHECK: call @iquant_observe_rows(
// CHECK: call @iquant_observe_rows(
// CHECK: return
func.func @forward(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %w0 = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 5.0], [1.0, 2.0, 3.0, 6.0], [1.0, 2.0, 3.0, 7.0]]> : tensor<4x4xf32>
  %w1 = arith.constant dense<[[0.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 5.0], [1.0, 2.0, 3.0, 6.0], [1.0, 2.0, 3.0, 7.0]]> : tensor<4x4xf32>
  %0 = transformer.linear %x, %w0 : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32> loc("layers.0.up")
  %1 = transformer.silu %0 : tensor<?x4xf32> loc("layers.0.silu")
  %2 = transformer.linear %1, %w1 : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32> loc("layers.1.up")
  %3 = transformer.silu %2 : tensor<?x4xf32> loc("layers.1.silu")
  return %3 : tensor<?x4xf32>
}

// RUN: quant-opt %s --convert-transformer-to-linalg --canonicalize | FileCheck %s

func.func @linear(%x: tensor<2x?x8xf32>, %w: tensor<4x8xf32>) -> tensor<2x?x4xf32> {
  %0 = transformer.linear %x, %w : (tensor<2x?x8xf32>, tensor<4x8xf32>) -> tensor<2x?x4xf32>
  return %0 : tensor<2x?x4xf32>
}

// CHECK-LABEL: func.func @linear(
// CHECK: %[[ROWS:.*]] = tensor.collapse_shape %{{.*}} : tensor<2x?x8xf32> into tensor<?x8xf32>
// CHECK: %[[ZERO:.*]] = linalg.fill
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]} ins(%[[ROWS]], %{{.*}} : tensor<?x8xf32>, tensor<4x8xf32>) outs(%[[ZERO]] : tensor<?x4xf32>) {
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: tensor.expand_shape %{{.*}} into tensor<2x?x4xf32>

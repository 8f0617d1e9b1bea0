// RUN: quant-opt %s --transformer-fold-rotation | FileCheck %s

// A residual stream of two channels. The table's channels get random signs and
// are rotated by 45 degrees, and the linears undo that.
func.func @f(%ids: tensor<?xi32>) -> tensor<?x1xf32> {
  %table = arith.constant dense<[[8.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>
  %x = transformer.embedding %ids, %table : (tensor<?xi32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %normed = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %weight = arith.constant dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>
  %y = transformer.linear %normed, %weight : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %sum = transformer.add %x, %y : tensor<?x2xf32>
  %head = arith.constant dense<[[1.0, 1.0]]> : tensor<1x2xf32>
  %result = transformer.linear %sum, %head : (tensor<?x2xf32>, tensor<1x2xf32>) -> tensor<?x1xf32>
  return %result : tensor<?x1xf32>
}

// CHECK-LABEL: func.func @f(
// CHECK: %[[TABLE:.*]] = arith.constant dense<{{\[}}[-5.65685415, -5.65685415], [0.707106769, -0.707106769]]>
// CHECK: transformer.embedding %{{.*}}, %[[TABLE]]
// CHECK: %[[WEIGHT:.*]] = arith.constant dense<{{\[}}[1.000000e+00, 0.000000e+00], [0.000000e+00, 1.000000e+00]]>
// CHECK: transformer.linear %{{.*}}, %[[WEIGHT]]
// CHECK: %[[HEAD:.*]] = arith.constant dense<{{\[}}[0.000000e+00, -1.41421354]]>
// CHECK: transformer.linear %{{.*}}, %[[HEAD]]

// RUN: quant-opt %s --iquant-quantize-pipeline | FileCheck %s

// A feed-forward block: after the pipeline it is proven integer-only.
func.func @feed_forward(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %gate_weight = arith.constant dense<[[0.5, -0.25], [1.0, 0.0], [0.0, 2.0]]> : tensor<3x2xf32>
  %up_weight = arith.constant dense<[[1.0, 1.0], [0.5, 0.5], [-1.0, 0.25]]> : tensor<3x2xf32>
  %down_weight = arith.constant dense<[[0.1, 0.2, 0.3], [-0.3, 0.2, 0.1]]> : tensor<2x3xf32>
  %normed = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %gate = transformer.linear %normed, %gate_weight : (tensor<?x2xf32>, tensor<3x2xf32>) -> tensor<?x3xf32>
  %up = transformer.linear %normed, %up_weight : (tensor<?x2xf32>, tensor<3x2xf32>) -> tensor<?x3xf32>
  %hidden = transformer.swiglu %gate, %up : tensor<?x3xf32>
  %down = transformer.linear %hidden, %down_weight : (tensor<?x3xf32>, tensor<2x3xf32>) -> tensor<?x2xf32>
  %result = transformer.add %x, %down : tensor<?x2xf32>
  return %result : tensor<?x2xf32>
}

// CHECK-LABEL: func.func @feed_forward(
// CHECK-SAME: %[[X:.*]]: !iquant.fixed<?x2xi32, 14>) -> !iquant.fixed<?x2xi32, 14>
// CHECK: %[[NORMED:.*]] = iquant.rms_norm %[[X]] {{.*}} -> !iquant.dyn<?x2xui8>
// CHECK: %[[GATE:.*]] = iquant.linear %[[NORMED]]
// CHECK: %[[UP:.*]] = iquant.linear %[[NORMED]]
// CHECK: %[[HIDDEN:.*]] = iquant.swiglu %[[GATE]], %[[UP]]
// CHECK: %[[CODES:.*]] = iquant.quantize %[[HIDDEN]] : {{.*}} -> !iquant.dyn<?x3xui8>
// CHECK: %[[DOWN:.*]] = iquant.linear %[[CODES]]
// CHECK: iquant.add %[[X]], %[[DOWN]]
// CHECK-NOT: f32

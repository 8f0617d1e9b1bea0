// RUN: quant-opt %s --transformer-insert-observers | FileCheck %s

// Two linears read the norm, which gets one observer. No op here has a name
// from a checkpoint.
func.func @layer(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %gate_weight = arith.constant dense<0.5> : tensor<8x4xf32>
  %up_weight = arith.constant dense<0.25> : tensor<8x4xf32>
  %normed = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %gate = transformer.linear %normed, %gate_weight : (tensor<?x4xf32>, tensor<8x4xf32>) -> tensor<?x8xf32>
  %up = transformer.linear %normed, %up_weight : (tensor<?x4xf32>, tensor<8x4xf32>) -> tensor<?x8xf32>
  %result = transformer.swiglu %gate, %up : tensor<?x8xf32>
  return %result : tensor<?x8xf32>
}

// CHECK: %[[X:.*]] = transformer.observe %arg0 "layer.argument.0"
// CHECK: %[[NORM:.*]] = transformer.rms_norm %[[X]]
// CHECK-NEXT: %[[NORMED:.*]] = transformer.observe %[[NORM]] "layer.rms_norm.0"
// CHECK-NEXT: %[[LINEAR0:.*]] = transformer.linear %[[NORMED]]
// CHECK-NEXT: %[[GATE:.*]] = transformer.observe %[[LINEAR0]] "layer.linear.0"
// CHECK-NEXT: %[[LINEAR1:.*]] = transformer.linear %[[NORMED]]
// CHECK-NEXT: %[[UP:.*]] = transformer.observe %[[LINEAR1]] "layer.linear.1"
// CHECK-NEXT: %[[PRODUCT:.*]] = transformer.swiglu %[[GATE]], %[[UP]]
// CHECK-NEXT: %[[RESULT:.*]] = transformer.observe %[[PRODUCT]] "layer.swiglu.0"
// CHECK-NEXT: return %[[RESULT]]

// RUN: quant-opt %s --convert-transformer-to-linalg --canonicalize --raise-to-transformer | FileCheck %s

// What the float lowering writes is raised to what it came from. Of four ops it is another function at the edges, or in
// loops: ids are kept in the table, a row of nothing but minus infinity is 0, pairs are chosen by index, attention has blocks.

// CHECK-LABEL: func.func @linear(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>, %[[W:.*]]: tensor<5x4xf32>, %[[B:.*]]: tensor<5xf32>)
func.func @linear(%x: tensor<2x3x4xf32>, %w: tensor<5x4xf32>, %b: tensor<5xf32>) -> tensor<2x3x5xf32> {
  // CHECK-NEXT: %[[R0:.*]] = transformer.linear %[[X]], %[[W]] bias %[[B]] : (tensor<2x3x4xf32>, tensor<5x4xf32>, tensor<5xf32>) -> tensor<2x3x5xf32>
  // CHECK-NEXT: return %[[R0]]
  %0 = transformer.linear %x, %w bias %b : (tensor<2x3x4xf32>, tensor<5x4xf32>, tensor<5xf32>) -> tensor<2x3x5xf32>
  return %0 : tensor<2x3x5xf32>
}

// CHECK-LABEL: func.func @rms_norm(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>, %[[G:.*]]: tensor<4xf32>)
func.func @rms_norm(%x: tensor<2x3x4xf32>, %g: tensor<4xf32>) -> tensor<2x3x4xf32> {
  // CHECK-NEXT: %[[R0:.*]] = transformer.rms_norm %[[X]] scale %[[G]] {epsilon = 5.000000e-01 : f64} : (tensor<2x3x4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32>
  // CHECK-NEXT: return %[[R0]]
  %0 = transformer.rms_norm %x scale %g {epsilon = 0.5} : (tensor<2x3x4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func.func @layer_norm(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>, %[[G:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<4xf32>)
func.func @layer_norm(%x: tensor<2x3x4xf32>, %g: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<2x3x4xf32> {
  // CHECK-NEXT: %[[R0:.*]] = transformer.layer_norm %[[X]] scale %[[G]] shift %[[B]] {epsilon = 5.000000e-01 : f64} : (tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32>
  // CHECK-NEXT: return %[[R0]]
  %0 = transformer.layer_norm %x scale %g shift %b {epsilon = 0.5} : (tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func.func @silu(
// CHECK-SAME: %[[X:.*]]: tensor<?x4xf32>)
func.func @silu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: %[[R0:.*]] = transformer.silu %[[X]] : tensor<?x4xf32>
  // CHECK-NEXT: return %[[R0]]
  %0 = transformer.silu %x : tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @swiglu(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>, %[[Y:.*]]: tensor<2x4xf32>)
func.func @swiglu(%x: tensor<2x4xf32>, %y: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R0:.*]] = transformer.swiglu %[[X]], %[[Y]] : tensor<2x4xf32>
  // CHECK-NEXT: return %[[R0]]
  %0 = transformer.swiglu %x, %y : tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @gelu_erf(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @gelu_erf(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R0:.*]] = transformer.gelu %[[X]]<erf> : tensor<2x4xf32>
  // CHECK-NEXT: return %[[R0]]
  %0 = transformer.gelu %x<erf> : tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @gelu_tanh(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @gelu_tanh(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R0:.*]] = transformer.gelu %[[X]]<tanh> : tensor<2x4xf32>
  // CHECK-NEXT: return %[[R0]]
  %0 = transformer.gelu %x<tanh> : tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @gelu_sigmoid(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @gelu_sigmoid(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R0:.*]] = transformer.gelu %[[X]]<sigmoid> : tensor<2x4xf32>
  // CHECK-NEXT: return %[[R0]]
  %0 = transformer.gelu %x<sigmoid> : tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @relu(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @relu(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R0:.*]] = transformer.relu %[[X]] : tensor<2x4xf32>
  // CHECK-NEXT: return %[[R0]]
  %0 = transformer.relu %x : tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @add(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>, %[[Y:.*]]: tensor<2x4xf32>)
func.func @add(%x: tensor<2x4xf32>, %y: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R0:.*]] = transformer.add %[[X]], %[[Y]] : tensor<2x4xf32>
  // CHECK-NEXT: return %[[R0]]
  %0 = transformer.add %x, %y : tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @mul(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>, %[[Y:.*]]: tensor<2x4xf32>)
func.func @mul(%x: tensor<2x4xf32>, %y: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R0:.*]] = transformer.relu %[[X]] : tensor<2x4xf32>
  // CHECK-NEXT: %[[R1:.*]] = transformer.mul %[[R0]], %[[Y]] : tensor<2x4xf32>
  // CHECK-NEXT: return %[[R1]]
  %0 = transformer.relu %x : tensor<2x4xf32>
  %1 = transformer.mul %0, %y : tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @scale(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>, %[[S:.*]]: tensor<4xf32>)
func.func @scale(%x: tensor<2x4xf32>, %s: tensor<4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R0:.*]] = transformer.relu %[[X]] : tensor<2x4xf32>
  // CHECK-NEXT: %[[R1:.*]] = transformer.scale %[[R0]] by %[[S]] : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // CHECK-NEXT: return %[[R1]]
  %0 = transformer.relu %x : tensor<2x4xf32>
  %1 = transformer.scale %0 by %s : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

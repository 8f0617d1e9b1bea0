// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s

#all = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @silu(
// CHECK-SAME: %[[X:.*]]: tensor<?x4xf32>)
func.func @silu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: %[[R:.*]] = transformer.silu %[[X]] : tensor<?x4xf32>
  // CHECK-NEXT: return %[[R]]
  %one = arith.constant 1.0 : f32
  %result = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x4xf32>) outs(%x : tensor<?x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.negf %in : f32
    %1 = math.exp %0 : f32
    %2 = arith.addf %1, %one : f32
    %3 = arith.divf %in, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<?x4xf32>
  return %result : tensor<?x4xf32>
}

// -----

// Every step an op on whole tensors; then the gate's product with another.
// CHECK-LABEL: func.func @swiglu(
// CHECK-SAME: %[[GATE:.*]]: tensor<2x4xf32>, %[[UP:.*]]: tensor<2x4xf32>)
func.func @swiglu(%gate: tensor<2x4xf32>, %up: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R:.*]] = transformer.swiglu %[[GATE]], %[[UP]] : tensor<2x4xf32>
  // CHECK-NEXT: return %[[R]]
  %ones = arith.constant dense<1.0> : tensor<2x4xf32>
  %0 = arith.negf %gate : tensor<2x4xf32>
  %1 = math.exp %0 : tensor<2x4xf32>
  %2 = arith.addf %ones, %1 : tensor<2x4xf32>
  %3 = arith.divf %ones, %2 : tensor<2x4xf32>
  %4 = arith.mulf %3, %gate : tensor<2x4xf32>
  %5 = arith.mulf %up, %4 : tensor<2x4xf32>
  return %5 : tensor<2x4xf32>
}

// -----

// CHECK-LABEL: func.func @swiglu_fused(
// CHECK-SAME: %[[GATE:.*]]: tensor<2x4xf32>, %[[UP:.*]]: tensor<2x4xf32>)
func.func @swiglu_fused(%gate: tensor<2x4xf32>, %up: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[R:.*]] = transformer.swiglu %[[GATE]], %[[UP]] : tensor<2x4xf32>
  // CHECK-NEXT: return %[[R]]
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %0 = tosa.sigmoid %gate : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = tosa.mul %0, %up, %shift : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<1xi8>) -> tensor<2x4xf32>
  %2 = tosa.mul %1, %gate, %shift : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<1xi8>) -> tensor<2x4xf32>
  return %2 : tensor<2x4xf32>
}

// -----

#all = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @gelu_erf(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @gelu_erf(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R:.*]] = transformer.gelu %[[X]]<erf> : tensor<2x4xf32>
  // CHECK-NEXT: return %[[R]]
  %root = arith.constant 1.41421354 : f32
  %one = arith.constant 1.0 : f32
  %half = arith.constant 0.5 : f32
  %empty = tensor.empty() : tensor<2x4xf32>
  %result = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<2x4xf32>) outs(%empty : tensor<2x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.divf %in, %root : f32
    %1 = math.erf %0 : f32
    %2 = arith.addf %1, %one : f32
    %3 = arith.mulf %2, %half : f32
    %4 = arith.mulf %in, %3 : f32
    linalg.yield %4 : f32
  } -> tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

#all = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @gelu_tanh(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @gelu_tanh(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  // CHECK-DAG: %[[A:.*]] = transformer.gelu %[[X]]<tanh> : tensor<2x4xf32>
  // CHECK-DAG: %[[B:.*]] = transformer.gelu %[[X]]<tanh> : tensor<2x4xf32>
  // CHECK-NOT: linalg
  // CHECK: return %{{.*}}, %{{.*}}
  %three = arith.constant 3.0 : f32
  %cubic = arith.constant 4.471500e-02 : f32
  %root = arith.constant 0.797884583 : f32
  %twice = arith.constant 1.59576917 : f32
  %one = arith.constant 1.0 : f32
  %half = arith.constant 0.5 : f32
  %empty = tensor.empty() : tensor<2x4xf32>
  %tanh = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<2x4xf32>) outs(%empty : tensor<2x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.powf %in, %three : f32
    %1 = arith.mulf %0, %cubic : f32
    %2 = arith.addf %in, %1 : f32
    %3 = arith.mulf %2, %root : f32
    %4 = math.tanh %3 : f32
    %5 = arith.addf %4, %one : f32
    %6 = arith.mulf %in, %half : f32
    %7 = arith.mulf %6, %5 : f32
    linalg.yield %7 : f32
  } -> tensor<2x4xf32>
  // (1 + tanh(p)) / 2 is the sigmoid of 2 p.
  %sigmoid = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<2x4xf32>) outs(%empty : tensor<2x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.mulf %in, %in : f32
    %1 = arith.mulf %0, %cubic : f32
    %2 = arith.addf %one, %1 : f32
    %3 = arith.mulf %2, %in : f32
    %4 = arith.mulf %3, %twice : f32
    %5 = arith.negf %4 : f32
    %6 = math.exp %5 : f32
    %7 = arith.addf %one, %6 : f32
    %8 = arith.divf %in, %7 : f32
    linalg.yield %8 : f32
  } -> tensor<2x4xf32>
  return %tanh, %sigmoid : tensor<2x4xf32>, tensor<2x4xf32>
}

// -----

// CHECK-LABEL: func.func @add(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>, %[[Y:.*]]: tensor<2x4xf32>)
func.func @add(%x: tensor<2x4xf32>, %y: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R:.*]] = transformer.add %[[X]], %[[Y]] : tensor<2x4xf32>
  // CHECK-NEXT: return %[[R]]
  %empty = tensor.empty() : tensor<2x4xf32>
  %result = linalg.add ins(%x, %y : tensor<2x4xf32>, tensor<2x4xf32>) outs(%empty : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// CHECK-LABEL: func.func @gelu_sigmoid(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @gelu_sigmoid(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R:.*]] = transformer.gelu %[[X]]<sigmoid> : tensor<2x4xf32>
  // CHECK-NEXT: return %[[R]]
  %factor = arith.constant dense<1.702> : tensor<2x4xf32>
  %0 = arith.mulf %factor, %x : tensor<2x4xf32>
  %1 = tosa.sigmoid %0 : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = arith.mulf %x, %1 : tensor<2x4xf32>
  return %2 : tensor<2x4xf32>
}

// -----

// Four ways to write a ReLU.
#all = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @relu(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @relu(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
  // CHECK-NEXT: %[[A:.*]] = transformer.relu %[[X]] : tensor<2x4xf32>
  // CHECK-NEXT: %[[B:.*]] = transformer.relu %[[X]] : tensor<2x4xf32>
  // CHECK-NEXT: %[[C:.*]] = transformer.relu %[[X]] : tensor<2x4xf32>
  // CHECK-NEXT: %[[D:.*]] = transformer.relu %[[X]] : tensor<2x4xf32>
  // CHECK-NEXT: return %[[A]], %[[B]], %[[C]], %[[D]]
  %zeros = arith.constant dense<0.0> : tensor<2x4xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<2x4xf32>
  %0 = arith.maximumf %zeros, %x : tensor<2x4xf32>
  %1 = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<2x4xf32>) outs(%empty : tensor<2x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %greater = arith.cmpf ugt, %in, %zero : f32
    %selected = arith.select %greater, %in, %zero : f32
    linalg.yield %selected : f32
  } -> tensor<2x4xf32>
  %2 = tosa.clamp %x {min_val = 0.0 : f32, max_val = 3.40282347e+38 : f32} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %3 = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<2x4xf32>) outs(%empty : tensor<2x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %less = arith.cmpf ole, %in, %zero : f32
    %selected = arith.select %less, %zero, %in : f32
    linalg.yield %selected : f32
  } -> tensor<2x4xf32>
  return %0, %1, %2, %3 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}

// -----

// The gate in one body with its product, and raised before.
#all = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @gates(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>, %[[UP:.*]]: tensor<2x4xf32>)
func.func @gates(%x: tensor<2x4xf32>, %up: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  // CHECK: %[[GELU:.*]] = transformer.gelu %[[X]]<erf> : tensor<2x4xf32>
  // CHECK-NEXT: %[[A:.*]] = transformer.mul %[[GELU]], %[[UP]] : tensor<2x4xf32>
  // CHECK: %[[RELU:.*]] = transformer.relu %[[X]] : tensor<2x4xf32>
  // CHECK-NEXT: %[[B:.*]] = transformer.mul %[[RELU]], %[[UP]] : tensor<2x4xf32>
  // CHECK-NEXT: return %[[A]], %[[B]]
  %root = arith.constant 0.707106769 : f32
  %one = arith.constant 1.0 : f32
  %half = arith.constant 0.5 : f32
  %empty = tensor.empty() : tensor<2x4xf32>
  %0 = linalg.generic {indexing_maps = [#all, #all, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x, %up : tensor<2x4xf32>, tensor<2x4xf32>) outs(%empty : tensor<2x4xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %a = arith.mulf %in, %root : f32
    %b = math.erf %a : f32
    %c = arith.addf %b, %one : f32
    %d = arith.mulf %in, %half : f32
    %e = arith.mulf %d, %c : f32
    %f = arith.mulf %in_1, %e : f32
    linalg.yield %f : f32
  } -> tensor<2x4xf32>
  %zeros = arith.constant dense<0.0> : tensor<2x4xf32>
  %1 = arith.maximumf %x, %zeros : tensor<2x4xf32>
  %2 = arith.mulf %1, %up : tensor<2x4xf32>
  return %0, %2 : tensor<2x4xf32>, tensor<2x4xf32>
}

// -----

// A factor for all channels, one for each, and one in a sum.
#all = affine_map<(d0, d1) -> (d0, d1)>
#channel = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: func.func @factors(
func.func @factors(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
  // CHECK-DAG: %[[ONE:.*]] = arith.constant dense<5.542560e+01> : tensor<4xf32>
  // CHECK-DAG: %[[EACH:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<4xf32>
  // CHECK-DAG: %[[QUARTER:.*]] = arith.constant dense<2.500000e-01> : tensor<4xf32>
  // CHECK-DAG: %[[X:.*]] = transformer.silu
  // CHECK-DAG: %[[A:.*]] = transformer.scale %[[X]] by %[[ONE]] : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // CHECK-DAG: %[[B:.*]] = transformer.scale %[[X]] by %[[EACH]]
  // CHECK-DAG: %[[C:.*]] = transformer.scale %[[X]] by %[[QUARTER]]
  // CHECK: %[[D:.*]] = transformer.add %{{.*}}, %[[C]]
  // CHECK-NEXT: return %[[A]], %[[B]], %[[D]]
  %silu = transformer.silu %x : tensor<2x4xf32>
  %factor = arith.constant dense<55.4256> : tensor<2x4xf32>
  %each = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %four = arith.constant 4.0 : f32
  %empty = tensor.empty() : tensor<2x4xf32>
  %0 = arith.mulf %silu, %factor : tensor<2x4xf32>
  %1 = linalg.generic {indexing_maps = [#all, #channel, #all], iterator_types = ["parallel", "parallel"]}
      ins(%silu, %each : tensor<2x4xf32>, tensor<4xf32>) outs(%empty : tensor<2x4xf32>) {
  ^bb0(%in: f32, %factor_1: f32, %out: f32):
    %a = arith.mulf %factor_1, %in : f32
    linalg.yield %a : f32
  } -> tensor<2x4xf32>
  %2 = linalg.generic {indexing_maps = [#all, #all, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x, %silu : tensor<2x4xf32>, tensor<2x4xf32>) outs(%empty : tensor<2x4xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %a = arith.divf %in_1, %four : f32
    %b = arith.addf %in, %a : f32
    linalg.yield %b : f32
  } -> tensor<2x4xf32>
  return %0, %1, %2 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}

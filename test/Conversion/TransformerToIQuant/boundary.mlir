// RUN: quant-opt %s --convert-transformer-to-iquant="exponent=12" | FileCheck %s

// Signatures, calls and returns.
// CHECK-LABEL: func.func private @callee(
// CHECK-SAME: %{{.*}}: !iquant.fixed<?x4xi32, 12> {test.note}, %{{.*}}: index, %{{.*}}: tensor<?xi1>) -> (!iquant.fixed<?x4xi32, 12>, index)
func.func private @callee(%x: tensor<?x4xf64> {test.note}, %i: index, %m: tensor<?xi1>) -> (tensor<?x4xf64>, index) {
  return %x, %i : tensor<?x4xf64>, index
}

// CHECK-LABEL: func.func @caller(
func.func @caller(%x: tensor<?x4xf64>, %i: index, %m: tensor<?xi1>) -> tensor<?x4xf64> {
  // CHECK: call @callee(%arg0, %arg1, %arg2) : (!iquant.fixed<?x4xi32, 12>, index, tensor<?xi1>) -> (!iquant.fixed<?x4xi32, 12>, index)
  %0:2 = func.call @callee(%x, %i, %m) : (tensor<?x4xf64>, index, tensor<?xi1>) -> (tensor<?x4xf64>, index)
  return %0#0 : tensor<?x4xf64>
}

// Loops carry fixed point; a parameter that a loop uses stands before it.
// CHECK-LABEL: func.func @loop(
func.func @loop(%x: tensor<2x2xbf16>, %n: index) -> tensor<2x2xbf16> {
  // CHECK: %[[W:.*]] = iquant.compose {{.*}} -> !iquant.weight<2x2xsi8>
  // CHECK: scf.for {{.*}} iter_args(%[[IT:.*]] = %arg0) -> (!iquant.fixed<2x2xi32, 12>) {
  // CHECK: %[[Q:.*]] = iquant.quantize %[[IT]]
  // CHECK: %[[Y:.*]] = iquant.linear %[[Q]], %[[W]]
  // CHECK: scf.yield %[[Y]] : !iquant.fixed<2x2xi32, 12>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%it = %x) -> (tensor<2x2xbf16>) {
    %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xbf16>
    %y = transformer.linear %it, %w : (tensor<2x2xbf16>, tensor<2x2xbf16>) -> tensor<2x2xbf16>
    scf.yield %y : tensor<2x2xbf16>
  }
  return %0 : tensor<2x2xbf16>
}

// CHECK-LABEL: func.func @branch(
func.func @branch(%x: tensor<2xf32>, %c: i1) -> tensor<2xf32> {
  // CHECK: cf.cond_br %arg1, ^[[BB:.*]](%arg0 : !iquant.fixed<2xi32, 12>), ^[[BB]](%{{.*}} : !iquant.fixed<2xi32, 12>)
  // CHECK: ^[[BB]](%[[R:.*]]: !iquant.fixed<2xi32, 12>):
  // CHECK: return %[[R]]
  %s = transformer.silu %x : tensor<2xf32>
  cf.cond_br %c, ^bb1(%x : tensor<2xf32>), ^bb1(%s : tensor<2xf32>)
^bb1(%r: tensor<2xf32>):
  return %r : tensor<2xf32>
}

// A constant that is read as an activation is fixed point as well.
// CHECK-LABEL: func.func @constant(
func.func @constant(%x: tensor<2xf32>) -> tensor<2xf32> {
  // CHECK: %[[C:.*]] = arith.constant dense<[4096, -2048]> : tensor<2xi32>
  // CHECK: %[[F:.*]] = iquant.compose %[[C]] : (tensor<2xi32>) -> !iquant.fixed<2xi32, 12>
  // CHECK: iquant.add %arg0, %[[F]]
  %c = arith.constant dense<[1.0, -0.5]> : tensor<2xf32>
  %0 = transformer.add %x, %c : tensor<2xf32>
  return %0 : tensor<2xf32>
}

// Does nothing to integers: ids that are computed, masks, indices.
// CHECK-LABEL: func.func @integers(
func.func @integers(%ids: tensor<?xi64>) -> (tensor<?xi64>, tensor<2xi1>) {
  // CHECK: tensor.dim
  // CHECK: tensor.generate
  // CHECK: arith.index_cast
  // CHECK: arith.constant dense<[true, false]> : tensor<2xi1>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %ids, %c0 : tensor<?xi64>
  %positions = tensor.generate %n {
  ^bb0(%i: index):
    %p = arith.index_cast %i : index to i64
    tensor.yield %p : i64
  } : tensor<?xi64>
  %mask = arith.constant dense<[true, false]> : tensor<2xi1>
  return %positions, %mask : tensor<?xi64>, tensor<2xi1>
}

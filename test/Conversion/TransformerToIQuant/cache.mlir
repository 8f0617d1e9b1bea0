// RUN: quant-opt %s --convert-transformer-to-iquant | FileCheck %s

// A cache is the codes that attention reads, in the signature too; the last
// row of an activation is that of its codes.
// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[X:.*]]: !iquant.fixed<?x?x4xi32, 14>, %[[AT:.*]]: index,
// CHECK-SAME: %[[K:.*]]: !iquant.dyn<?x?x2xsi8, 2> {transformer.cache = "key.0"}, %[[V:.*]]: !iquant.dyn<?x?x2xsi8, 2>
// CHECK-SAME: -> (!iquant.fixed<?x1x4xi32, 14>, !iquant.dyn<?x?x2xsi8, 2> {transformer.cache = "key.0"}, !iquant.dyn<?x?x2xsi8, 2>)
func.func @step(%x: tensor<?x?x4xf32>, %at: index, %k: tensor<?x?x2xf32> {transformer.cache = "key.0"}, %v: tensor<?x?x2xf32>)
    -> (tensor<?x1x4xf32>, tensor<?x?x2xf32> {transformer.cache = "key.0"}, tensor<?x?x2xf32>) {
  // CHECK-DAG: %[[W:.*]] = iquant.compose {{.*}} -> !iquant.weight<2x4xsi8>
  // CHECK: %[[NEW:.*]] = iquant.linear %{{.*}}, %[[W]]
  // CHECK: %[[ROWS:.*]] = iquant.quantize %[[NEW]] : !iquant.fixed<?x?x2xi32, 14> -> !iquant.dyn<?x?x2xsi8, 2>
  // CHECK: %[[K1:.*]] = iquant.update_cache %[[K]], %[[ROWS]] at %[[AT]]
  // CHECK: %[[V1:.*]] = iquant.update_cache %[[V]], %[[ROWS]] at %[[AT]]
  // CHECK: %[[Y:.*]] = iquant.attention %{{.*}}, %[[K1]], %[[V1]] at %[[AT]] {causal
  %w = arith.constant dense<0.5> : tensor<2x4xf32>
  %new = transformer.linear %x, %w : (tensor<?x?x4xf32>, tensor<2x4xf32>) -> tensor<?x?x2xf32>
  %k1 = transformer.update_cache %k, %new at %at : (tensor<?x?x2xf32>, tensor<?x?x2xf32>, index) -> tensor<?x?x2xf32>
  %v1 = transformer.update_cache %v, %new at %at : (tensor<?x?x2xf32>, tensor<?x?x2xf32>, index) -> tensor<?x?x2xf32>
  %y = transformer.attention %x, %k1, %v1 at %at {heads = 2, kv_heads = 1, causal} : (tensor<?x?x4xf32>, tensor<?x?x2xf32>, tensor<?x?x2xf32>, index) -> tensor<?x?x4xf32>
  // CHECK: %[[CODES:.*]] = iquant.decompose %[[Y]]
  // CHECK: %[[B:.*]] = tensor.dim %[[CODES]], %c0
  // CHECK: %[[CODES2:.*]] = iquant.decompose %[[Y]]
  // CHECK: %[[SLICE:.*]] = tensor.extract_slice %[[CODES2]][0, 0, 0] [%[[B]], 1, 4] [1, 1, 1] : tensor<?x?x4xi32> to tensor<?x1x4xi32>
  // CHECK: %[[LAST:.*]] = iquant.compose %[[SLICE]]
  // CHECK: return %[[LAST]], %[[K1]], %[[V1]]
  %c0 = arith.constant 0 : index
  %b = tensor.dim %y, %c0 : tensor<?x?x4xf32>
  %last = tensor.extract_slice %y[0, 0, 0] [%b, 1, 4] [1, 1, 1] : tensor<?x?x4xf32> to tensor<?x1x4xf32>
  return %last, %k1, %v1 : tensor<?x1x4xf32>, tensor<?x?x2xf32>, tensor<?x?x2xf32>
}

// Two updates in a row, and a cache that the function makes itself.
// CHECK-LABEL: func.func @twice(
// CHECK-SAME: %[[K:arg2]]: !iquant.dyn<?x2xsi8, 2>
// CHECK-SAME: -> !iquant.fixed<?x2xi32, 14>
func.func @twice(%x: tensor<?x2xf32>, %at: index, %k: tensor<?x2xf32>) -> tensor<?x2xf32> {
  // CHECK: %[[START:.*]] = iquant.compose %{{.*}} -> !iquant.fixed<8x2xi32, 14>
  // CHECK: %[[EMPTY:.*]] = iquant.quantize %[[START]] : !iquant.fixed<8x2xi32, 14> -> !iquant.dyn<8x2xsi8, 2>
  // CHECK: %[[K1:.*]] = iquant.update_cache %[[K]],
  // CHECK: %[[K2:.*]] = iquant.update_cache %[[K1]]
  // CHECK: %[[V:.*]] = iquant.update_cache %[[EMPTY]]
  // CHECK: iquant.attention %{{.*}}, %[[K2]], %[[V]]
  %empty = arith.constant dense<0.0> : tensor<8x2xf32>
  %k1 = transformer.update_cache %k, %x at %at : (tensor<?x2xf32>, tensor<?x2xf32>, index) -> tensor<?x2xf32>
  %k2 = transformer.update_cache %k1, %x at %at : (tensor<?x2xf32>, tensor<?x2xf32>, index) -> tensor<?x2xf32>
  %v = transformer.update_cache %empty, %x at %at : (tensor<8x2xf32>, tensor<?x2xf32>, index) -> tensor<8x2xf32>
  %y = transformer.attention %x, %k2, %v at %at {heads = 1, kv_heads = 1} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<8x2xf32>, index) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// RUN: quant-opt %s --transformer-add-cache -split-input-file -mlir-print-debuginfo -mlir-print-local-scope | FileCheck %s
// RUN: quant-opt %s --transformer-add-cache --transformer-add-cache -split-input-file -mlir-print-debuginfo -mlir-print-local-scope | FileCheck %s

// Two layers, with a batch. `forward` stays; a rotation starts at the position,
// after its own offset if it has one; names and attributes come along. Only
// the last position of the residual stream goes through norm and head.
// CHECK-LABEL: func.func @forward(
// CHECK-NOT: update_cache
// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[IDS:.*]]: tensor<?x?xi32> {test.name = "ids"}
// CHECK-SAME: %[[AT:arg1]]: index loc("position")
// CHECK-SAME: %[[K0:arg2]]: tensor<?x?x4xf32> {transformer.cache = "key.0"} loc("attention.0.key_cache"
// CHECK-SAME: %[[V0:arg3]]: tensor<?x?x4xf32> {transformer.cache = "value.0"} loc("attention.0.value_cache"
// CHECK-SAME: %[[K1:arg4]]: tensor<?x?x4xf32> {transformer.cache = "key.1"}
// CHECK-SAME: %[[V1:arg5]]: tensor<?x?x4xf32> {transformer.cache = "value.1"}
// CHECK-SAME: -> (tensor<?x1x5xf32>
// CHECK-SAME: tensor<?x?x4xf32> {transformer.cache = "key.0"}, tensor<?x?x4xf32> {transformer.cache = "value.0"}
// CHECK-SAME: tensor<?x?x4xf32> {transformer.cache = "key.1"}, tensor<?x?x4xf32> {transformer.cache = "value.1"}
// CHECK-SAME: attributes {transformer.context_length = 64 : i64, transformer.end_tokens = array<i64: 2>}
// CHECK: %[[X:.*]] = transformer.embedding %[[IDS]]
// CHECK: %[[Q:.*]] = transformer.rope %[[X]]<half> by %{{.*}} at %[[AT]]
// CHECK: %[[K:.*]] = transformer.update_cache %[[K0]], %[[Q]] at %[[AT]]
// CHECK: %[[V:.*]] = transformer.update_cache %[[V0]], %[[X]] at %[[AT]]
// CHECK: transformer.attention %[[Q]], %[[K]], %[[V]] at %[[AT]] {causal, heads = 2 : i64, kv_heads = 2 : i64}
// CHECK-SAME: loc("attention.0")
// CHECK: %[[OFFSET:.*]] = arith.addi %{{.*}}, %[[AT]] : index
// CHECK: %[[Q1:.*]] = transformer.rope %{{.*}}<half> by %{{.*}} at %[[OFFSET]]
// CHECK: transformer.update_cache %[[K1]], %[[Q1]] at %[[AT]]
// CHECK: transformer.attention
// CHECK: %[[SUM:.*]] = transformer.add %{{.*}} : tensor<?x?x4xf32>
// CHECK: %[[B:.*]] = tensor.dim %[[SUM]], %c0
// CHECK: %[[S:.*]] = tensor.dim %[[SUM]], %c1
// CHECK: %[[LAST:.*]] = arith.subi %[[S]], %c1
// CHECK: %[[ROW:.*]] = tensor.extract_slice %[[SUM]][0, %[[LAST]], 0] [%[[B]], 1, 4] [1, 1, 1] : tensor<?x?x4xf32> to tensor<?x1x4xf32> loc("sum.last")
// CHECK: transformer.rms_norm %[[ROW]] {{.*}} : (tensor<?x1x4xf32>) -> tensor<?x1x4xf32>
// CHECK: transformer.linear {{.*}} -> tensor<?x1x5xf32>
func.func @forward(%ids: tensor<?x?xi32> {test.name = "ids"}) -> tensor<?x?x5xf32>
    attributes {transformer.context_length = 64 : i64, transformer.end_tokens = array<i64: 2>} {
  %zero = arith.constant 0 : index
  %three = arith.constant 3 : index
  %table = arith.constant dense<1.0> : tensor<5x4xf32>
  %f = arith.constant dense<1.0> : tensor<1xf32>
  %x = transformer.embedding %ids, %table : (tensor<?x?xi32>, tensor<5x4xf32>) -> tensor<?x?x4xf32>
  %q = transformer.rope %x<half> by %f at %zero {heads = 2, max_positions = 64} : (tensor<?x?x4xf32>, tensor<1xf32>, index) -> tensor<?x?x4xf32>
  %a = transformer.attention %q, %q, %x {heads = 2, kv_heads = 2, causal} : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32> loc("attention.0")
  %q1 = transformer.rope %a<half> by %f at %three {heads = 2, max_positions = 64} : (tensor<?x?x4xf32>, tensor<1xf32>, index) -> tensor<?x?x4xf32>
  %a1 = transformer.attention %q1, %q1, %a {heads = 2, kv_heads = 2, causal} : (tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32> loc("attention.1")
  %s = transformer.add %a, %a1 : tensor<?x?x4xf32> loc("sum")
  %n = transformer.rms_norm %s {epsilon = 1.0e-5} : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %r = transformer.linear %n, %table : (tensor<?x?x4xf32>, tensor<5x4xf32>) -> tensor<?x?x5xf32>
  return %r : tensor<?x?x5xf32>
}

// -----

// A static length becomes dynamic, other arguments stay, argmax counts
// positions in its last dimension, and a value with a second reader is not cut
// further up.
// CHECK-LABEL: func.func @step(
// CHECK-SAME: tensor<?xi64>
// CHECK-SAME: tensor<6xf32>
// CHECK-SAME: index
// CHECK-SAME: tensor<?x6xf32> {transformer.cache = "key.0"}
// CHECK-SAME: -> (tensor<1xi32>
// CHECK: %[[Y:.*]] = transformer.attention {{.*}} -> tensor<?x6xf32>
// CHECK: %[[Z:.*]] = transformer.add %[[Y]], %[[Y]] : tensor<?x6xf32>
// CHECK: %[[L:.*]] = tensor.extract_slice %[[Z]]
// CHECK: %[[N:.*]] = transformer.layer_norm %[[L]] scale %{{.*}} : (tensor<1x6xf32>, tensor<6xf32>) -> tensor<1x6xf32>
// CHECK: transformer.argmax %[[N]] : (tensor<1x6xf32>) -> tensor<1xi32>
func.func @forward(%ids: tensor<7xi64>, %scale: tensor<6xf32>) -> tensor<7xi32> {
  %table = arith.constant dense<1.0> : tensor<5x6xf32>
  %x = transformer.embedding %ids, %table : (tensor<7xi64>, tensor<5x6xf32>) -> tensor<7x6xf32>
  %y = transformer.attention %x, %x, %x {heads = 3, kv_heads = 3, causal} : (tensor<7x6xf32>, tensor<7x6xf32>, tensor<7x6xf32>) -> tensor<7x6xf32>
  %z = transformer.add %y, %y : tensor<7x6xf32>
  %n = transformer.layer_norm %z scale %scale {epsilon = 1.0e-5} : (tensor<7x6xf32>, tensor<6xf32>) -> tensor<7x6xf32>
  %r = transformer.argmax %n : (tensor<7x6xf32>) -> tensor<7xi32>
  return %r : tensor<7xi32>
}

// -----

// Positions, cosines and sines that are arguments are those of the new rows.
// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[IDS:[a-z0-9]*]]: tensor<1x?xi64>
// CHECK-SAME: %[[ROWS:[a-z0-9]*]]: tensor<1x?xi64>
// CHECK-SAME: %[[C:[a-z0-9]*]]: tensor<?x2xf32>
// CHECK-SAME: %[[S:[a-z0-9]*]]: tensor<?x2xf32>
// CHECK-SAME: %[[AT:[a-z0-9]*]]: index
// CHECK: %[[Q:.*]] = transformer.rope %{{.*}}<half> by %{{.*}} at %[[ROWS]] {{.*}} : (tensor<1x?x4xf32>, tensor<1xf32>, tensor<1x?xi64>) -> tensor<1x?x4xf32>
// CHECK: %[[K:.*]] = transformer.rotate_pairs %{{.*}}<half> by %[[C]], %[[S]] {{.*}} : (tensor<1x?x4xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<1x?x4xf32>
// CHECK: transformer.update_cache %{{.*}}, %[[K]] at %[[AT]]
func.func @forward(%ids: tensor<1x7xi64>, %positions: tensor<1x7xi64>, %cosine: tensor<7x2xf32>, %sine: tensor<7x2xf32>) -> tensor<1x7x4xf32> {
  %table = arith.constant dense<1.0> : tensor<5x4xf32>
  %f = arith.constant dense<1.0> : tensor<1xf32>
  %x = transformer.embedding %ids, %table : (tensor<1x7xi64>, tensor<5x4xf32>) -> tensor<1x7x4xf32>
  %q = transformer.rope %x<half> by %f at %positions {heads = 2, max_positions = 64} : (tensor<1x7x4xf32>, tensor<1xf32>, tensor<1x7xi64>) -> tensor<1x7x4xf32>
  %k = transformer.rotate_pairs %x<half> by %cosine, %sine {heads = 2} : (tensor<1x7x4xf32>, tensor<7x2xf32>, tensor<7x2xf32>) -> tensor<1x7x4xf32>
  %a = transformer.attention %q, %k, %x {heads = 2, kv_heads = 2, causal} : (tensor<1x7x4xf32>, tensor<1x7x4xf32>, tensor<1x7x4xf32>) -> tensor<1x7x4xf32>
  return %a : tensor<1x7x4xf32>
}

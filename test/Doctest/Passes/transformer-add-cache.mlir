// RUN: quant-opt %s --transformer-add-cache | FileCheck %s

// One attention between an embedding and a head.
func.func @forward(%ids: tensor<?xi32>) -> tensor<?x3xf32> {
  %table = arith.constant dense<[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]> : tensor<3x2xf32>
  %x = transformer.embedding %ids, %table : (tensor<?xi32>, tensor<3x2xf32>) -> tensor<?x2xf32>
  %y = transformer.attention %x, %x, %x {heads = 1, kv_heads = 1, causal}
      : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %logits = transformer.linear %y, %table : (tensor<?x2xf32>, tensor<3x2xf32>) -> tensor<?x3xf32>
  return %logits : tensor<?x3xf32>
}

// CHECK: func.func @forward(
// CHECK: func.func @step(%[[IDS:.*]]: tensor<?xi32>, %[[POSITION:.*]]: index,
// CHECK-SAME: %[[KEYS:.*]]: tensor<?x2xf32> {transformer.cache = "key.0"},
// CHECK-SAME: %[[VALUES:.*]]: tensor<?x2xf32> {transformer.cache = "value.0"})
// CHECK-SAME: -> (tensor<1x3xf32>, tensor<?x2xf32> {transformer.cache = "key.0"}, tensor<?x2xf32> {transformer.cache = "value.0"})
// CHECK: %[[X:.*]] = transformer.embedding %[[IDS]]
// CHECK: %[[K:.*]] = transformer.update_cache %[[KEYS]], %[[X]] at %[[POSITION]]
// CHECK: %[[V:.*]] = transformer.update_cache %[[VALUES]], %[[X]] at %[[POSITION]]
// CHECK: %[[Y:.*]] = transformer.attention %[[X]], %[[K]], %[[V]] at %[[POSITION]] {causal
// CHECK: %[[LAST:.*]] = tensor.extract_slice %[[Y]]{{.*}} to tensor<1x2xf32>
// CHECK: %[[LOGITS:.*]] = transformer.linear %[[LAST]]
// CHECK: return %[[LOGITS]], %[[K]], %[[V]]

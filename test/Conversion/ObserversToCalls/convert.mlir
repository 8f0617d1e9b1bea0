// RUN: quant-opt %s --convert-observers-to-calls | FileCheck %s

// Numbers go through the module in its order. Callers of what observes hand on
// who observes; others stay as they are.
// CHECK-LABEL: func.func @outer(
// CHECK-SAME: %[[X:.*]]: tensor<2x?x3xf32>, %[[OBSERVER:.*]]: index)
func.func @outer(%x: tensor<2x?x3xf32>) -> tensor<2x?x3xf32> {
  // CHECK: %[[NUMBER:.*]] = arith.constant 0 : index
  // CHECK: %[[JOINED:.*]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1], [2]]
  // CHECK: %[[ROWS:.*]] = tensor.cast %[[JOINED]] : tensor<?x3xf32> to tensor<?x?xf32>
  // CHECK: call @iquant_observe_rows(%[[OBSERVER]], %[[NUMBER]], %[[ROWS]])
  // CHECK: call @inner(%{{.*}}, %[[OBSERVER]])
  // CHECK: call @plain(%{{[^,]*}}) :
  %0 = transformer.observe %x "x" : tensor<2x?x3xf32>
  %row = arith.constant dense<0.0> : tensor<3xbf16>
  %1 = call @inner(%row) : (tensor<3xbf16>) -> tensor<3xbf16>
  %2 = call @plain(%1) : (tensor<3xbf16>) -> tensor<3xbf16>
  return %0 : tensor<2x?x3xf32>
}
// CHECK-LABEL: func.func @plain(
// CHECK-SAME: %{{.*}}: tensor<3xbf16>) ->
func.func @plain(%x: tensor<3xbf16>) -> tensor<3xbf16> {
  return %x : tensor<3xbf16>
}
// A vector is one row, and what the host sees is f32.
// CHECK-LABEL: func.func @inner(
// CHECK-SAME: %[[X:.*]]: tensor<3xbf16>, %[[OBSERVER:.*]]: index)
func.func @inner(%x: tensor<3xbf16>) -> tensor<3xbf16> {
  // CHECK: %[[NUMBER:.*]] = arith.constant 1 : index
  // CHECK: arith.extf {{.*}} : bf16 to f32
  // CHECK: tensor.expand_shape {{.*}} tensor<3xf32> into tensor<1x3xf32>
  // CHECK: tensor.cast {{.*}} : tensor<1x3xf32> to tensor<?x?xf32>
  // CHECK: call @iquant_observe_rows(%[[OBSERVER]], %[[NUMBER]],
  // CHECK: return %[[X]]
  %0 = transformer.observe %x "y" : tensor<3xbf16>
  return %0 : tensor<3xbf16>
}

// Scores are shown head by head; the attention itself stays, without its name.
// CHECK-LABEL: func.func @scores(
// CHECK-SAME: %[[X:.*]]: tensor<?x4xf32>, %[[OBSERVER:.*]]: index)
func.func @scores(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: scf.forall (%{{.*}}, %[[HEAD:[a-z0-9]+]], %{{.*}}) =
  // CHECK: %[[ROWS:.*]] = tensor.cast {{.*}} to tensor<?x?xf32>
  // CHECK: call @iquant_observe_scores(%[[OBSERVER]], %{{.*}}, %[[HEAD]], %[[ROWS]])
  // CHECK: transformer.attention %[[X]], %[[X]], %[[X]] {causal, heads = 2 : i64, kv_heads = 2 : i64} :
  %0 = transformer.attention %x, %x, %x {heads = 2, kv_heads = 2, causal, scores = "scores"} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// No scores, no loops.
// CHECK-LABEL: func.func @no_keys(
// CHECK-NOT: scf.for
// CHECK: return
func.func @no_keys(%q: tensor<3x4xf32>, %k: tensor<0x4xf32>) -> tensor<3x4xf32> {
  %0 = transformer.attention %q, %k, %k {heads = 2, kv_heads = 2, scores = "none"} : (tensor<3x4xf32>, tensor<0x4xf32>, tensor<0x4xf32>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}

// Nothing is observed here.
// CHECK-LABEL: func.func @unnamed(
// CHECK-SAME: %{{.*}}: tensor<?x4xf32>) ->
func.func @unnamed(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = transformer.attention %x, %x, %x {heads = 2, kv_heads = 2} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

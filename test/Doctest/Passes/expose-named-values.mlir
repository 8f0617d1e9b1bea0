// RUN: quant-opt %s --expose-named-values | FileCheck %s

// Two ops have names, as an importer gives them; their values become results.
func.func @forward(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %gate = transformer.silu %x : tensor<?x4xf32> loc("layers.0.gate")
  %sum = transformer.add %x, %gate : tensor<?x4xf32> loc("layers.0.add")
  %result = transformer.softmax %sum : tensor<?x4xf32>
  return %result : tensor<?x4xf32>
}

// CHECK: func.func @forward(
// CHECK-SAME: -> (tensor<?x4xf32>, tensor<?x4xf32> {iquant.name = "layers.0.gate"}, tensor<?x4xf32> {iquant.name = "layers.0.add"})
// CHECK: %[[GATE:.*]] = transformer.silu
// CHECK: %[[SUM:.*]] = transformer.add
// CHECK: %[[RESULT:.*]] = transformer.softmax
// CHECK: return %[[RESULT]], %[[GATE]], %[[SUM]]

// RUN: quant-opt %s --outline-repeated-bodies=min-ops=3 | FileCheck %s

// Two layers that differ in their weights, and in their place.
func.func @forward(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %weight0 = arith.constant dense<0.5> : tensor<4x4xf32>
  %linear0 = transformer.linear %x, %weight0 : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %silu0 = transformer.silu %linear0 : tensor<?x4xf32>
  %sum0 = transformer.add %x, %silu0 : tensor<?x4xf32>
  %weight1 = arith.constant dense<0.25> : tensor<4x4xf32>
  %linear1 = transformer.linear %sum0, %weight1 : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %silu1 = transformer.silu %linear1 : tensor<?x4xf32>
  %sum1 = transformer.add %sum0, %silu1 : tensor<?x4xf32>
  return %sum1 : tensor<?x4xf32>
}

// CHECK: func.func @forward(%[[X:.*]]: tensor<?x4xf32>)
// CHECK-NEXT: %[[WEIGHT0:.*]] = arith.constant dense<5.0
// CHECK-NEXT: %[[WEIGHT1:.*]] = arith.constant dense<2.5
// CHECK-NEXT: %[[LAYER0:.*]] = call @forward_body_0(%[[X]], %[[WEIGHT0]])
// CHECK-NEXT: %[[LAYER1:.*]] = call @forward_body_0(%[[LAYER0]], %[[WEIGHT1]])
// CHECK-NEXT: return %[[LAYER1]]

// CHECK: func.func private @forward_body_0(%[[X:.*]]: tensor<?x4xf32>, %[[WEIGHT:.*]]: tensor<4x4xf32>)
// CHECK-SAME: no_inline
// CHECK-NEXT: %[[LINEAR:.*]] = transformer.linear %[[X]], %[[WEIGHT]]
// CHECK-NEXT: %[[SILU:.*]] = transformer.silu %[[LINEAR]]
// CHECK-NEXT: %[[SUM:.*]] = transformer.add %[[X]], %[[SILU]]
// CHECK-NEXT: return %[[SUM]]

// RUN: quant-opt %s --convert-transformer-to-linalg | FileCheck %s

// One generic over all elements.
func.func @silu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = transformer.silu %x : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @silu(
// CHECK-SAME: %[[X:.*]]: tensor<?x4xf32>)
// CHECK: linalg.generic {{.*}} ins(%[[X]] : tensor<?x4xf32>)
// CHECK: %[[NEGATIVE:.*]] = arith.negf
// CHECK: %[[EXP:.*]] = math.exp %[[NEGATIVE]]
// CHECK: arith.divf
// CHECK-NOT: transformer.

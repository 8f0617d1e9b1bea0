// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @mean(
// CHECK-SAME: %[[X:.*]]: tensor<2x4x3xf32>)
func.func @mean(%x: tensor<2x4x3xf32>) -> tensor<2x3xf32> {
  // CHECK-DAG: %[[ALL:.*]] = arith.constant dense<true> : tensor<2x4xi1>
  // CHECK-DAG: %[[SILU:.*]] = transformer.silu %[[X]]
  // CHECK: %[[R:.*]] = transformer.mean_pool %[[SILU]] mask %[[ALL]] : (tensor<2x4x3xf32>, tensor<2x4xi1>) -> tensor<2x3xf32>
  // CHECK-NEXT: return %[[R]]
  %silu = transformer.silu %x : tensor<2x4x3xf32>
  %start = arith.constant dense<0.0> : tensor<2x3xf32>
  %four = arith.constant dense<4.0> : tensor<2x3xf32>
  %sum = linalg.reduce { arith.addf } ins(%silu : tensor<2x4x3xf32>) outs(%start : tensor<2x3xf32>) dimensions = [1]
  %mean = arith.divf %sum, %four : tensor<2x3xf32>
  return %mean : tensor<2x3xf32>
}

// -----

// Another divisor, and a mean over the channels.
// CHECK-LABEL: func.func @others(
func.func @others(%x: tensor<2x4x3xf32>) -> (tensor<2x3xf32>, tensor<2x4xf32>) {
  // CHECK-NOT: transformer.mean_pool
  // CHECK: return
  %silu = transformer.silu %x : tensor<2x4x3xf32>
  %start = arith.constant dense<0.0> : tensor<2x3xf32>
  %three = arith.constant dense<3.0> : tensor<2x3xf32>
  %sum = linalg.reduce { arith.addf } ins(%silu : tensor<2x4x3xf32>) outs(%start : tensor<2x3xf32>) dimensions = [1]
  %0 = arith.divf %sum, %three : tensor<2x3xf32>
  %row_start = arith.constant dense<0.0> : tensor<2x4xf32>
  %row_three = arith.constant dense<3.0> : tensor<2x4xf32>
  %row_sum = linalg.reduce { arith.addf } ins(%silu : tensor<2x4x3xf32>) outs(%row_start : tensor<2x4xf32>) dimensions = [2]
  %1 = arith.divf %row_sum, %row_three : tensor<2x4xf32>
  return %0, %1 : tensor<2x3xf32>, tensor<2x4xf32>
}

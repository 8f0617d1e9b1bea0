// RUN: quant-opt %s --raise-to-transformer | FileCheck %s

// A SiLU of four ops, and a linear whose weight is the transposed one of a checkpoint.
func.func @layer(%x: tensor<2x3xf32>, %weight: tensor<4x3xf32>) -> tensor<2x4xf32> {
  %one = arith.constant dense<1.0> : tensor<2x3xf32>
  %negated = arith.negf %x : tensor<2x3xf32>
  %exponential = math.exp %negated : tensor<2x3xf32>
  %sum = arith.addf %one, %exponential : tensor<2x3xf32>
  %silu = arith.divf %x, %sum : tensor<2x3xf32>
  %place = tensor.empty() : tensor<3x4xf32>
  %transposed = linalg.transpose ins(%weight : tensor<4x3xf32>) outs(%place : tensor<3x4xf32>) permutation = [1, 0]
  %start = arith.constant dense<0.0> : tensor<2x4xf32>
  %result = linalg.matmul ins(%silu, %transposed : tensor<2x3xf32>, tensor<3x4xf32>) outs(%start : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @layer(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>, %[[W:.*]]: tensor<4x3xf32>)
// CHECK-NEXT: %[[SILU:.*]] = transformer.silu %[[X]] : tensor<2x3xf32>
// CHECK-NEXT: %[[R:.*]] = transformer.linear %[[SILU]], %[[W]] : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
// CHECK-NEXT: return %[[R]]

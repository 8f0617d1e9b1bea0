// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

// Two query heads of width 2 share one key and value head. With `causal`, the
// first query sees the first key alone, so its result is the first value.
func.func @example() -> tensor<2x4xf32> {
  %query = arith.constant dense<[[1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 1.0]]> : tensor<2x4xf32>
  %key = arith.constant dense<[[4.0, 0.0], [0.0, 4.0]]> : tensor<2x2xf32>
  %value = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %result = transformer.attention %query, %key, %value {heads = 2, kv_heads = 1, causal}
      : (tensor<2x4xf32>, tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// CHECK{LITERAL}: tensor<2x4xf32> [[1, 2, 1, 2], [1.11161, 2.11161, 2.88839, 3.88839]]

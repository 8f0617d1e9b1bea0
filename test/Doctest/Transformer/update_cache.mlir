// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

// Rows for the positions 1 and 2 of a cache of four.
func.func @example() -> tensor<4x2xf32> {
  %cache = arith.constant dense<[[1.0, 2.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]> : tensor<4x2xf32>
  %rows = arith.constant dense<[[3.0, 4.0], [5.0, 6.0]]> : tensor<2x2xf32>
  %position = arith.constant 1 : index
  %result = transformer.update_cache %cache, %rows at %position : (tensor<4x2xf32>, tensor<2x2xf32>, index) -> tensor<4x2xf32>
  return %result : tensor<4x2xf32>
}

// CHECK{LITERAL}: tensor<4x2xf32> [[1, 2], [3, 4], [5, 6], [0, 0]]

// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

func.func @example() -> tensor<2x2xf32> {
  %x = arith.constant dense<[[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]]> : tensor<2x3xf32>
  %weight = arith.constant dense<[[1.0, 0.0, -1.0], [0.5, 0.5, 0.5]]> : tensor<2x3xf32>
  %bias = arith.constant dense<[10.0, 0.0]> : tensor<2xf32>
  %y = transformer.linear %x, %weight bias %bias
      : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// CHECK{LITERAL}: tensor<2x2xf32> [[8, 3], [10, 0.5]]

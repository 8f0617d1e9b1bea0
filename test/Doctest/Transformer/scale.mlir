// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

func.func @example() -> tensor<2x3xf32> {
  %x = arith.constant dense<[[1.0, 2.0, 3.0], [-1.0, 0.5, 0.0]]> : tensor<2x3xf32>
  %factors = arith.constant dense<[1.0, 10.0, -0.5]> : tensor<3xf32>
  %y = transformer.scale %x by %factors : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// CHECK{LITERAL}: tensor<2x3xf32> [[1, 20, -1.5], [-1, 5, -0]]

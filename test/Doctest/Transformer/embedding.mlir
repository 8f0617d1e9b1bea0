// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

func.func @example() -> tensor<3x2xf32> {
  %ids = arith.constant dense<[2, 0, 2]> : tensor<3xi32>
  %table = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %rows = transformer.embedding %ids, %table : (tensor<3xi32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  return %rows : tensor<3x2xf32>
}

// CHECK{LITERAL}: tensor<3x2xf32> [[5, 6], [1, 2], [5, 6]]

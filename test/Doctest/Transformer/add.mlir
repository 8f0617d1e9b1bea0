// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

func.func @example() -> tensor<1x3xf32> {
  %lhs = arith.constant dense<[[1.0, 2.0, 3.0]]> : tensor<1x3xf32>
  %rhs = arith.constant dense<[[0.5, -2.0, 10.0]]> : tensor<1x3xf32>
  %sum = transformer.add %lhs, %rhs : tensor<1x3xf32>
  return %sum : tensor<1x3xf32>
}

// CHECK{LITERAL}: tensor<1x3xf32> [[1.5, 0, 13]]

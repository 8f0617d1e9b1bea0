// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

func.func @example() -> tensor<1x3xf32> {
  %gate = arith.constant dense<[[0.0, 4.0, -4.0]]> : tensor<1x3xf32>
  %up = arith.constant dense<[[5.0, 2.0, 2.0]]> : tensor<1x3xf32>
  %y = transformer.swiglu %gate, %up : tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// CHECK{LITERAL}: tensor<1x3xf32> [[0, 7.85611, -0.14389]]

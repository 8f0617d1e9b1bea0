// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

// A gated linear unit of a GELU: gelu(2) is 1.9546.
func.func @example() -> tensor<1x3xf32> {
  %x = arith.constant dense<[[0.0, 2.0, 2.0]]> : tensor<1x3xf32>
  %up = arith.constant dense<[[5.0, 2.0, -0.5]]> : tensor<1x3xf32>
  %gate = transformer.gelu %x<tanh> : tensor<1x3xf32>
  %y = transformer.mul %gate, %up : tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// CHECK{LITERAL}: tensor<1x3xf32> [[0, 3.9092, -0.977299]]

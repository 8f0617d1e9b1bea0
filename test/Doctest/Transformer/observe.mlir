// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

func.func @example() -> tensor<1x2xf32> {
  %x = arith.constant dense<[[1.0, -2.0]]> : tensor<1x2xf32>
  %same = transformer.observe %x "layers.0.attention.input" : tensor<1x2xf32>
  return %same : tensor<1x2xf32>
}

// CHECK{LITERAL}: tensor<1x2xf32> [[1, -2]]

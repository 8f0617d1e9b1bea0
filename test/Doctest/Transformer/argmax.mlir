// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

// Of equal elements the first counts.
func.func @example() -> tensor<2xi32> {
  %logits = arith.constant dense<[[1.0, 5.0, 5.0], [2.0, 1.0, 0.0]]> : tensor<2x3xf32>
  %token = transformer.argmax %logits : (tensor<2x3xf32>) -> tensor<2xi32>
  return %token : tensor<2xi32>
}

// CHECK{LITERAL}: tensor<2xi32> [1, 0]

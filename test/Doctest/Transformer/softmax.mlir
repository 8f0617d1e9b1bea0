// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

// An element of minus infinity is masked out and gets exactly 0; a row of
// nothing else is 0 throughout.
func.func @example() -> tensor<2x3xf32> {
  %x = arith.constant dense<[[1.0, 1.0, 0xFF800000], [0xFF800000, 0xFF800000, 0xFF800000]]> : tensor<2x3xf32>
  %y = transformer.softmax %x : tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// CHECK{LITERAL}: tensor<2x3xf32> [[0.5, 0.5, 0], [0, 0, 0]]

// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// Of equal elements the first counts.
func.func @example() -> tensor<2xi32> {
  %logits_codes = arith.constant dense<[[256, 1280, 1280], [2, 1, 0]]> : tensor<2x3xi32>
  %logits = iquant.compose %logits_codes : (tensor<2x3xi32>) -> !iquant.fixed<2x3xi32, 8>
  %token = iquant.argmax %logits : (!iquant.fixed<2x3xi32, 8>) -> tensor<2xi32>
  return %token : tensor<2xi32>
}

// CHECK{LITERAL}: tensor<2xi32> [1, 0]

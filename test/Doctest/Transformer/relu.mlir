// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

func.func @example() -> tensor<1x3xf32> {
  %x = arith.constant dense<[[-2.0, 0.0, 2.5]]> : tensor<1x3xf32>
  %y = transformer.relu %x : tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// CHECK{LITERAL}: tensor<1x3xf32> [[0, 0, 2.5]]

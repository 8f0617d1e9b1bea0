// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

func.func @example() -> tensor<1x4xf32> {
  %x = arith.constant dense<[[-4.0, -1.0, 0.0, 4.0]]> : tensor<1x4xf32>
  %y = transformer.silu %x : tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// CHECK{LITERAL}: tensor<1x4xf32> [[-0.0719448, -0.268941, 0, 3.92806]]

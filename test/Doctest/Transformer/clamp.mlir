// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// Two groups of two channels: the first has the range 1, the second 2.
func.func @example() -> tensor<1x4xf32> {
  %x = arith.constant dense<[[-4.0, 0.5, 4.0, -1.5]]> : tensor<1x4xf32>
  %y = transformer.clamp %x to [1.0, 2.0] : tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// CHECK{LITERAL}: tensor<1x4xf32> [[-1, 0.5, 2, -1.5]]

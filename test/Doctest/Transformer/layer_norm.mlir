// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

// Mean 2.5 and variance 1.25 without `epsilon`; then scale and shift.
func.func @example() -> tensor<1x4xf32> {
  %x = arith.constant dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>
  %scale = arith.constant dense<[1.0, 1.0, 2.0, 2.0]> : tensor<4xf32>
  %shift = arith.constant dense<[0.0, 0.0, 0.0, 10.0]> : tensor<4xf32>
  %result = transformer.layer_norm %x scale %scale shift %shift {epsilon = 0.0}
      : (tensor<1x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  return %result : tensor<1x4xf32>
}

// CHECK{LITERAL}: tensor<1x4xf32> [[-1.34164, -0.447214, 0.894427, 12.6833]]

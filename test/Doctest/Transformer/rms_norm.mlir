// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

// The root mean square of (3, 4, 0, 0) is 2.5.
func.func @example() -> tensor<1x4xf32> {
  %x = arith.constant dense<[[3.0, 4.0, 0.0, 0.0]]> : tensor<1x4xf32>
  %scale = arith.constant dense<[1.0, 10.0, 1.0, 1.0]> : tensor<4xf32>
  %result = transformer.rms_norm %x scale %scale {epsilon = 0.0}
      : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  return %result : tensor<1x4xf32>
}

// CHECK{LITERAL}: tensor<1x4xf32> [[1.2, 16, 0, 0]]

// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

// One head of width 4, two positions from 0 on. Pair 0 turns by a quarter of a
// circle per position, pair 1 not at all; channels 0 and 2 are pair 0 of the
// pairing `half`, channels 0 and 1 of the pairing `interleaved`. Then the same
// at the positions 2 and 1.
func.func @example() -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
  %x = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]]> : tensor<2x4xf32>
  %frequencies = arith.constant dense<[1.57079637, 0.0]> : tensor<2xf32>
  %first = arith.constant 0 : index
  %half = transformer.rope %x<half> by %frequencies at %first {heads = 1, max_positions = 8}
      : (tensor<2x4xf32>, tensor<2xf32>, index) -> tensor<2x4xf32>
  %interleaved = transformer.rope %x<interleaved> by %frequencies at %first {heads = 1, max_positions = 8}
      : (tensor<2x4xf32>, tensor<2xf32>, index) -> tensor<2x4xf32>
  %positions = arith.constant dense<[2, 1]> : tensor<2xi64>
  %any = transformer.rope %x<half> by %frequencies at %positions {heads = 1, max_positions = 8}
      : (tensor<2x4xf32>, tensor<2xf32>, tensor<2xi64>) -> tensor<2x4xf32>
  return %half, %interleaved, %any : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}

// CHECK{LITERAL}: tensor<2x4xf32> [[1, 2, 3, 4], [-3, 2, 1, 4]]
// CHECK-NEXT{LITERAL}: tensor<2x4xf32> [[1, 2, 3, 4], [-2, 1, 3, 4]]
// CHECK-NEXT{LITERAL}: tensor<2x4xf32> [[-1, 2, -3, 4], [-3, 2, 1, 4]]

// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

// One head of width 4, two rows. The first row turns pair 0 by a quarter of a
// circle and pair 1 not at all; in the second the channels of a pair have
// cosines that differ, which is more than a rotation.
func.func @example() -> tensor<2x4xf32> {
  %x = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]]> : tensor<2x4xf32>
  %cosine = arith.constant dense<[[0.0, 1.0, 0.0, 1.0], [1.0, 2.0, 3.0, 4.0]]> : tensor<2x4xf32>
  %sine = arith.constant dense<[[1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.5]]> : tensor<2x4xf32>
  %y = transformer.rotate_pairs %x<half> by %cosine, %sine {heads = 1}
      : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// CHECK{LITERAL}: tensor<2x4xf32> [[-3, 2, 1, 4], [1, 4, 9, 17]]

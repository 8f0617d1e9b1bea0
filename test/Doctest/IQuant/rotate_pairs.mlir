// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// One head of width 4, two rows. The first row turns pair 0 by a quarter of a
// circle and pair 1 not at all; in the second the channels of a pair have
// entries that differ (14 fraction bits).
func.func @example() -> tensor<2x4xi32> {
  %x_codes = arith.constant dense<[[256, 512, 768, 1024], [256, 512, 768, 1024]]> : tensor<2x4xi32>
  %x = iquant.compose %x_codes : (tensor<2x4xi32>) -> !iquant.fixed<2x4xi32, 8>
  %cosine_codes = arith.constant dense<[[0, 16384, 0, 16384], [16384, 8192, 4096, -16384]]> : tensor<2x4xi32>
  %sine_codes = arith.constant dense<[[16384, 0, 16384, 0], [0, 0, 16384, 8192]]> : tensor<2x4xi32>
  %cosine = iquant.compose %cosine_codes : (tensor<2x4xi32>) -> !iquant.fixed<2x4xi32, 14>
  %sine = iquant.compose %sine_codes : (tensor<2x4xi32>) -> !iquant.fixed<2x4xi32, 14>
  %y = iquant.rotate_pairs %x<half> by %cosine, %sine {heads = 1}
      : (!iquant.fixed<2x4xi32, 8>, !iquant.fixed<2x4xi32, 14>, !iquant.fixed<2x4xi32, 14>) -> !iquant.fixed<2x4xi32, 8>
  %result = iquant.decompose %y : (!iquant.fixed<2x4xi32, 8>) -> tensor<2x4xi32>
  return %result : tensor<2x4xi32>
}

// CHECK{LITERAL}: tensor<2x4xi32> [[-768, 512, 256, 1024], [256, 256, 448, -768]]

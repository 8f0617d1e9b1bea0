// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// One head of width 4, positions 0 and 1 of a table that turns pair 0 by a
// quarter of a circle per position and pair 1 not at all (14 fraction bits).
func.func @example() -> tensor<2x4xi32> {
  %x_codes = arith.constant dense<[[256, 512, 768, 1024], [256, 512, 768, 1024]]> : tensor<2x4xi32>
  %x = iquant.compose %x_codes : (tensor<2x4xi32>) -> !iquant.fixed<2x4xi32, 8>
  %cosine_codes = arith.constant dense<[[16384, 16384], [0, 16384]]> : tensor<2x2xi16>
  %sine_codes = arith.constant dense<[[0, 0], [16384, 0]]> : tensor<2x2xi16>
  %cosine = iquant.compose %cosine_codes : (tensor<2x2xi16>) -> !iquant.fixed<2x2xi16, 14>
  %sine = iquant.compose %sine_codes : (tensor<2x2xi16>) -> !iquant.fixed<2x2xi16, 14>
  %first = arith.constant 0 : index
  %y = iquant.rope %x<half> by %cosine, %sine at %first {heads = 1}
      : (!iquant.fixed<2x4xi32, 8>, !iquant.fixed<2x2xi16, 14>, !iquant.fixed<2x2xi16, 14>, index) -> !iquant.fixed<2x4xi32, 8>
  %result = iquant.decompose %y : (!iquant.fixed<2x4xi32, 8>) -> tensor<2x4xi32>
  return %result : tensor<2x4xi32>
}

// CHECK{LITERAL}: tensor<2x4xi32> [[256, 512, 768, 1024], [-768, 512, 256, 1024]]

// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// The row (1, 2, 3, 4) has mean 2.5 and variance 1.25; scale 2 and shift 1 with
// 12 fraction bits. -0.447 * 2 + 1 = 0.1056 is 27 / 256.
func.func @example() -> tensor<1x4xi32> {
  %x_codes = arith.constant dense<[[65536, 131072, 196608, 262144]]> : tensor<1x4xi32>
  %x = iquant.compose %x_codes : (tensor<1x4xi32>) -> !iquant.fixed<1x4xi32, 16>
  %scale_codes = arith.constant dense<8192> : tensor<4xi16>
  %shift_codes = arith.constant dense<4096> : tensor<4xi16>
  %scale = iquant.compose %scale_codes : (tensor<4xi16>) -> !iquant.fixed<4xi16, 12>
  %shift = iquant.compose %shift_codes : (tensor<4xi16>) -> !iquant.fixed<4xi16, 12>
  %y = iquant.layer_norm %x scale %scale shift %shift {epsilon = 0}
      : (!iquant.fixed<1x4xi32, 16>, !iquant.fixed<4xi16, 12>, !iquant.fixed<4xi16, 12>) -> !iquant.fixed<1x4xi32, 8>
  %result = iquant.decompose %y : (!iquant.fixed<1x4xi32, 8>) -> tensor<1x4xi32>
  return %result : tensor<1x4xi32>
}

// CHECK{LITERAL}: tensor<1x4xi32> [[-431, 27, 485, 943]]

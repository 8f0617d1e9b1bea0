// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// The row (1, 2, 3.5) with 16 fraction bits, quantized at run time, times a
// weight of scale 2^-6: (1, 0, -1) and (0.5, 0.5, 0.5). The exact products are
// -2.5 and 3.25, which is -640 and 832 with 8 fraction bits; the codes of the
// row are 73, 146 and 255 and cost one unit.
func.func @example() -> tensor<1x2xi32> {
  %x_codes = arith.constant dense<[[65536, 131072, 229376]]> : tensor<1x3xi32>
  %x = iquant.compose %x_codes : (tensor<1x3xi32>) -> !iquant.fixed<1x3xi32, 16>
  %row = iquant.quantize %x : !iquant.fixed<1x3xi32, 16> -> !iquant.dyn<1x3xui8>
  %w_codes = arith.constant dense<[[64, 0, -64], [32, 32, 32]]> : tensor<2x3xi8>
  %w_multipliers = arith.constant dense<32768> : tensor<2xi32>
  %w_exponents = arith.constant dense<21> : tensor<2xi32>
  %w_sums = arith.constant dense<[0, 96]> : tensor<2xi32>
  %weight = iquant.compose %w_codes, %w_multipliers, %w_exponents, %w_sums
      : (tensor<2x3xi8>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>) -> !iquant.weight<2x3xsi8>
  %y = iquant.linear %row, %weight
      : (!iquant.dyn<1x3xui8>, !iquant.weight<2x3xsi8>) -> !iquant.fixed<1x2xi32, 8>
  %result = iquant.decompose %y : (!iquant.fixed<1x2xi32, 8>) -> tensor<1x2xi32>
  return %result : tensor<1x2xi32>
}

// CHECK{LITERAL}: tensor<1x2xi32> [[-639, 833]]

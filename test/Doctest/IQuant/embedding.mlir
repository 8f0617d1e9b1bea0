// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// Two rows of scale 2^-6: (1, 0, -1) and (0.5, 0.5, 0.5), with 8 fraction bits.
// The id 7 is outside of the table and counts as 1.
func.func @example() -> tensor<3x3xi32> {
  %w_codes = arith.constant dense<[[64, 0, -64], [32, 32, 32]]> : tensor<2x3xi8>
  %w_multipliers = arith.constant dense<32768> : tensor<2xi32>
  %w_exponents = arith.constant dense<21> : tensor<2xi32>
  %w_sums = arith.constant dense<[0, 96]> : tensor<2xi32>
  %table = iquant.compose %w_codes, %w_multipliers, %w_exponents, %w_sums
      : (tensor<2x3xi8>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>) -> !iquant.weight<2x3xsi8>
  %ids = arith.constant dense<[1, 0, 7]> : tensor<3xi32>
  %rows = iquant.embedding %ids, %table : (tensor<3xi32>, !iquant.weight<2x3xsi8>) -> !iquant.fixed<3x3xi32, 8>
  %result = iquant.decompose %rows : (!iquant.fixed<3x3xi32, 8>) -> tensor<3x3xi32>
  return %result : tensor<3x3xi32>
}

// CHECK{LITERAL}: tensor<3x3xi32> [[128, 128, 128], [256, 0, -256], [128, 128, 128]]

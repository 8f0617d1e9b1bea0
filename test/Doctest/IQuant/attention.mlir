// RUN: quant-run run %s --function example --engine=reference | FileCheck %s
// RUN: quant-run run %s --function example | FileCheck %s

// One head of width 2, two queries and two keys, values (1, 2) and (3, 4), all
// scales 2^-6. The factor on the scores is 1/sqrt(2) times the 255/12 steps
// per unit of the table: 61547 * 2^-12. The first query sees the first key
// alone, so its result is the first value, with 8 fraction bits. The second is
// exactly (1.395, 2.395), which is 357 and 613; 8-bit weights give a little less.
func.func @example() -> tensor<2x2xi32> {
  %query_codes = arith.constant dense<[[64, 0], [64, 0]]> : tensor<2x2xi8>
  %key_codes = arith.constant dense<[[127, 0], [0, 127]]> : tensor<2x2xi8>
  %value_codes = arith.constant dense<[[16, 32], [48, 64]]> : tensor<2x2xi8>
  %m = arith.constant dense<32768> : tensor<2x1xi32>
  %e = arith.constant dense<21> : tensor<2x1xi32>
  %e_value = arith.constant dense<19> : tensor<2x1xi32>
  %query = iquant.compose %query_codes, %m, %e : (tensor<2x2xi8>, tensor<2x1xi32>, tensor<2x1xi32>) -> !iquant.dyn<2x2xsi8, 2>
  %key = iquant.compose %key_codes, %m, %e : (tensor<2x2xi8>, tensor<2x1xi32>, tensor<2x1xi32>) -> !iquant.dyn<2x2xsi8, 2>
  %value = iquant.compose %value_codes, %m, %e_value : (tensor<2x2xi8>, tensor<2x1xi32>, tensor<2x1xi32>) -> !iquant.dyn<2x2xsi8, 2>
  %result = iquant.attention %query, %key, %value
      {heads = 1, kv_heads = 1, scale_multiplier = 61547, scale_exponent = 12, causal}
      : (!iquant.dyn<2x2xsi8, 2>, !iquant.dyn<2x2xsi8, 2>, !iquant.dyn<2x2xsi8, 2>) -> !iquant.fixed<2x2xi32, 8>
  %result_codes = iquant.decompose %result : (!iquant.fixed<2x2xi32, 8>) -> tensor<2x2xi32>
  return %result_codes : tensor<2x2xi32>
}

// CHECK{LITERAL}: tensor<2x2xi32> [[256, 512], [354, 609]]

// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

// Two sentences, the second one padded with a row that does not count.
func.func @example() -> tensor<2x2xf32> {
  %states = arith.constant dense<[[[1.0, 2.0], [3.0, 4.0], [5.0, 0.0]], [[1.0, 2.0], [2.0, 4.0], [9.0, 9.0]]]> : tensor<2x3x2xf32>
  %mask = arith.constant dense<[[true, true, true], [true, true, false]]> : tensor<2x3xi1>
  %result = transformer.mean_pool %states mask %mask : (tensor<2x3x2xf32>, tensor<2x3xi1>) -> tensor<2x2xf32>
  return %result : tensor<2x2xf32>
}

// CHECK{LITERAL}: tensor<2x2xf32> [[3, 2], [1.5, 3]]

// RUN: quant-opt %s --transformer-fold-norm-scale | FileCheck %s

// The scale doubles the first column of the weight, and the shift becomes a bias.
func.func @f(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %scale = arith.constant dense<[2.0, 1.0]> : tensor<2xf32>
  %shift = arith.constant dense<[0.0, 0.5]> : tensor<2xf32>
  %normed = transformer.layer_norm %x scale %scale shift %shift {epsilon = 1.0e-5}
    : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %weight = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %result = transformer.linear %normed, %weight : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %result : tensor<?x2xf32>
}

// CHECK-LABEL: func.func @f(
// CHECK-SAME: %[[X:.*]]: tensor<?x2xf32>)
// CHECK-NEXT: %[[NORMED:.*]] = transformer.layer_norm %[[X]] {epsilon =
// CHECK-DAG: %[[WEIGHT:.*]] = arith.constant dense<{{\[}}[2.000000e+00, 2.000000e+00], [6.000000e+00, 4.000000e+00]]>
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00]>
// CHECK: %[[RESULT:.*]] = transformer.linear %[[NORMED]], %[[WEIGHT]] bias %[[BIAS]]
// CHECK-NEXT: return %[[RESULT]]

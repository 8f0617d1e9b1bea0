// RUN: quant-opt %s --convert-transformer-to-iquant | FileCheck %s

// A norm that feeds a linear gives its 8-bit codes; the residual stream is
// 32-bit fixed point with 14 fraction bits.
func.func @block(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %scale = arith.constant dense<[1.0, 0.5, -1.0, 2.0]> : tensor<4xf32>
  %weight = arith.constant dense<[[0.5, -0.25, 1.0, 0.0], [1.0, 1.0, -1.0, 1.0],
                                  [0.0, 0.0, 0.0, 0.0], [0.1, 0.2, 0.3, 0.4]]> : tensor<4x4xf32>
  %normed = transformer.rms_norm %x scale %scale {epsilon = 1.0e-5} : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %projected = transformer.linear %normed, %weight : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %result = transformer.add %x, %projected : tensor<?x4xf32>
  return %result : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @block(
// CHECK-SAME: %[[X:.*]]: !iquant.fixed<?x4xi32, 14>) -> !iquant.fixed<?x4xi32, 14>
// CHECK-DAG: %[[SCALE:.*]] = iquant.compose %{{.*}} : (tensor<4xi16>) -> !iquant.fixed<4xi16, 13>
// CHECK-DAG: %[[WEIGHT:.*]] = iquant.compose %{{.*}} : (tensor<4x4xi8>, tensor<4xi32>, tensor<4xi32>, tensor<4xi32>) -> !iquant.weight<4x4xsi8>
// CHECK: %[[NORMED:.*]] = iquant.rms_norm %[[X]] scale %[[SCALE]] {epsilon = 2684 : i64} : {{.*}} -> !iquant.dyn<?x4xui8>
// CHECK: %[[PROJECTED:.*]] = iquant.linear %[[NORMED]], %[[WEIGHT]] : {{.*}} -> !iquant.fixed<?x4xi32, 14>
// CHECK: %[[RESULT:.*]] = iquant.add %[[X]], %[[PROJECTED]] : !iquant.fixed<?x4xi32, 14>
// CHECK: return %[[RESULT]]

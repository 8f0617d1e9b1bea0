// RUN: quant-opt %s --convert-transformer-to-linalg --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @rms_norm(
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32>, %[[G:.*]]: tensor<8xf32>)
func.func @rms_norm(%x: tensor<?x8xf32>, %g: tensor<8xf32>) -> tensor<?x8xf32> {
  // CHECK-DAG: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
  // CHECK-DAG: %[[EIGHTH:.*]] = arith.constant 1.250000e-01 : f32
  // CHECK-DAG: %[[EPSILON:.*]] = arith.constant 9.99999974E-6 : f32
  // CHECK: %[[SQUARES:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%[[X]] : tensor<?x8xf32>)
  // CHECK: arith.mulf %[[E:.*]], %[[E]] : f32
  // CHECK-NEXT: arith.addf {{.*}} fastmath<reassoc>
  // CHECK: %[[FACTORS:.*]] = linalg.generic {{.*}} iterator_types = ["parallel"]} ins(%[[SQUARES]] : tensor<?xf32>)
  // CHECK: %[[MEAN:.*]] = arith.mulf %{{.*}}, %[[EIGHTH]]
  // CHECK: %[[SUM:.*]] = arith.addf %[[MEAN]], %[[EPSILON]]
  // CHECK: %[[ROOT:.*]] = math.sqrt %[[SUM]]
  // CHECK: arith.divf %[[ONE]], %[[ROOT]]
  // CHECK: linalg.generic {{.*}} ins(%[[X]], %[[FACTORS]], %[[G]] : tensor<?x8xf32>, tensor<?xf32>, tensor<8xf32>)
  %0 = transformer.rms_norm %x scale %g {epsilon = 1.0e-5} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// The variance is that of the centred row, not a difference of two sums.
// CHECK-LABEL: func.func @layer_norm(
// CHECK-SAME: %[[X:.*]]: tensor<2x?x8xbf16>, %[[B:.*]]: tensor<8xf32>)
func.func @layer_norm(%x: tensor<2x?x8xbf16>, %b: tensor<8xf32>) -> tensor<2x?x8xbf16> {
  // CHECK: %[[SUMS:.*]] = linalg.generic {{.*}} "reduction"]} ins(%[[X]] : tensor<2x?x8xbf16>) outs(%{{.*}} : tensor<2x?xf32>)
  // CHECK: %[[MEANS:.*]] = linalg.generic {{.*}} ins(%[[SUMS]] : tensor<2x?xf32>)
  // CHECK: %[[SQUARES:.*]] = linalg.generic {{.*}} "reduction"]} ins(%[[X]], %[[MEANS]] : tensor<2x?x8xbf16>, tensor<2x?xf32>)
  // CHECK: arith.subf
  // CHECK: %[[FACTORS:.*]] = linalg.generic {{.*}} ins(%[[SQUARES]] : tensor<2x?xf32>)
  // CHECK: linalg.generic {{.*}} ins(%[[X]], %[[MEANS]], %[[FACTORS]], %[[B]] :
  // CHECK: arith.truncf %{{.*}} : f32 to bf16
  %0 = transformer.layer_norm %x shift %b {epsilon = 1.0e-12} : (tensor<2x?x8xbf16>, tensor<8xf32>) -> tensor<2x?x8xbf16>
  return %0 : tensor<2x?x8xbf16>
}

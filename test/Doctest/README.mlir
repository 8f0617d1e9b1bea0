// RUN: quant-opt %s --iquant-quantize-pipeline | FileCheck %s

func.func @project(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %weight = arith.constant dense<[[0.5, -0.25], [1.0, 2.0]]> : tensor<2x2xf32>
  %normed = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %result = transformer.linear %normed, %weight : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %result : tensor<?x2xf32>
}

// CHECK-LABEL: func.func @project(
// CHECK-SAME: %[[X:.*]]: !iquant.fixed<?x2xi32, 14>) -> !iquant.fixed<?x2xi32, 14>
// CHECK-DAG: %[[CODES:.*]] = arith.constant dense<{{\[\[127, -64\], \[64, 127\]\]}}> : tensor<2x2xi8>
// CHECK-DAG: %[[WEIGHT:.*]] = iquant.compose %[[CODES]]
// CHECK: %[[NORMED:.*]] = iquant.rms_norm %[[X]] {epsilon = {{[0-9]+}} : i64} : {{.*}} -> !iquant.dyn<?x2xui8>
// CHECK: %[[RESULT:.*]] = iquant.linear %[[NORMED]], %[[WEIGHT]] : {{.*}} -> !iquant.fixed<?x2xi32, 14>
// CHECK: return %[[RESULT]]

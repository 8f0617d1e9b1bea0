// RUN: quant-opt %s --convert-transformer-to-iquant | FileCheck %s

// A reshape of an activation is one of its codes.
// CHECK-LABEL: func.func @reshape(
// CHECK-SAME: %[[X:.*]]: !iquant.fixed<?x6xi32, 14>) -> !iquant.fixed<?x6xi32, 14>
func.func @reshape(%x: tensor<?x6xf32>) -> tensor<?x6xf32> {
  // CHECK: tensor.dim
  // CHECK: %[[CODES:.*]] = iquant.decompose %[[X]]
  // CHECK: %[[EXPANDED:.*]] = tensor.expand_shape %[[CODES]] {{\[\[}}0], [1, 2]] output_shape [%{{.*}}, 2, 3] : tensor<?x6xi32> into tensor<?x2x3xi32>
  // CHECK: iquant.compose %[[EXPANDED]] : (tensor<?x2x3xi32>) -> !iquant.fixed<?x2x3xi32, 14>
  // CHECK: %[[SILU:.*]] = iquant.silu
  // CHECK: %[[SILU_CODES:.*]] = iquant.decompose %[[SILU]]
  // CHECK: %[[COLLAPSED:.*]] = tensor.collapse_shape %[[SILU_CODES]] {{\[\[}}0], [1, 2]] : tensor<?x2x3xi32> into tensor<?x6xi32>
  // CHECK: iquant.compose %[[COLLAPSED]] : (tensor<?x6xi32>) -> !iquant.fixed<?x6xi32, 14>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x6xf32>
  %expanded = tensor.expand_shape %x [[0], [1, 2]] output_shape [%rows, 2, 3] : tensor<?x6xf32> into tensor<?x2x3xf32>
  %silu = transformer.silu %expanded : tensor<?x2x3xf32>
  %collapsed = tensor.collapse_shape %silu [[0], [1, 2]] : tensor<?x2x3xf32> into tensor<?x6xf32>
  return %collapsed : tensor<?x6xf32>
}

// So are transposes and concatenations.
// CHECK-LABEL: func.func @move(
// CHECK-SAME: %[[X:.*]]: !iquant.fixed<2x3xi32, 14>) -> !iquant.fixed<6x2xi32, 14>
func.func @move(%x: tensor<2x3xf32>) -> tensor<6x2xf32> {
  // CHECK: %[[CODES:.*]] = iquant.decompose %[[X]]
  // CHECK: %[[PLACE:.*]] = tensor.empty() : tensor<3x2xi32>
  // CHECK: %[[TRANSPOSED:.*]] = linalg.transpose ins(%[[CODES]] : tensor<2x3xi32>) outs(%[[PLACE]] : tensor<3x2xi32>) permutation = [1, 0]
  // CHECK: iquant.compose %[[TRANSPOSED]] : (tensor<3x2xi32>) -> !iquant.fixed<3x2xi32, 14>
  // CHECK: %[[JOINED:.*]] = tensor.concat dim(0) %{{.*}}, %{{.*}} : (tensor<3x2xi32>, tensor<3x2xi32>) -> tensor<6x2xi32>
  // CHECK: iquant.compose %[[JOINED]] : (tensor<6x2xi32>) -> !iquant.fixed<6x2xi32, 14>
  %place = tensor.empty() : tensor<3x2xf32>
  %transposed = linalg.transpose ins(%x : tensor<2x3xf32>) outs(%place : tensor<3x2xf32>) permutation = [1, 0]
  %joined = tensor.concat dim(0) %transposed, %transposed : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<6x2xf32>
  return %joined : tensor<6x2xf32>
}

// And broadcasts.
// CHECK-LABEL: func.func @repeat(
// CHECK-SAME: %[[X:.*]]: !iquant.fixed<3xi32, 14>) -> !iquant.fixed<2x3xi32, 14>
func.func @repeat(%x: tensor<3xf32>) -> tensor<2x3xf32> {
  // CHECK-DAG: %[[CODES:.*]] = iquant.decompose %[[X]]
  // CHECK-DAG: %[[PLACE:.*]] = tensor.empty() : tensor<2x3xi32>
  // CHECK: %[[REPEATED:.*]] = linalg.broadcast ins(%[[CODES]] : tensor<3xi32>) outs(%{{.*}} : tensor<2x3xi32>) dimensions = [0]
  // CHECK: iquant.compose %[[REPEATED]] : (tensor<2x3xi32>) -> !iquant.fixed<2x3xi32, 14>
  %place = tensor.empty() : tensor<2x3xf32>
  %repeated = linalg.broadcast ins(%x : tensor<3xf32>) outs(%place : tensor<2x3xf32>) dimensions = [0]
  return %repeated : tensor<2x3xf32>
}

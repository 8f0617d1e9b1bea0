// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s

// Where weights come from.

// CHECK-LABEL: func.func @elided(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>)
func.func @elided(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[W:.*]] = arith.constant dense_resource<__elided__> : tensor<4x3xf32>
  // CHECK: transformer.linear %[[X]], %[[W]]
  %w = arith.constant dense_resource<__elided__> : tensor<4x3xf32>
  %start = arith.constant dense<0.0> : tensor<2x4xf32>
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%x, %w : tensor<2x3xf32>, tensor<4x3xf32>) outs(%start : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

// A transpose of what has no elements to copy is an op.
// CHECK-LABEL: func.func @elided_columns(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>)
func.func @elided_columns(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[W:.*]] = arith.constant dense_resource<__elided__> : tensor<3x4xf32>
  // CHECK: %[[T:.*]] = linalg.transpose ins(%[[W]] : tensor<3x4xf32>)
  // CHECK: transformer.linear %[[X]], %[[T]]
  %w = arith.constant dense_resource<__elided__> : tensor<3x4xf32>
  %start = arith.constant dense<0.0> : tensor<2x4xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<2x3xf32>, tensor<3x4xf32>) outs(%start : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

ml_program.global private @weight(dense<1.0> : tensor<4x3xf32>) : tensor<4x3xf32>

// CHECK-LABEL: func.func @global(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>)
func.func @global(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[W:.*]] = ml_program.global_load_const @weight : tensor<4x3xf32>
  // CHECK: transformer.linear %[[X]], %[[W]]
  %w = ml_program.global_load_const @weight : tensor<4x3xf32>
  %place = tensor.empty() : tensor<3x4xf32>
  %t = linalg.transpose ins(%w : tensor<4x3xf32>) outs(%place : tensor<3x4xf32>) permutation = [1, 0]
  %start = arith.constant dense<0.0> : tensor<2x4xf32>
  %0 = linalg.matmul ins(%x, %t : tensor<2x3xf32>, tensor<3x4xf32>) outs(%start : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

// All of a model in one buffer: a weight and a bias.
// CHECK-LABEL: func.func @flat_buffer(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>, %[[ALL:.*]]: tensor<100xf32>)
func.func @flat_buffer(%x: tensor<2x3xf32>, %all: tensor<100xf32>) -> tensor<2x4xf32> {
  // CHECK-DAG: %[[FLAT:.*]] = tensor.extract_slice %[[ALL]][8] [12] [1]
  // CHECK-DAG: %[[W:.*]] = tensor.expand_shape %[[FLAT]] {{.*}} into tensor<4x3xf32>
  // CHECK-DAG: %[[B:.*]] = tensor.extract_slice %[[ALL]][20] [4] [1]
  // CHECK: transformer.linear %[[X]], %[[W]] bias %[[B]]
  %flat = tensor.extract_slice %all[8] [12] [1] : tensor<100xf32> to tensor<12xf32>
  %w = tensor.expand_shape %flat [[0, 1]] output_shape [4, 3] : tensor<12xf32> into tensor<4x3xf32>
  %b = tensor.extract_slice %all[20] [4] [1] : tensor<100xf32> to tensor<4xf32>
  %place = tensor.empty() : tensor<2x4xf32>
  %zero = arith.constant 0.0 : f32
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<2x4xf32>) -> tensor<2x4xf32>
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%x, %w : tensor<2x3xf32>, tensor<4x3xf32>) outs(%start : tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
      ins(%0, %b : tensor<2x4xf32>, tensor<4xf32>) outs(%place : tensor<2x4xf32>) {
  ^bb0(%in: f32, %bias: f32, %out: f32):
    %2 = arith.addf %in, %bias : f32
    linalg.yield %2 : f32
  } -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

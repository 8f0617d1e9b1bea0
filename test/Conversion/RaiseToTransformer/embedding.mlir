// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s

// Assertions that ids are in the table go with what they guard.
// CHECK-LABEL: func.func @tokens(
// CHECK-SAME: %[[IDS:.*]]: tensor<2x?xi64>, %[[TABLE:.*]]: tensor<7x3xf32>, %{{.*}}: tensor<2x?x3xf32>)
func.func @tokens(%ids: tensor<2x?xi64>, %table: tensor<7x3xf32>, %place: tensor<2x?x3xf32>) -> tensor<2x?x3xf32> {
  // CHECK-NEXT: %[[R:.*]] = transformer.embedding %[[IDS]], %[[TABLE]] : (tensor<2x?xi64>, tensor<7x3xf32>) -> tensor<2x?x3xf32>
  // CHECK-NEXT: return %[[R]]
  %c7 = arith.constant 7 : index
  %result = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%ids : tensor<2x?xi64>) outs(%place : tensor<2x?x3xf32>) {
  ^bb0(%id: i64, %out: f32):
    %row = arith.index_cast %id : i64 to index
    %column = linalg.index 2 : index
    %valid = arith.cmpi slt, %row, %c7 : index
    cf.assert %valid, "index must be smaller than dim size"
    %element = tensor.extract %table[%row, %column] : tensor<7x3xf32>
    linalg.yield %element : f32
  } -> tensor<2x?x3xf32>
  return %result : tensor<2x?x3xf32>
}

// -----

// Positions are computed, and known.
// CHECK-LABEL: func.func @positions(
// CHECK-SAME: %[[TABLE:.*]]: tensor<7x3xf32>)
func.func @positions(%table: tensor<7x3xf32>) -> tensor<1x4x3xf32> {
  // CHECK-DAG: %[[IDS:.*]] = arith.constant dense<{{\[}}[2, 3, 4, 5]]> : tensor<1x4xi32>
  // CHECK: %[[R:.*]] = transformer.embedding %[[IDS]], %[[TABLE]]
  // CHECK-NEXT: return %[[R]]
  %two = arith.constant 2 : i64
  %empty = tensor.empty() : tensor<4xi64>
  %range = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      outs(%empty : tensor<4xi64>) {
  ^bb0(%out: i64):
    %index = linalg.index 0 : index
    %cast = arith.index_cast %index : index to i64
    %position = arith.addi %cast, %two : i64
    linalg.yield %position : i64
  } -> tensor<4xi64>
  %positions = tensor.expand_shape %range [[0, 1]] output_shape [1, 4] : tensor<4xi64> into tensor<1x4xi64>
  %place = tensor.empty() : tensor<1x4x3xf32>
  %result = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%positions : tensor<1x4xi64>) outs(%place : tensor<1x4x3xf32>) {
  ^bb0(%id: i64, %out: f32):
    %row = arith.index_cast %id : i64 to index
    %column = linalg.index 2 : index
    %element = tensor.extract %table[%row, %column] : tensor<7x3xf32>
    linalg.yield %element : f32
  } -> tensor<1x4x3xf32>
  return %result : tensor<1x4x3xf32>
}

// RUN: quant-opt %s --convert-transformer-to-linalg --canonicalize --cse | FileCheck %s

// CHECK-DAG: #[[$SELF:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[$OTHER_HALF:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, -d2 + 1, d3)>
// CHECK-DAG: #[[$NEIGHBOUR:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, -d3 + 1)>

// Constant frequencies: tables by position, one for both ops. A position
// outside of the tables reads their nearest row.
// CHECK-LABEL: func.func @table(
func.func @table(%x: tensor<?x8xf32>, %offset: index) -> tensor<?x8xf32> {
  // CHECK-DAG: %[[COS:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 1.000000e+00], [0.540302277, 1.000000e+00], [-0.416146845, 1.000000e+00]]> : tensor<3x2xf32>
  // CHECK-DAG: %[[SIN:.*]] = arith.constant dense<{{\[\[}}0.000000e+00, 0.000000e+00], [0.841470957, 0.000000e+00], [0.909297406, 0.000000e+00]]> : tensor<3x2xf32>
  // CHECK-DAG: %[[LAST:.*]] = arith.constant 2 : index
  // CHECK-NOT: arith.constant dense
  // CHECK: %[[HEADS:.*]] = tensor.expand_shape %arg0 {{.*}} into tensor<?x2x2x2xf32>
  // CHECK: linalg.generic {indexing_maps = [#[[$SELF]], #[[$OTHER_HALF]], #[[$SELF]]], {{.*}} ins(%[[HEADS]], %[[HEADS]] :
  // CHECK: %[[ROW:.*]] = linalg.index 0
  // CHECK: %[[POSITION:.*]] = arith.addi %[[ROW]], %arg1
  // CHECK: %[[PAIR:.*]] = linalg.index 3
  // CHECK: %[[FIRST:.*]] = arith.maxsi %[[POSITION]], %{{.*}}
  // CHECK: %[[P:.*]] = arith.minsi %[[FIRST]], %[[LAST]]
  // CHECK: tensor.extract %[[COS]][%[[P]], %[[PAIR]]]
  // CHECK: tensor.extract %[[SIN]][%[[P]], %[[PAIR]]]
  // CHECK: linalg.generic {indexing_maps = [#[[$SELF]], #[[$NEIGHBOUR]], #[[$SELF]]]
  // CHECK: %[[PAIR:.*]] = linalg.index 2
  // CHECK: tensor.extract %[[COS]][%{{.*}}, %[[PAIR]]]
  %f = arith.constant dense<[1.0, 0.0]> : tensor<2xf32>
  %0 = transformer.rope %x<half> by %f at %offset {heads = 2, max_positions = 3} : (tensor<?x8xf32>, tensor<2xf32>, index) -> tensor<?x8xf32>
  %1 = transformer.rope %0<interleaved> by %f at %offset {heads = 2, max_positions = 3} : (tensor<?x8xf32>, tensor<2xf32>, index) -> tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// Other frequencies: angles in f64, where they are used.
// CHECK-LABEL: func.func @computed(
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf16>, %[[F:.*]]: tensor<2xf32>, %[[OFFSET:.*]]: index)
func.func @computed(%x: tensor<?x8xf16>, %f: tensor<2xf32>, %offset: index) -> tensor<?x8xf16> {
  // CHECK: linalg.generic
  // CHECK: %[[N:.*]] = arith.sitofp %{{.*}} : i64 to f64
  // CHECK: %[[FREQUENCY:.*]] = tensor.extract %[[F]]
  // CHECK: %[[WIDE:.*]] = arith.extf %[[FREQUENCY]] : f32 to f64
  // CHECK: %[[ANGLE:.*]] = arith.mulf %[[N]], %[[WIDE]] : f64
  // CHECK: math.cos %[[ANGLE]] : f64
  // CHECK: math.sin %[[ANGLE]] : f64
  %0 = transformer.rope %x<half> by %f at %offset {heads = 2, max_positions = 3} : (tensor<?x8xf16>, tensor<2xf32>, index) -> tensor<?x8xf16>
  return %0 : tensor<?x8xf16>
}

// So are those whose table would be too large.
// CHECK-LABEL: func.func @many_positions(
func.func @many_positions(%x: tensor<?x8xf32>, %offset: index) -> tensor<?x8xf32> {
  // CHECK: math.cos
  %f = arith.constant dense<[1.0, 0.0]> : tensor<2xf32>
  %0 = transformer.rope %x<half> by %f at %offset {heads = 2, max_positions = 8388609} : (tensor<?x8xf32>, tensor<2xf32>, index) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// Positions of all rows, of one batch or of all.
// CHECK-LABEL: func.func @positions(
// CHECK-SAME: %[[ONE:[a-z0-9]*]]: tensor<?xi32>, %[[ALL:[a-z0-9]*]]: tensor<2x?xi64>)
func.func @positions(%x: tensor<2x?x8xf32>, %one: tensor<?xi32>, %all: tensor<2x?xi64>) -> tensor<2x?x8xf32> {
  // CHECK: %[[ROW:.*]] = linalg.index 1
  // CHECK: %[[POSITION:.*]] = tensor.extract %[[ONE]][%[[ROW]]]
  // CHECK: arith.index_cast %[[POSITION]] : i32 to index
  // CHECK-DAG: %[[BATCH:.*]] = linalg.index 0
  // CHECK-DAG: %[[ROW:.*]] = linalg.index 1
  // CHECK: tensor.extract %[[ALL]][%[[BATCH]], %[[ROW]]]
  %f = arith.constant dense<[1.0, 0.0]> : tensor<2xf32>
  %0 = transformer.rope %x<half> by %f at %one {heads = 2, max_positions = 3} : (tensor<2x?x8xf32>, tensor<2xf32>, tensor<?xi32>) -> tensor<2x?x8xf32>
  %1 = transformer.rope %0<half> by %f at %all {heads = 2, max_positions = 3} : (tensor<2x?x8xf32>, tensor<2xf32>, tensor<2x?xi64>) -> tensor<2x?x8xf32>
  return %1 : tensor<2x?x8xf32>
}

// Cosines and sines that are tensors, which all heads share.
// CHECK-LABEL: func.func @rotate_pairs(
// CHECK-SAME: %[[COS:[a-z0-9]*]]: tensor<?x4xf32>, %[[SIN:[a-z0-9]*]]: tensor<?x4xf32>)
func.func @rotate_pairs(%x: tensor<?x8xf32>, %cosine: tensor<?x4xf32>, %sine: tensor<?x4xf32>) -> tensor<?x8xf32> {
  // CHECK-DAG: %[[C:.*]] = tensor.expand_shape %[[COS]] {{.*}} into tensor<?x2x2xf32>
  // CHECK-DAG: %[[S:.*]] = tensor.expand_shape %[[SIN]] {{.*}} into tensor<?x2x2xf32>
  // CHECK-DAG: %[[X:.*]] = tensor.expand_shape %{{.*}} into tensor<?x2x2x2xf32>
  // CHECK: linalg.generic {indexing_maps = [#[[$SELF]], #[[$OTHER_HALF]], #[[$HEADS:.*]], #[[$HEADS]], #[[$SELF]]]
  // CHECK-SAME: ins(%[[X]], %[[X]], %[[C]], %[[S]] :
  %0 = transformer.rotate_pairs %x<half> by %cosine, %sine {heads = 2} : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

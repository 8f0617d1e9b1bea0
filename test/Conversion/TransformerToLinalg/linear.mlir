// RUN: quant-opt %s --convert-transformer-to-linalg --canonicalize | FileCheck %s

// CHECK-DAG: #[[$A:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[$B:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-DAG: #[[$C:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[$CHANNEL:.*]] = affine_map<(d0, d1) -> (d1)>

// Rows are joined; the weight is extended in the body; the bias is added in
// place, after the sum.
// CHECK-LABEL: func.func @linear(
// CHECK-SAME: %[[X:.*]]: tensor<2x?x8xf32>, %[[W:.*]]: tensor<4x8xbf16>, %[[BIAS:.*]]: tensor<4xf32>)
func.func @linear(%x: tensor<2x?x8xf32>, %w: tensor<4x8xbf16>, %b: tensor<4xf32>) -> tensor<2x?x4xf32> {
  // CHECK: %[[ROWS:.*]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1], [2]] : tensor<2x?x8xf32> into tensor<?x8xf32>
  // CHECK: %[[ZERO:.*]] = linalg.fill
  // CHECK: %[[SUMS:.*]] = linalg.generic {indexing_maps = [#[[$A]], #[[$B]], #[[$C]]], iterator_types = ["parallel", "parallel", "reduction"]}
  // CHECK-SAME: ins(%[[ROWS]], %[[W]] : tensor<?x8xf32>, tensor<4x8xbf16>) outs(%[[ZERO]] : tensor<?x4xf32>)
  // CHECK-NEXT: ^bb0(%[[XE:.*]]: f32, %[[WE:.*]]: bf16, %[[SUM:.*]]: f32):
  // CHECK-NEXT: %[[WIDE:.*]] = arith.extf %[[WE]] : bf16 to f32
  // CHECK-NEXT: %[[PRODUCT:.*]] = arith.mulf %[[XE]], %[[WIDE]] : f32
  // CHECK-NEXT: %[[NEXT:.*]] = arith.addf %[[SUM]], %[[PRODUCT]] : f32
  // CHECK-NEXT: linalg.yield %[[NEXT]]
  // CHECK: %[[BIASED:.*]] = linalg.generic {indexing_maps = [#[[$CHANNEL]], #{{.*}}], iterator_types = ["parallel", "parallel"]}
  // CHECK-SAME: ins(%[[BIAS]] : tensor<4xf32>) outs(%[[SUMS]] : tensor<?x4xf32>)
  // CHECK: tensor.expand_shape %[[BIASED]] {{.*}} into tensor<2x?x4xf32>
  %0 = transformer.linear %x, %w bias %b : (tensor<2x?x8xf32>, tensor<4x8xbf16>, tensor<4xf32>) -> tensor<2x?x4xf32>
  return %0 : tensor<2x?x4xf32>
}

// Halves are summed up in f32 and rounded once.
// CHECK-LABEL: func.func @half(
func.func @half(%x: tensor<?x8xf16>, %w: tensor<4x8xf16>) -> tensor<?x4xf16> {
  // CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<?x4xf32>)
  // CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<?x4xf16>)
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: arith.truncf {{.*}} : f32 to f16
  // CHECK-NEXT: linalg.yield
  %0 = transformer.linear %x, %w : (tensor<?x8xf16>, tensor<4x8xf16>) -> tensor<?x4xf16>
  return %0 : tensor<?x4xf16>
}

// CHECK-LABEL: func.func @double(
func.func @double(%x: tensor<3x8xf32>, %w: tensor<4x8xf64>) -> tensor<3x4xf32> {
  // CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<3x4xf64>)
  // CHECK: arith.truncf {{.*}} : f64 to f32
  %0 = transformer.linear %x, %w : (tensor<3x8xf32>, tensor<4x8xf64>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}

// A row that is a tensor of its own; a result type that says less.
// CHECK-LABEL: func.func @one_row(
func.func @one_row(%x: tensor<8xf32>, %y: tensor<2x8xf32>, %w: tensor<4x8xf32>) -> (tensor<4xf32>, tensor<?x4xf32>) {
  // CHECK: tensor.expand_shape %{{.*}} : tensor<8xf32> into tensor<1x8xf32>
  // CHECK: tensor.collapse_shape %{{.*}} : tensor<1x4xf32> into tensor<4xf32>
  // CHECK: tensor.cast %{{.*}} : tensor<2x4xf32> to tensor<?x4xf32>
  %0 = transformer.linear %x, %w : (tensor<8xf32>, tensor<4x8xf32>) -> tensor<4xf32>
  %1 = transformer.linear %y, %w : (tensor<2x8xf32>, tensor<4x8xf32>) -> tensor<?x4xf32>
  return %0, %1 : tensor<4xf32>, tensor<?x4xf32>
}

// An id is limited to the table.
// CHECK-LABEL: func.func @embedding(
// CHECK-SAME: %[[IDS:.*]]: tensor<?x?xi32>, %[[TABLE:.*]]: tensor<16x8xbf16>)
func.func @embedding(%ids: tensor<?x?xi32>, %t: tensor<16x8xbf16>) -> tensor<?x?x8xf32> {
  // CHECK-DAG: %[[C0:.*]] = arith.constant 0 : i64
  // CHECK-DAG: %[[C15:.*]] = arith.constant 15 : i64
  // CHECK: linalg.generic {{.*}} ins(%[[IDS]] : tensor<?x?xi32>) outs(%{{.*}} : tensor<?x?x8xf32>)
  // CHECK: %[[ID:.*]] = arith.extsi %{{.*}} : i32 to i64
  // CHECK: %[[LOW:.*]] = arith.maxsi %[[ID]], %[[C0]]
  // CHECK: %[[ROW:.*]] = arith.minsi %[[LOW]], %[[C15]]
  // CHECK: %[[R:.*]] = arith.index_cast %[[ROW]]
  // CHECK: %[[CHANNEL:.*]] = linalg.index 2
  // CHECK: tensor.extract %[[TABLE]][%[[R]], %[[CHANNEL]]]
  // CHECK: arith.extf
  %0 = transformer.embedding %ids, %t : (tensor<?x?xi32>, tensor<16x8xbf16>) -> tensor<?x?x8xf32>
  return %0 : tensor<?x?x8xf32>
}

// RUN: quant-opt %s --raise-to-transformer --allow-unregistered-dialect --split-input-file | FileCheck %s

// Ops of unknown dialects are inputs like any other, and users.
// CHECK-LABEL: func.func @unregistered(
func.func @unregistered(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[X:.*]] = "other.op"
  // CHECK-NEXT: %[[R:.*]] = transformer.add %[[X]], %{{.*}} : tensor<2x4xf32>
  // CHECK-NEXT: "other.op"(%[[R]])
  %0 = "other.op"(%x) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = arith.addf %0, %x : tensor<2x4xf32>
  %2 = "other.op"(%1) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %2 : tensor<2x4xf32>
}

// CHECK: func.func private @declaration(tensor<2x4xf32>) -> tensor<2x4xf32>
func.func private @declaration(tensor<2x4xf32>) -> tensor<2x4xf32>

// -----

// Rows that are the first of a longer tensor are not all of its rows.
// CHECK-LABEL: func.func @first_rows(
// CHECK-SAME: %[[X:.*]]: tensor<6x4xf32>, %[[W:.*]]: tensor<3x4xf32>)
func.func @first_rows(%x: tensor<6x4xf32>, %w: tensor<3x4xf32>) -> tensor<2x3xf32> {
  // CHECK: %[[ROWS:.*]] = tensor.extract_slice %[[X]]
  // CHECK: %[[R:.*]] = transformer.linear %[[ROWS]], %[[W]] : (tensor<2x4xf32>, tensor<3x4xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: return %[[R]]
  %start = arith.constant dense<0.0> : tensor<2x3xf32>
  %rows = tensor.extract_slice %x[0, 0] [2, 4] [1, 1] : tensor<6x4xf32> to tensor<2x4xf32>
  %result = linalg.matmul
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%rows, %w : tensor<2x4xf32>, tensor<3x4xf32>) outs(%start : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %result : tensor<2x3xf32>
}

// -----

// Neither are those of a slice whose size is not known.
// CHECK-LABEL: func.func @some_rows(
// CHECK-SAME: %[[X:.*]]: tensor<?x4xf32>, %[[Y:.*]]: tensor<?x4xf32>, %[[N:.*]]: index)
func.func @some_rows(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>, %n: index) -> tensor<?x4xf32> {
  // CHECK: %[[ROWS:.*]] = tensor.extract_slice %[[X]][0, 0] [%[[N]], 4] [1, 1]
  // CHECK: transformer.add %[[ROWS]], %[[Y]]
  %rows = tensor.extract_slice %x[0, 0] [%n, 4] [1, 1] : tensor<?x4xf32> to tensor<?x4xf32>
  %result = arith.addf %rows, %y : tensor<?x4xf32>
  return %result : tensor<?x4xf32>
}

// RUN: quant-opt %s --raise-to-transformer --remarks-filter-failed=raise-to-transformer --verify-diagnostics --split-input-file | FileCheck %s --implicit-check-not='transformer.linear'

// What looks like a linear and is none stays.

// Two activations.
// CHECK-LABEL: func.func @activations(
func.func @activations(%x: tensor<4x4xf32>, %y: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %start = arith.constant dense<0.0> : tensor<4x4xf32>
  %lhs = math.tanh %x : tensor<4x4xf32>
  %rhs = math.exp %y : tensor<4x4xf32>
  %result = linalg.matmul ins(%lhs, %rhs : tensor<4x4xf32>, tensor<4x4xf32>) outs(%start : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// A weight of its own for every batch.
// CHECK-LABEL: func.func @weight_per_batch(
func.func @weight_per_batch(%x: tensor<2x3x4xf32>, %w: tensor<2x4x5xf32>) -> tensor<2x3x5xf32> {
  %start = arith.constant dense<0.0> : tensor<2x3x5xf32>
  %result = linalg.batch_matmul ins(%x, %w : tensor<2x3x4xf32>, tensor<2x4x5xf32>) outs(%start : tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
  return %result : tensor<2x3x5xf32>
}

// -----

// A weight whose size nobody knows.
// CHECK-LABEL: func.func @dynamic_weight(
func.func @dynamic_weight(%x: tensor<3x?xf32>, %w: tensor<?x5xf32>) -> tensor<3x5xf32> {
  %start = arith.constant dense<0.0> : tensor<3x5xf32>
  // expected-remark @below {{looks like a transformer.linear, but the sizes of its weight are not static}}
  %result = linalg.matmul ins(%x, %w : tensor<3x?xf32>, tensor<?x5xf32>) outs(%start : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %result : tensor<3x5xf32>
}

// -----

// Squares of differences.
// CHECK-LABEL: func.func @distances(
func.func @distances(%x: tensor<3x4xf32>, %w: tensor<4x5xf32>) -> tensor<3x5xf32> {
  %start = arith.constant dense<0.0> : tensor<3x5xf32>
  %result = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x4xf32>, tensor<4x5xf32>) outs(%start : tensor<3x5xf32>) {
  ^bb0(%a: f32, %b: f32, %so_far: f32):
    %0 = arith.subf %a, %b : f32
    %1 = arith.mulf %0, %0 : f32
    %2 = arith.addf %so_far, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<3x5xf32>
  return %result : tensor<3x5xf32>
}

// -----

// The largest sum instead of the sum of products.
// CHECK-LABEL: func.func @largest_sum(
func.func @largest_sum(%x: tensor<3x4xf32>, %w: tensor<4x5xf32>) -> tensor<3x5xf32> {
  %start = arith.constant dense<0xFF800000> : tensor<3x5xf32>
  %result = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x4xf32>, tensor<4x5xf32>) outs(%start : tensor<3x5xf32>) {
  ^bb0(%a: f32, %b: f32, %so_far: f32):
    %0 = arith.addf %a, %b : f32
    %1 = arith.maximumf %so_far, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<3x5xf32>
  return %result : tensor<3x5xf32>
}

// -----

// The largest product.
// CHECK-LABEL: func.func @largest_product(
func.func @largest_product(%x: tensor<3x4xf32>, %w: tensor<4x5xf32>) -> tensor<3x5xf32> {
  %start = arith.constant dense<0xFF800000> : tensor<3x5xf32>
  %result = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x4xf32>, tensor<4x5xf32>) outs(%start : tensor<3x5xf32>) {
  ^bb0(%a: f32, %b: f32, %so_far: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.maximumf %so_far, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<3x5xf32>
  return %result : tensor<3x5xf32>
}

// -----

// A product of sums.
// CHECK-LABEL: func.func @product_of_sums(
func.func @product_of_sums(%x: tensor<3x4xf32>, %w: tensor<4x5xf32>) -> tensor<3x5xf32> {
  %start = arith.constant dense<1.0> : tensor<3x5xf32>
  %result = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x4xf32>, tensor<4x5xf32>) outs(%start : tensor<3x5xf32>) {
  ^bb0(%a: f32, %b: f32, %so_far: f32):
    %0 = arith.addf %a, %b : f32
    %1 = arith.mulf %so_far, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<3x5xf32>
  return %result : tensor<3x5xf32>
}

// -----

// What was summed up so far becomes less.
// CHECK-LABEL: func.func @decaying(
func.func @decaying(%x: tensor<3x4xf32>, %w: tensor<4x5xf32>) -> tensor<3x5xf32> {
  %start = arith.constant dense<0.0> : tensor<3x5xf32>
  %result = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x4xf32>, tensor<4x5xf32>) outs(%start : tensor<3x5xf32>) {
  ^bb0(%a: f32, %b: f32, %so_far: f32):
    %half = arith.constant 0.5 : f32
    %0 = arith.mulf %a, %b : f32
    %1 = arith.mulf %so_far, %half : f32
    %2 = arith.addf %1, %0 : f32
    linalg.yield %2 : f32
  } -> tensor<3x5xf32>
  return %result : tensor<3x5xf32>
}

// -----

// Products are taken off.
// CHECK-LABEL: func.func @alternating(
func.func @alternating(%x: tensor<3x4xf32>, %w: tensor<4x5xf32>) -> tensor<3x5xf32> {
  %start = arith.constant dense<0.0> : tensor<3x5xf32>
  %result = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x4xf32>, tensor<4x5xf32>) outs(%start : tensor<3x5xf32>) {
  ^bb0(%a: f32, %b: f32, %so_far: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.subf %0, %so_far : f32
    linalg.yield %1 : f32
  } -> tensor<3x5xf32>
  return %result : tensor<3x5xf32>
}

// -----

// A number is added to every product.
// CHECK-LABEL: func.func @shifted_weight(
func.func @shifted_weight(%x: tensor<3x4xf32>, %w: tensor<4x5xf32>) -> tensor<3x5xf32> {
  %start = arith.constant dense<0.0> : tensor<3x5xf32>
  %result = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x4xf32>, tensor<4x5xf32>) outs(%start : tensor<3x5xf32>) {
  ^bb0(%a: f32, %b: f32, %so_far: f32):
    %one = arith.constant 1.0 : f32
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %0, %one : f32
    %2 = arith.addf %so_far, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<3x5xf32>
  return %result : tensor<3x5xf32>
}

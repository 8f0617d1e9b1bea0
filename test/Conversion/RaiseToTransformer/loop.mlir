// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s

// What loops write or add up block by block is read as a whole.

// Rows in two blocks, and in each of them features in two.
// CHECK-LABEL: func.func @rows_and_features(
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>)
func.func @rows_and_features(%x: tensor<4x8xf32>) -> tensor<4x6xf32> {
  // CHECK: %[[W:.*]] = arith.constant dense<2.000000e+00> : tensor<6x8xf32>
  // CHECK: %[[R:.*]] = transformer.linear %[[X]], %[[W]]
  // CHECK-NEXT: return %[[R]]
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c6 = arith.constant 6 : index
  %w = arith.constant dense<2.0> : tensor<6x8xf32>
  %start = arith.constant dense<0.0> : tensor<2x3xf32>
  %place = tensor.empty() : tensor<4x6xf32>
  %r = scf.for %s = %c0 to %c4 step %c2 iter_args(%outer = %place) -> (tensor<4x6xf32>) {
    %rows = tensor.extract_slice %x[%s, 0] [2, 8] [1, 1] : tensor<4x8xf32> to tensor<2x8xf32>
    %written = scf.for %n = %c0 to %c6 step %c3 iter_args(%inner = %outer) -> (tensor<4x6xf32>) {
      %features = tensor.extract_slice %w[%n, 0] [3, 8] [1, 1] : tensor<6x8xf32> to tensor<3x8xf32>
      %block = linalg.matmul
          indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
          ins(%rows, %features : tensor<2x8xf32>, tensor<3x8xf32>) outs(%start : tensor<2x3xf32>) -> tensor<2x3xf32>
      %next = tensor.insert_slice %block into %inner[%s, %n] [2, 3] [1, 1] : tensor<2x3xf32> into tensor<4x6xf32>
      scf.yield %next : tensor<4x6xf32>
    }
    scf.yield %written : tensor<4x6xf32>
  }
  return %r : tensor<4x6xf32>
}

// -----

// Channels that are added up in blocks, once in the product and once behind it; the result begins with a bias.
// CHECK-LABEL: func.func @channels(
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>, %[[W:.*]]: tensor<8x6xf32>, %[[BIAS:.*]]: tensor<6xf32>)
func.func @channels(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>, %bias: tensor<6xf32>) -> (tensor<4x6xf32>, tensor<4x6xf32>) {
  // CHECK-DAG: %[[BIASED:.*]] = transformer.linear %[[X]], %{{.*}} bias %[[BIAS]]
  // CHECK-DAG: %[[PLAIN:.*]] = transformer.linear %[[X]], %{{.*}} : (tensor<4x8xf32>, tensor<6x8xf32>) -> tensor<4x6xf32>
  // CHECK: return %[[BIASED]], %[[PLAIN]]
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant dense<0.0> : tensor<4x6xf32>
  %place = tensor.empty() : tensor<4x6xf32>
  %start = linalg.broadcast ins(%bias : tensor<6xf32>) outs(%place : tensor<4x6xf32>) dimensions = [0]
  %r:2 = scf.for %k = %c0 to %c8 step %c2 iter_args(%biased = %start, %plain = %zero) -> (tensor<4x6xf32>, tensor<4x6xf32>) {
    %channels = tensor.extract_slice %x[0, %k] [4, 2] [1, 1] : tensor<4x8xf32> to tensor<4x2xf32>
    %weights = tensor.extract_slice %w[%k, 0] [2, 6] [1, 1] : tensor<8x6xf32> to tensor<2x6xf32>
    %0 = linalg.matmul ins(%channels, %weights : tensor<4x2xf32>, tensor<2x6xf32>) outs(%biased : tensor<4x6xf32>) -> tensor<4x6xf32>
    %1 = linalg.matmul ins(%channels, %weights : tensor<4x2xf32>, tensor<2x6xf32>) outs(%zero : tensor<4x6xf32>) -> tensor<4x6xf32>
    %2 = arith.addf %1, %plain : tensor<4x6xf32>
    scf.yield %0, %2 : tensor<4x6xf32>, tensor<4x6xf32>
  }
  return %r#0, %r#1 : tensor<4x6xf32>, tensor<4x6xf32>
}

// -----

// Blocks that are written at once.
// CHECK-LABEL: func.func @parallel(
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>)
func.func @parallel(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NEXT: %[[R:.*]] = transformer.relu %[[X]]
  // CHECK-NEXT: return %[[R]]
  %zero = arith.constant dense<0.0> : tensor<8xf32>
  %place = tensor.empty() : tensor<4x8xf32>
  %r = scf.forall (%s) in (4) shared_outs(%out = %place) -> (tensor<4x8xf32>) {
    %row = tensor.extract_slice %x[%s, 0] [1, 8] [1, 1] : tensor<4x8xf32> to tensor<8xf32>
    %relu = arith.maximumf %row, %zero : tensor<8xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %relu into %out[%s, 0] [1, 8] [1, 1] : tensor<8xf32> into tensor<4x8xf32>
    }
  }
  return %r : tensor<4x8xf32>
}

// -----

// The last rows are those of another tensor.
// CHECK-LABEL: func.func @not_all(
func.func @not_all(%x: tensor<4x8xf32>, %place: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: %[[R:.*]] = scf.for
  // CHECK: transformer.relu %{{.*}} : tensor<2x8xf32>
  // CHECK: return %[[R]]
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant dense<0.0> : tensor<2x8xf32>
  %r = scf.for %s = %c0 to %c1 step %c1 iter_args(%out = %place) -> (tensor<4x8xf32>) {
    %rows = tensor.extract_slice %x[%s, 0] [2, 8] [1, 1] : tensor<4x8xf32> to tensor<2x8xf32>
    %relu = arith.maximumf %rows, %zero : tensor<2x8xf32>
    %next = tensor.insert_slice %relu into %out[%s, 0] [2, 8] [1, 1] : tensor<2x8xf32> into tensor<4x8xf32>
    scf.yield %next : tensor<4x8xf32>
  }
  return %r : tensor<4x8xf32>
}

// -----

// Every iteration writes over the last one.
// CHECK-LABEL: func.func @written_over(
func.func @written_over(%x: tensor<4x4x8xf32>, %place: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: %[[R:.*]] = scf.for
  // CHECK: transformer.relu %{{.*}} : tensor<4x8xf32>
  // CHECK: return %[[R]]
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant dense<0.0> : tensor<4x8xf32>
  %r = scf.for %s = %c0 to %c4 step %c1 iter_args(%out = %place) -> (tensor<4x8xf32>) {
    %rows = tensor.extract_slice %x[%s, 0, 0] [1, 4, 8] [1, 1, 1] : tensor<4x4x8xf32> to tensor<4x8xf32>
    %relu = arith.maximumf %rows, %zero : tensor<4x8xf32>
    %next = tensor.insert_slice %relu into %out[0, 0] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<4x8xf32>
    scf.yield %next : tensor<4x8xf32>
  }
  return %r : tensor<4x8xf32>
}

// -----

// A weight that every iteration has another part of: a linear for each of the activations, and none of all.
// CHECK-LABEL: func.func @layers(
func.func @layers(%x: tensor<4x8xf32>, %w: tensor<3x8x8xf32>) -> tensor<4x8xf32> {
  // CHECK: scf.for
  // CHECK-NOT: transformer.linear
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant dense<0.0> : tensor<4x8xf32>
  %r = scf.for %l = %c0 to %c3 step %c1 iter_args(%in = %x) -> (tensor<4x8xf32>) {
    %weights = tensor.extract_slice %w[%l, 0, 0] [1, 8, 8] [1, 1, 1] : tensor<3x8x8xf32> to tensor<8x8xf32>
    %out = linalg.matmul ins(%in, %weights : tensor<4x8xf32>, tensor<8x8xf32>) outs(%zero : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %out : tensor<4x8xf32>
  }
  return %r : tensor<4x8xf32>
}

// -----

// The step of the sum depends on what has been added up.
// CHECK-LABEL: func.func @not_a_sum(
func.func @not_a_sum(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>) -> tensor<4x6xf32> {
  // CHECK: scf.for
  // CHECK-NOT: transformer.linear
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant dense<0.0> : tensor<4x6xf32>
  %half = arith.constant dense<0.5> : tensor<4x6xf32>
  %r = scf.for %k = %c0 to %c8 step %c2 iter_args(%sum = %zero) -> (tensor<4x6xf32>) {
    %channels = tensor.extract_slice %x[0, %k] [4, 2] [1, 1] : tensor<4x8xf32> to tensor<4x2xf32>
    %weights = tensor.extract_slice %w[%k, 0] [2, 6] [1, 1] : tensor<8x6xf32> to tensor<2x6xf32>
    %scaled = arith.mulf %sum, %half : tensor<4x6xf32>
    %next = linalg.matmul ins(%channels, %weights : tensor<4x2xf32>, tensor<2x6xf32>) outs(%scaled : tensor<4x6xf32>) -> tensor<4x6xf32>
    scf.yield %next : tensor<4x6xf32>
  }
  return %r : tensor<4x6xf32>
}

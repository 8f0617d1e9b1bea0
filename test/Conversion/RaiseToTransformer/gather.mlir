// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s

// An index from the end, as PyTorch writes x[:, -2], and a range that is computed: a slice.
#last = affine_map<(d0, d1, d2) -> (0, 0)>
#channel = affine_map<(d0, d1, d2) -> (d2)>
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#vector = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func.func @from_the_end(
// CHECK-SAME: %[[X:.*]]: tensor<3x5x4xf32>)
func.func @from_the_end(%x: tensor<3x5x4xf32>) -> tensor<3x1x4xf32> {
  // CHECK: %[[SILU:.*]] = transformer.silu %[[X]]
  // CHECK: %[[PART:.*]] = tensor.extract_slice %[[SILU]][0, 3, 0] [3, 1, 4] [1, 1, 1] : tensor<3x5x4xf32> to tensor<3x1x4xf32>
  // CHECK-NOT: linalg
  // CHECK: return
  %silu = transformer.silu %x : tensor<3x5x4xf32>
  %c0 = arith.constant 0 : i64
  %c5 = arith.constant 5 : i64
  %minus_two = arith.constant dense<-2> : tensor<1x1xi64>
  %range_place = tensor.empty() : tensor<4xi64>
  %range = linalg.generic {indexing_maps = [#vector], iterator_types = ["parallel"]} outs(%range_place : tensor<4xi64>) {
  ^bb0(%out: i64):
    %i = linalg.index 0 : index
    %cast = arith.index_cast %i : index to i64
    linalg.yield %cast : i64
  } -> tensor<4xi64>
  %place = tensor.empty() : tensor<3x1x4xf32>
  %result = linalg.generic {indexing_maps = [#last, #channel, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%minus_two, %range : tensor<1x1xi64>, tensor<4xi64>) outs(%place : tensor<3x1x4xf32>) {
  ^bb0(%in: i64, %in_1: i64, %out: f32):
    %i = linalg.index 0 : index
    %is_negative = arith.cmpi slt, %in, %c0 : i64
    %added = arith.addi %in, %c5 : i64
    %wrapped = arith.select %is_negative, %added, %in : i64
    %j = arith.index_cast %wrapped : i64 to index
    %is_negative_1 = arith.cmpi slt, %in_1, %c0 : i64
    %added_1 = arith.addi %in_1, %c5 : i64
    %wrapped_1 = arith.select %is_negative_1, %added_1, %in_1 : i64
    %k = arith.index_cast %wrapped_1 : i64 to index
    %element = tensor.extract %silu[%i, %j, %k] : tensor<3x5x4xf32>
    linalg.yield %element : f32
  } -> tensor<3x1x4xf32>
  return %result : tensor<3x1x4xf32>
}

// -----

// Constant indices in steps of one; of those that are no line, nothing is known.
// CHECK-LABEL: func.func @tables(
// CHECK-SAME: %[[X:.*]]: tensor<1x5x4xf32>)
func.func @tables(%x: tensor<1x5x4xf32>) -> (tensor<1x2x4xf32>, tensor<2x1x4xf32>, tensor<1x3x4xf32>) {
  // CHECK: %[[SILU:.*]] = transformer.silu %[[X]]
  // CHECK: %[[A:.*]] = tensor.extract_slice %[[SILU]][0, 3, 0] [1, 2, 4] [1, 1, 1]
  // CHECK: %[[B:.*]] = tensor.extract_slice %[[SILU]][0, 1, 0] [1, 2, 4] [1, 1, 1]
  // CHECK-NOT: tensor.gather
  // CHECK: tosa.gather %[[SILU]]
  // CHECK: return
  %silu = transformer.silu %x : tensor<1x5x4xf32>
  %two = arith.constant dense<[[3, 4]]> : tensor<1x2xi32>
  %0 = tosa.gather %silu, %two : (tensor<1x5x4xf32>, tensor<1x2xi32>) -> tensor<1x2x4xf32>
  %rows = arith.constant dense<[[1], [2]]> : tensor<2x1xindex>
  %1 = tensor.gather %silu[%rows] gather_dims([1]) : (tensor<1x5x4xf32>, tensor<2x1xindex>) -> tensor<2x1x4xf32>
  %three = arith.constant dense<[[0, 1, 4]]> : tensor<1x3xi32>
  %2 = tosa.gather %silu, %three : (tensor<1x5x4xf32>, tensor<1x3xi32>) -> tensor<1x3x4xf32>
  return %0, %1, %2 : tensor<1x2x4xf32>, tensor<2x1x4xf32>, tensor<1x3x4xf32>
}

// -----

// Ids of tokens, from a table that was reshaped.
// CHECK-LABEL: func.func @embedding(
// CHECK-SAME: %[[IDS:.*]]: tensor<1x3xi32>, %[[TABLE:.*]]: tensor<7x4xf32>)
func.func @embedding(%ids: tensor<1x3xi32>, %table: tensor<7x4xf32>) -> tensor<1x3x4xf32> {
  // CHECK: %[[R:.*]] = transformer.embedding %[[IDS]], %[[TABLE]] : (tensor<1x3xi32>, tensor<7x4xf32>) -> tensor<1x3x4xf32>
  // CHECK-NEXT: return %[[R]]
  %shape = tosa.const_shape {values = dense<[1, 7, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %values = tosa.reshape %table, %shape : (tensor<7x4xf32>, !tosa.shape<3>) -> tensor<1x7x4xf32>
  %0 = tosa.gather %values, %ids : (tensor<1x7x4xf32>, tensor<1x3xi32>) -> tensor<1x3x4xf32>
  return %0 : tensor<1x3x4xf32>
}

// -----

// A loop that repeats and transposes, and a reshape of TOSA, of what was raised.
#from = affine_map<(d0, d1, d2) -> (d2, d0)>
#to = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-LABEL: func.func @moves(
// CHECK-SAME: %[[X:.*]]: tensor<3x4xf32>)
func.func @moves(%x: tensor<3x4xf32>) -> (tensor<4x2x3xf32>, tensor<12xf32>) {
  // CHECK: %[[SILU:.*]] = transformer.silu %[[X]]
  // CHECK: %[[T:.*]] = linalg.transpose ins(%[[SILU]] : tensor<3x4xf32>) {{.*}} permutation = [1, 0]
  // CHECK: %[[A:.*]] = linalg.broadcast ins(%[[T]] : tensor<4x3xf32>) {{.*}} dimensions = [1]
  // CHECK: %[[B:.*]] = tensor.collapse_shape %[[SILU]] {{.*}} : tensor<3x4xf32> into tensor<12xf32>
  // CHECK-NEXT: return %[[A]], %[[B]]
  %silu = transformer.silu %x : tensor<3x4xf32>
  %place = tensor.empty() : tensor<4x2x3xf32>
  %0 = linalg.generic {indexing_maps = [#from, #to], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%silu : tensor<3x4xf32>) outs(%place : tensor<4x2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<4x2x3xf32>
  %shape = tosa.const_shape {values = dense<[12]> : tensor<1xindex>} : () -> !tosa.shape<1>
  %1 = tosa.reshape %silu, %shape : (tensor<3x4xf32>, !tosa.shape<1>) -> tensor<12xf32>
  return %0, %1 : tensor<4x2x3xf32>, tensor<12xf32>
}

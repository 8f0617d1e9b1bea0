// RUN: quant-opt %s --raise-to-transformer --remarks-filter-failed=raise-to-transformer --verify-diagnostics --split-input-file | FileCheck %s --implicit-check-not='transformer.attention'

// What looks like an attention and is none stays; where it comes near, a remark says why. Its softmax is one.

#batch_rows = affine_map<(b, m, n, k) -> (b, m, k)>
#batch_columns = affine_map<(b, m, n, k) -> (b, n, k)>
#batch_result = affine_map<(b, m, n, k) -> (b, m, n)>
// A number that takes something off, and not all.
// CHECK-LABEL: func.func @moderate_mask(
func.func @moderate_mask(%q: tensor<2x3x4xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %score_start = arith.constant dense<0.0> : tensor<2x3x3xf32>
  %start = arith.constant dense<0.0> : tensor<2x3x4xf32>
  %place = tensor.empty() : tensor<2x3x3xf32>
  %scores = linalg.batch_matmul indexing_maps = [#batch_rows, #batch_columns, #batch_result]
      ins(%q, %k : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%score_start : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %mask = arith.constant dense<[[[0.0, -3.0, -3.0], [0.0, 0.0, -3.0], [0.0, 0.0, 0.0]], [[0.0, -3.0, -3.0], [0.0, 0.0, -3.0], [0.0, 0.0, 0.0]]]> : tensor<2x3x3xf32>
  %masked = arith.addf %scores, %mask : tensor<2x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<2x3x3xf32>) outs(%place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  // expected-remark @below {{looks like a transformer.attention, but what is added to its scores is no mask of known values}}
  %result = linalg.batch_matmul ins(%p, %v : tensor<2x3x3xf32>, tensor<2x3x4xf32>) outs(%start : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %result : tensor<2x3x4xf32>
}

// -----

#batch_rows = affine_map<(b, m, n, k) -> (b, m, k)>
#batch_columns = affine_map<(b, m, n, k) -> (b, n, k)>
#batch_result = affine_map<(b, m, n, k) -> (b, m, n)>
// A query that no key counts for.
// CHECK-LABEL: func.func @no_keys(
func.func @no_keys(%q: tensor<2x3x4xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %score_start = arith.constant dense<0.0> : tensor<2x3x3xf32>
  %start = arith.constant dense<0.0> : tensor<2x3x4xf32>
  %place = tensor.empty() : tensor<2x3x3xf32>
  %scores = linalg.batch_matmul indexing_maps = [#batch_rows, #batch_columns, #batch_result]
      ins(%q, %k : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%score_start : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %mask = arith.constant dense<[[[0.0, -1.0e9, 0.0], [-1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0]], [[0.0, -1.0e9, 0.0], [-1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0]]]> : tensor<2x3x3xf32>
  %masked = arith.addf %scores, %mask : tensor<2x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<2x3x3xf32>) outs(%place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  // expected-remark @below {{looks like a transformer.attention, but what is added to its scores is no mask of known values}}
  %result = linalg.batch_matmul ins(%p, %v : tensor<2x3x3xf32>, tensor<2x3x4xf32>) outs(%start : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %result : tensor<2x3x4xf32>
}

// -----

#batch_rows = affine_map<(b, m, n, k) -> (b, m, k)>
#batch_columns = affine_map<(b, m, n, k) -> (b, n, k)>
#batch_result = affine_map<(b, m, n, k) -> (b, m, n)>
// A mask that lets keys count more.
// CHECK-LABEL: func.func @raised_mask(
func.func @raised_mask(%q: tensor<2x3x4xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %score_start = arith.constant dense<0.0> : tensor<2x3x3xf32>
  %start = arith.constant dense<0.0> : tensor<2x3x4xf32>
  %place = tensor.empty() : tensor<2x3x3xf32>
  %scores = linalg.batch_matmul indexing_maps = [#batch_rows, #batch_columns, #batch_result]
      ins(%q, %k : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%score_start : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %mask = arith.constant dense<[[[0.0, 1.0e9, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 1.0e9, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]> : tensor<2x3x3xf32>
  %masked = arith.addf %scores, %mask : tensor<2x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<2x3x3xf32>) outs(%place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  // expected-remark @below {{looks like a transformer.attention, but what is added to its scores is no mask of known values}}
  %result = linalg.batch_matmul ins(%p, %v : tensor<2x3x3xf32>, tensor<2x3x4xf32>) outs(%start : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %result : tensor<2x3x4xf32>
}

// -----

#batch_rows = affine_map<(b, m, n, k) -> (b, m, k)>
#batch_columns = affine_map<(b, m, n, k) -> (b, n, k)>
#batch_result = affine_map<(b, m, n, k) -> (b, m, n)>
// A scale of its own for every query.
// CHECK-LABEL: func.func @row_scale(
func.func @row_scale(%q: tensor<2x3x4xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x3x4xf32>, %scale: tensor<3xf32>) -> tensor<2x3x4xf32> {
  %score_start = arith.constant dense<0.0> : tensor<2x3x3xf32>
  %start = arith.constant dense<0.0> : tensor<2x3x4xf32>
  %place = tensor.empty() : tensor<2x3x3xf32>
  %scores = linalg.batch_matmul indexing_maps = [#batch_rows, #batch_columns, #batch_result]
      ins(%q, %k : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%score_start : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %scales = linalg.broadcast ins(%scale : tensor<3xf32>) outs(%place : tensor<2x3x3xf32>) dimensions = [0, 2]
  %masked = arith.mulf %scores, %scales : tensor<2x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<2x3x3xf32>) outs(%place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  // expected-remark @below {{looks like a transformer.attention, but its scores are no product of queries and keys}}
  %result = linalg.batch_matmul ins(%p, %v : tensor<2x3x3xf32>, tensor<2x3x4xf32>) outs(%start : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %result : tensor<2x3x4xf32>
}

// -----

#batch_rows = affine_map<(b, m, n, k) -> (b, m, k)>
#batch_columns = affine_map<(b, m, n, k) -> (b, n, k)>
#batch_result = affine_map<(b, m, n, k) -> (b, m, n)>
// Squared scores.
// CHECK-LABEL: func.func @squared_scores(
func.func @squared_scores(%q: tensor<2x3x4xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %score_start = arith.constant dense<0.0> : tensor<2x3x3xf32>
  %start = arith.constant dense<0.0> : tensor<2x3x4xf32>
  %place = tensor.empty() : tensor<2x3x3xf32>
  %scores = linalg.batch_matmul indexing_maps = [#batch_rows, #batch_columns, #batch_result]
      ins(%q, %k : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%score_start : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %masked = arith.mulf %scores, %scores : tensor<2x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<2x3x3xf32>) outs(%place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  // expected-remark @below {{looks like a transformer.attention, but its scores are no product of queries and keys}}
  %result = linalg.batch_matmul ins(%p, %v : tensor<2x3x3xf32>, tensor<2x3x4xf32>) outs(%start : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %result : tensor<2x3x4xf32>
}

// -----

#batch_rows = affine_map<(b, m, n, k) -> (b, m, k)>
#batch_columns = affine_map<(b, m, n, k) -> (b, n, k)>
#batch_result = affine_map<(b, m, n, k) -> (b, m, n)>
// Scores that a tanh bounds.
// CHECK-LABEL: func.func @capped_scores(
func.func @capped_scores(%q: tensor<2x3x4xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %score_start = arith.constant dense<0.0> : tensor<2x3x3xf32>
  %start = arith.constant dense<0.0> : tensor<2x3x4xf32>
  %place = tensor.empty() : tensor<2x3x3xf32>
  %scores = linalg.batch_matmul indexing_maps = [#batch_rows, #batch_columns, #batch_result]
      ins(%q, %k : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%score_start : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %masked = math.tanh %scores : tensor<2x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<2x3x3xf32>) outs(%place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  // expected-remark @below {{looks like a transformer.attention, but a tanh caps its scores}}
  %result = linalg.batch_matmul ins(%p, %v : tensor<2x3x3xf32>, tensor<2x3x4xf32>) outs(%start : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %result : tensor<2x3x4xf32>
}

// -----

#batch_rows = affine_map<(b, m, n, k) -> (b, m, k)>
#batch_columns = affine_map<(b, m, n, k) -> (b, n, k)>
#batch_result = affine_map<(b, m, n, k) -> (b, m, n)>
// Scores that are added to other scores.
// CHECK-LABEL: func.func @no_scores(
func.func @no_scores(%q: tensor<2x3x4xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x3x4xf32>, %other: tensor<2x3x3xf32>) -> tensor<2x3x4xf32> {
  %score_start = arith.constant dense<0.0> : tensor<2x3x3xf32>
  %start = arith.constant dense<0.0> : tensor<2x3x4xf32>
  %place = tensor.empty() : tensor<2x3x3xf32>
  %scores = linalg.batch_matmul indexing_maps = [#batch_rows, #batch_columns, #batch_result]
      ins(%q, %k : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%score_start : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %masked = arith.addf %scores, %other : tensor<2x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<2x3x3xf32>) outs(%place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  // expected-remark @below {{looks like a transformer.attention, but what is added to its scores is a mask only if the option mask-arguments says so}}
  %result = linalg.batch_matmul ins(%p, %v : tensor<2x3x3xf32>, tensor<2x3x4xf32>) outs(%start : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %result : tensor<2x3x4xf32>
}

// -----

#batch_rows = affine_map<(b, m, n, k) -> (b, m, k)>
#batch_columns = affine_map<(b, m, n, k) -> (b, n, k)>
#batch_result = affine_map<(b, m, n, k) -> (b, m, n)>
// A mask behind the softmax, whose rows do not sum to 1.
// CHECK-LABEL: func.func @masked_weights(
func.func @masked_weights(%q: tensor<2x3x4xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %score_start = arith.constant dense<0.0> : tensor<2x3x3xf32>
  %start = arith.constant dense<0.0> : tensor<2x3x4xf32>
  %place = tensor.empty() : tensor<2x3x3xf32>
  %scores = linalg.batch_matmul indexing_maps = [#batch_rows, #batch_columns, #batch_result]
      ins(%q, %k : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%score_start : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%scores : tensor<2x3x3xf32>) outs(%place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %mask = arith.constant dense<[[[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]], [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]]> : tensor<2x3x3xf32>
  %weights = arith.mulf %p, %mask : tensor<2x3x3xf32>
  %result = linalg.batch_matmul ins(%weights, %v : tensor<2x3x3xf32>, tensor<2x3x4xf32>) outs(%start : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %result : tensor<2x3x4xf32>
}

// -----

#batch_rows = affine_map<(b, m, n, k) -> (b, m, k)>
#batch_columns = affine_map<(b, m, n, k) -> (b, n, k)>
#batch_result = affine_map<(b, m, n, k) -> (b, m, n)>
// Squared weights.
// CHECK-LABEL: func.func @squared_weights(
func.func @squared_weights(%q: tensor<2x3x4xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %score_start = arith.constant dense<0.0> : tensor<2x3x3xf32>
  %start = arith.constant dense<0.0> : tensor<2x3x4xf32>
  %place = tensor.empty() : tensor<2x3x3xf32>
  %scores = linalg.batch_matmul indexing_maps = [#batch_rows, #batch_columns, #batch_result]
      ins(%q, %k : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%score_start : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%scores : tensor<2x3x3xf32>) outs(%place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %weights = arith.mulf %p, %p : tensor<2x3x3xf32>
  %result = linalg.batch_matmul ins(%weights, %v : tensor<2x3x3xf32>, tensor<2x3x4xf32>) outs(%start : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %result : tensor<2x3x4xf32>
}

// -----

#batch_rows = affine_map<(b, m, n, k) -> (b, m, k)>
#batch_columns = affine_map<(b, m, n, k) -> (b, n, k)>
#batch_result = affine_map<(b, m, n, k) -> (b, m, n)>
// Values that are summed up over queries.
// CHECK-LABEL: func.func @sum_over_queries(
func.func @sum_over_queries(%q: tensor<2x3x4xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %score_start = arith.constant dense<0.0> : tensor<2x3x3xf32>
  %start = arith.constant dense<0.0> : tensor<2x3x4xf32>
  %place = tensor.empty() : tensor<2x3x3xf32>
  %scores = linalg.batch_matmul indexing_maps = [#batch_rows, #batch_columns, #batch_result]
      ins(%q, %k : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%score_start : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%scores : tensor<2x3x3xf32>) outs(%place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  // expected-remark @below {{looks like a transformer.attention, but its softmax is not over the keys}}
  %result = linalg.batch_matmul indexing_maps = [affine_map<(b, m, n, k) -> (b, k, m)>, affine_map<(b, m, n, k) -> (b, k, n)>, affine_map<(b, m, n, k) -> (b, m, n)>]
      ins(%p, %v : tensor<2x3x3xf32>, tensor<2x3x4xf32>) outs(%start : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %result : tensor<2x3x4xf32>
}

// -----

#batch_rows = affine_map<(b, m, n, k) -> (b, m, k)>
#batch_columns = affine_map<(b, m, n, k) -> (b, n, k)>
#batch_result = affine_map<(b, m, n, k) -> (b, m, n)>
// Values of the first keys, with weights that sum to 1 over all of them.
// CHECK-LABEL: func.func @some_keys(
func.func @some_keys(%q: tensor<2x3x4xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x2x4xf32>) -> tensor<2x3x4xf32> {
  %score_start = arith.constant dense<0.0> : tensor<2x3x3xf32>
  %start = arith.constant dense<0.0> : tensor<2x3x4xf32>
  %place = tensor.empty() : tensor<2x3x3xf32>
  %scores = linalg.batch_matmul indexing_maps = [#batch_rows, #batch_columns, #batch_result]
      ins(%q, %k : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%score_start : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%scores : tensor<2x3x3xf32>) outs(%place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %weights = tensor.extract_slice %p[0, 0, 0] [2, 3, 2] [1, 1, 1] : tensor<2x3x3xf32> to tensor<2x3x2xf32>
  // expected-remark @below {{looks like a transformer.attention, but its softmax is not over the keys}}
  %result = linalg.batch_matmul ins(%weights, %v : tensor<2x3x2xf32>, tensor<2x2x4xf32>) outs(%start : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %result : tensor<2x3x4xf32>
}

// -----

#batch_rows = affine_map<(b, m, n, k) -> (b, m, k)>
#batch_columns = affine_map<(b, m, n, k) -> (b, n, k)>
#batch_result = affine_map<(b, m, n, k) -> (b, m, n)>
// Values that are wider than keys.
// CHECK-LABEL: func.func @wide_values(
func.func @wide_values(%q: tensor<2x3x4xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x3x6xf32>) -> tensor<2x3x6xf32> {
  %score_start = arith.constant dense<0.0> : tensor<2x3x3xf32>
  %start = arith.constant dense<0.0> : tensor<2x3x6xf32>
  %place = tensor.empty() : tensor<2x3x3xf32>
  %scores = linalg.batch_matmul indexing_maps = [#batch_rows, #batch_columns, #batch_result]
      ins(%q, %k : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%score_start : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%scores : tensor<2x3x3xf32>) outs(%place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  // expected-remark @below {{looks like a transformer.attention, but keys and values have heads of different widths}}
  %result = linalg.batch_matmul ins(%p, %v : tensor<2x3x3xf32>, tensor<2x3x6xf32>) outs(%start : tensor<2x3x6xf32>) -> tensor<2x3x6xf32>
  return %result : tensor<2x3x6xf32>
}

// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s

// Heads as a dimension that was packed, a scale on the queries, and a causal mask that is added.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-LABEL: func.func @causal(
// CHECK-SAME: %[[Q:.*]]: tensor<3x4xf32>, %[[K:.*]]: tensor<3x4xf32>, %[[V:.*]]: tensor<3x4xf32>)
func.func @causal(%q: tensor<3x4xf32>, %k: tensor<3x4xf32>, %v: tensor<3x4xf32>) -> tensor<3x4xf32> {
  // CHECK-DAG: %[[QB:.*]] = tensor.expand_shape %[[Q]] {{.*}} into tensor<1x3x4xf32>
  // CHECK-DAG: %[[KB:.*]] = tensor.expand_shape %[[K]] {{.*}} into tensor<1x3x4xf32>
  // CHECK-DAG: %[[VB:.*]] = tensor.expand_shape %[[V]] {{.*}} into tensor<1x3x4xf32>
  // CHECK: %[[R:.*]] = transformer.attention %[[QB]], %[[KB]], %[[VB]] {causal, heads = 2 : i64, kv_heads = 2 : i64, scale = 2.500000e-01 : f64}
  // CHECK: %[[ROWS:.*]] = tensor.collapse_shape %[[R]] {{.*}} into tensor<3x4xf32>
  // CHECK-NEXT: return %[[ROWS]]
  %zero = arith.constant 0.0 : f32
  %quarter = arith.constant dense<0.25> : tensor<2x3x2xf32>
  %lowest = arith.constant -3.40282347E+38 : f32
  %places = tensor.empty() : tensor<2x3x2xf32>
  %q3 = tensor.expand_shape %q [[0], [1, 2]] output_shape [3, 2, 2] : tensor<3x4xf32> into tensor<3x2x2xf32>
  %k3 = tensor.expand_shape %k [[0], [1, 2]] output_shape [3, 2, 2] : tensor<3x4xf32> into tensor<3x2x2xf32>
  %v3 = tensor.expand_shape %v [[0], [1, 2]] output_shape [3, 2, 2] : tensor<3x4xf32> into tensor<3x2x2xf32>
  %qh = linalg.transpose ins(%q3 : tensor<3x2x2xf32>) outs(%places : tensor<2x3x2xf32>) permutation = [1, 0, 2]
  %vh = linalg.transpose ins(%v3 : tensor<3x2x2xf32>) outs(%places : tensor<2x3x2xf32>) permutation = [1, 0, 2]
  %key_place = tensor.empty() : tensor<2x2x3xf32>
  %kh = linalg.transpose ins(%k3 : tensor<3x2x2xf32>) outs(%key_place : tensor<2x2x3xf32>) permutation = [1, 2, 0]
  %scaled = arith.mulf %qh, %quarter : tensor<2x3x2xf32>
  %score_place = tensor.empty() : tensor<2x3x3xf32>
  %score_start = linalg.fill ins(%zero : f32) outs(%score_place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %scores = linalg.batch_matmul ins(%scaled, %kh : tensor<2x3x2xf32>, tensor<2x2x3xf32>) outs(%score_start : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %masked = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%scores : tensor<2x3x3xf32>) outs(%score_place : tensor<2x3x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %query = linalg.index 1 : index
    %key = linalg.index 2 : index
    %future = arith.cmpi sgt, %key, %query : index
    %mask = arith.select %future, %lowest, %zero : f32
    %0 = arith.addf %in, %mask : f32
    linalg.yield %0 : f32
  } -> tensor<2x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<2x3x3xf32>) outs(%score_place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %start = linalg.fill ins(%zero : f32) outs(%places : tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  %product = linalg.batch_matmul ins(%p, %vh : tensor<2x3x3xf32>, tensor<2x3x2xf32>) outs(%start : tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  %back = tensor.empty() : tensor<3x2x2xf32>
  %transposed = linalg.transpose ins(%product : tensor<2x3x2xf32>) outs(%back : tensor<3x2x2xf32>) permutation = [1, 0, 2]
  %packed = tensor.collapse_shape %transposed [[0], [1, 2]] : tensor<3x2x2xf32> into tensor<3x4xf32>
  return %packed : tensor<3x4xf32>
}

// -----

// Two batches joined with the heads, two query heads to a key head, which is repeated; the scale is that of the width,
// and the mask lets some keys count.
#value = affine_map<(b, h, g, t, d) -> (b, h, t, d)>
#repeated = affine_map<(b, h, g, t, d) -> (b, h, g, t, d)>
// CHECK-LABEL: func.func @grouped(
// CHECK-SAME: %[[Q:.*]]: tensor<2x3x8xf32>, %[[K:.*]]: tensor<2x3x4xf32>, %[[V:.*]]: tensor<2x3x4xf32>)
func.func @grouped(%q: tensor<2x3x8xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x3x4xf32>) -> tensor<2x3x8xf32> {
  // CHECK: %[[R:.*]] = transformer.attention %[[Q]], %[[K]], %[[V]] {heads = 4 : i64, kv_heads = 2 : i64} : (tensor<2x3x8xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x8xf32>
  // CHECK-NEXT: return %[[R]]
  %zero = arith.constant 0.0 : f32
  %root = arith.constant dense<1.41421354> : tensor<8x3x3xf32>
  %q4 = tensor.expand_shape %q [[0], [1], [2, 3]] output_shape [2, 3, 4, 2] : tensor<2x3x8xf32> into tensor<2x3x4x2xf32>
  %query_place = tensor.empty() : tensor<2x4x3x2xf32>
  %qt = linalg.transpose ins(%q4 : tensor<2x3x4x2xf32>) outs(%query_place : tensor<2x4x3x2xf32>) permutation = [0, 2, 1, 3]
  %queries = tensor.collapse_shape %qt [[0, 1], [2], [3]] : tensor<2x4x3x2xf32> into tensor<8x3x2xf32>
  %place = tensor.empty() : tensor<2x2x3x2xf32>
  %repeat_place = tensor.empty() : tensor<2x2x2x3x2xf32>
  %k4 = tensor.expand_shape %k [[0], [1], [2, 3]] output_shape [2, 3, 2, 2] : tensor<2x3x4xf32> into tensor<2x3x2x2xf32>
  %kt = linalg.transpose ins(%k4 : tensor<2x3x2x2xf32>) outs(%place : tensor<2x2x3x2xf32>) permutation = [0, 2, 1, 3]
  %kr = linalg.generic {indexing_maps = [#value, #repeated], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%kt : tensor<2x2x3x2xf32>) outs(%repeat_place : tensor<2x2x2x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x2x2x3x2xf32>
  %keys = tensor.collapse_shape %kr [[0, 1, 2], [3], [4]] : tensor<2x2x2x3x2xf32> into tensor<8x3x2xf32>
  %v4 = tensor.expand_shape %v [[0], [1], [2, 3]] output_shape [2, 3, 2, 2] : tensor<2x3x4xf32> into tensor<2x3x2x2xf32>
  %vt = linalg.transpose ins(%v4 : tensor<2x3x2x2xf32>) outs(%place : tensor<2x2x3x2xf32>) permutation = [0, 2, 1, 3]
  %vr = linalg.generic {indexing_maps = [#value, #repeated], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%vt : tensor<2x2x3x2xf32>) outs(%repeat_place : tensor<2x2x2x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x2x2x3x2xf32>
  %values = tensor.collapse_shape %vr [[0, 1, 2], [3], [4]] : tensor<2x2x2x3x2xf32> into tensor<8x3x2xf32>
  %score_place = tensor.empty() : tensor<8x3x3xf32>
  %score_start = linalg.fill ins(%zero : f32) outs(%score_place : tensor<8x3x3xf32>) -> tensor<8x3x3xf32>
  %scores = linalg.batch_matmul
      indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (b, n, k)>, affine_map<(b, m, n, k) -> (b, m, n)>]
      ins(%queries, %keys : tensor<8x3x2xf32>, tensor<8x3x2xf32>) outs(%score_start : tensor<8x3x3xf32>) -> tensor<8x3x3xf32>
  %scaled = arith.divf %scores, %root : tensor<8x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%scaled : tensor<8x3x3xf32>) outs(%score_place : tensor<8x3x3xf32>) -> tensor<8x3x3xf32>
  %result_place = tensor.empty() : tensor<8x3x2xf32>
  %start = linalg.fill ins(%zero : f32) outs(%result_place : tensor<8x3x2xf32>) -> tensor<8x3x2xf32>
  %product = linalg.batch_matmul ins(%p, %values : tensor<8x3x3xf32>, tensor<8x3x2xf32>) outs(%start : tensor<8x3x2xf32>) -> tensor<8x3x2xf32>
  %split = tensor.expand_shape %product [[0, 1], [2], [3]] output_shape [2, 4, 3, 2] : tensor<8x3x2xf32> into tensor<2x4x3x2xf32>
  %back = tensor.empty() : tensor<2x3x4x2xf32>
  %transposed = linalg.transpose ins(%split : tensor<2x4x3x2xf32>) outs(%back : tensor<2x3x4x2xf32>) permutation = [0, 2, 1, 3]
  %packed = tensor.collapse_shape %transposed [[0], [1], [2, 3]] : tensor<2x3x4x2xf32> into tensor<2x3x8xf32>
  return %packed : tensor<2x3x8xf32>
}

// -----

// Heads that were never packed, in TOSA, and a mask that is neither causal nor nothing.
// CHECK-LABEL: func.func @tosa(
// CHECK-SAME: %[[Q:.*]]: tensor<2x3x4xf32>, %[[K:.*]]: tensor<2x3x4xf32>, %[[V:.*]]: tensor<2x3x4xf32>)
func.func @tosa(%q: tensor<2x3x4xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  // CHECK-DAG: %[[MASK:.*]] = arith.constant dense<{{\[\[}}[true, false, true], [false, true, false], [true, true, false]]]> : tensor<1x3x3xi1>
  // CHECK-DAG: linalg.transpose ins(%[[Q]] : tensor<2x3x4xf32>)
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} mask %[[MASK]] {heads = 2 : i64, kv_heads = 2 : i64} : (tensor<1x3x8xf32>, tensor<1x3x8xf32>, tensor<1x3x8xf32>, tensor<1x3x3xi1>) -> tensor<1x3x8xf32>
  // CHECK-NOT: tosa.matmul
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %zero = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %half = "tosa.const"() <{values = dense<0.5> : tensor<1x1x1xf32>}> : () -> tensor<1x1x1xf32>
  %mask = "tosa.const"() <{values = dense<[[[0.0, -1.0e9, 0.0], [-1.0e9, 0.0, -1.0e9], [0.0, 0.0, -1.0e9]]]> : tensor<1x3x3xf32>}> : () -> tensor<1x3x3xf32>
  %kt = tosa.transpose %k {perms = array<i32: 0, 2, 1>} : (tensor<2x3x4xf32>) -> tensor<2x4x3xf32>
  %scores = tosa.matmul %q, %kt, %zero, %zero : (tensor<2x3x4xf32>, tensor<2x4x3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x3x3xf32>
  %scaled = tosa.mul %scores, %half, %shift : (tensor<2x3x3xf32>, tensor<1x1x1xf32>, tensor<1xi8>) -> tensor<2x3x3xf32>
  %masked = tosa.add %scaled, %mask : (tensor<2x3x3xf32>, tensor<1x3x3xf32>) -> tensor<2x3x3xf32>
  %max = tosa.reduce_max %masked {axis = 2 : i32} : (tensor<2x3x3xf32>) -> tensor<2x3x1xf32>
  %difference = tosa.sub %masked, %max : (tensor<2x3x3xf32>, tensor<2x3x1xf32>) -> tensor<2x3x3xf32>
  %exponentials = tosa.exp %difference : (tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %sum = tosa.reduce_sum %exponentials {axis = 2 : i32} : (tensor<2x3x3xf32>) -> tensor<2x3x1xf32>
  %inverse = tosa.reciprocal %sum : (tensor<2x3x1xf32>) -> tensor<2x3x1xf32>
  %p = tosa.mul %exponentials, %inverse, %shift : (tensor<2x3x3xf32>, tensor<2x3x1xf32>, tensor<1xi8>) -> tensor<2x3x3xf32>
  %result = tosa.matmul %p, %v, %zero, %zero : (tensor<2x3x3xf32>, tensor<2x3x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x3x4xf32>
  return %result : tensor<2x3x4xf32>
}

// -----

// One head of keys and values for all queries, and scores that a truth value takes away.
// CHECK-LABEL: func.func @one_key_head(
// CHECK-SAME: %[[Q:.*]]: tensor<1x3x8xf32>, %[[K:.*]]: tensor<1x3x4xf32>, %[[V:.*]]: tensor<1x3x4xf32>)
func.func @one_key_head(%q: tensor<1x3x8xf32>, %k: tensor<1x3x4xf32>, %v: tensor<1x3x4xf32>) -> tensor<1x3x8xf32> {
  // CHECK: %[[R:.*]] = transformer.attention %[[Q]], %[[K]], %[[V]] {causal, heads = 2 : i64, kv_heads = 1 : i64} : (tensor<1x3x8xf32>, tensor<1x3x4xf32>, tensor<1x3x4xf32>) -> tensor<1x3x8xf32>
  // CHECK-NEXT: return %[[R]]
  %zero = arith.constant 0.0 : f32
  %masked = arith.constant -3.40282347E+38 : f32
  %half = arith.constant 0.5 : f32
  %counts = arith.constant dense<[[true, false, false], [true, true, false], [true, true, true]]> : tensor<3x3xi1>
  %q4 = tensor.expand_shape %q [[0], [1], [2, 3]] output_shape [1, 3, 2, 4] : tensor<1x3x8xf32> into tensor<1x3x2x4xf32>
  %place = tensor.empty() : tensor<2x3x3xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %scores = linalg.generic {
      indexing_maps = [affine_map<(h, s, t, d) -> (0, s, h, d)>, affine_map<(h, s, t, d) -> (0, t, d)>, affine_map<(h, s, t, d) -> (h, s, t)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%q4, %k : tensor<1x3x2x4xf32>, tensor<1x3x4xf32>) outs(%start : tensor<2x3x3xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %0, %sum : f32
    linalg.yield %1 : f32
  } -> tensor<2x3x3xf32>
  %selected = linalg.generic {
      indexing_maps = [affine_map<(h, s, t) -> (h, s, t)>, affine_map<(h, s, t) -> (s, t)>, affine_map<(h, s, t) -> (h, s, t)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%scores, %counts : tensor<2x3x3xf32>, tensor<3x3xi1>) outs(%place : tensor<2x3x3xf32>) {
  ^bb0(%score: f32, %valid: i1, %out: f32):
    %0 = arith.mulf %score, %half : f32
    %1 = arith.select %valid, %0, %masked : f32
    linalg.yield %1 : f32
  } -> tensor<2x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%selected : tensor<2x3x3xf32>) outs(%place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %result_place = tensor.empty() : tensor<1x3x2x4xf32>
  %result_start = linalg.fill ins(%zero : f32) outs(%result_place : tensor<1x3x2x4xf32>) -> tensor<1x3x2x4xf32>
  %product = linalg.generic {
      indexing_maps = [affine_map<(b, s, h, d, t) -> (h, s, t)>, affine_map<(b, s, h, d, t) -> (b, t, d)>, affine_map<(b, s, h, d, t) -> (b, s, h, d)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%p, %v : tensor<2x3x3xf32>, tensor<1x3x4xf32>) outs(%result_start : tensor<1x3x2x4xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %0, %sum : f32
    linalg.yield %1 : f32
  } -> tensor<1x3x2x4xf32>
  %packed = tensor.collapse_shape %product [[0], [1], [2, 3]] : tensor<1x3x2x4xf32> into tensor<1x3x8xf32>
  return %packed : tensor<1x3x8xf32>
}

// -----

// Scores that are selected, to which a mask of the last keys is added, and nothing below the lowest number: a window of
// two.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-LABEL: func.func @window(
func.func @window(%q: tensor<1x3x4xf32>, %k: tensor<1x4x3xf32>, %v: tensor<1x3x4xf32>) -> tensor<1x3x4xf32> {
  // CHECK-DAG: %[[MASK:.*]] = arith.constant dense<{{\[\[}}[true, false, false], [true, true, false], [false, true, true]]]> : tensor<1x3x3xi1>
  // CHECK: %[[R:.*]] = transformer.attention %{{.*}}, %{{.*}}, %{{.*}} mask %[[MASK]] {heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64}
  // CHECK-NEXT: return %[[R]]
  %zero = arith.constant 0.0 : f32
  %lowest = arith.constant -3.40282347E+38 : f32
  %minus_two = arith.constant -2 : i64
  %score_place = tensor.empty() : tensor<1x3x3xf32>
  %score_start = linalg.fill ins(%zero : f32) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %scores = linalg.batch_matmul ins(%q, %k : tensor<1x3x4xf32>, tensor<1x4x3xf32>) outs(%score_start : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %masked = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%scores : tensor<1x3x3xf32>) outs(%score_place : tensor<1x3x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %query = linalg.index 1 : index
    %key = linalg.index 2 : index
    %seen = arith.cmpi sle, %key, %query : index
    %causal = arith.select %seen, %in, %lowest : f32
    %query_number = arith.index_cast %query : index to i64
    %key_number = arith.index_cast %key : index to i64
    %first = arith.addi %query_number, %minus_two : i64
    %old = arith.cmpi sle, %key_number, %first : i64
    %mask = arith.select %old, %lowest, %zero : f32
    %0 = arith.addf %causal, %mask : f32
    %1 = arith.maximumf %0, %lowest : f32
    linalg.yield %1 : f32
  } -> tensor<1x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<1x3x3xf32>) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %place = tensor.empty() : tensor<1x3x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %product = linalg.batch_matmul ins(%p, %v : tensor<1x3x3xf32>, tensor<1x3x4xf32>) outs(%start : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  return %product : tensor<1x3x4xf32>
}

// -----

// One head without dimensions for it, and a mask of -1e4 as bf16 has it.
// CHECK-LABEL: func.func @brain_mask(
func.func @brain_mask(%q: tensor<2x4xbf16>, %k: tensor<2x4xbf16>, %v: tensor<2x4xbf16>) -> tensor<2x4xbf16> {
  // CHECK: transformer.attention {{.*}} {causal, heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64}
  // CHECK-NOT: linalg.matmul
  // CHECK: return
  %mask = arith.constant dense<[[0.0, -1.0e4], [0.0, 0.0]]> : tensor<2x2xbf16>
  %score_start = arith.constant dense<0.0> : tensor<2x2xbf16>
  %start = arith.constant dense<0.0> : tensor<2x4xbf16>
  %place = tensor.empty() : tensor<2x2xbf16>
  %scores = linalg.matmul
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%q, %k : tensor<2x4xbf16>, tensor<2x4xbf16>) outs(%score_start : tensor<2x2xbf16>) -> tensor<2x2xbf16>
  %masked = arith.addf %scores, %mask : tensor<2x2xbf16>
  %p = linalg.softmax dimension(1) ins(%masked : tensor<2x2xbf16>) outs(%place : tensor<2x2xbf16>) -> tensor<2x2xbf16>
  %result = linalg.matmul ins(%p, %v : tensor<2x2xbf16>, tensor<2x4xbf16>) outs(%start : tensor<2x4xbf16>) -> tensor<2x4xbf16>
  return %result : tensor<2x4xbf16>
}

// -----

// Rows that count positions and heads together, all of which have one key; a causal mask that is selected.
#all4 = affine_map<(b, s, h, t) -> (b, s, h, t)>
// CHECK-LABEL: func.func @joined_rows(
// CHECK-SAME: %[[Q:.*]]: tensor<1x3x4xf32>, %{{.*}}: tensor<1x3x2xf32>, %{{.*}}: tensor<1x3x2xf32>)
func.func @joined_rows(%q: tensor<1x3x4xf32>, %x: tensor<1x3x2xf32>, %y: tensor<1x3x2xf32>) -> tensor<1x3x4xf32> {
  // CHECK: %[[K:.*]] = transformer.add
  // CHECK: %[[V:.*]] = transformer.relu
  // CHECK: %[[R:.*]] = transformer.attention %[[Q]], %[[K]], %[[V]] {causal, heads = 2 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64}
  // CHECK-NEXT: return %[[R]]
  %k = transformer.add %x, %y : tensor<1x3x2xf32>
  %v = transformer.relu %y : tensor<1x3x2xf32>
  %zero = arith.constant 0.0 : f32
  %lowest = arith.constant -3.40282347E+38 : f32
  %joined = tensor.collapse_shape %q [[0], [1, 2]] : tensor<1x3x4xf32> into tensor<1x12xf32>
  %rows = tensor.expand_shape %joined [[0], [1, 2]] output_shape [1, 6, 2] : tensor<1x12xf32> into tensor<1x6x2xf32>
  %key_place = tensor.empty() : tensor<1x2x3xf32>
  %kt = linalg.transpose ins(%k : tensor<1x3x2xf32>) outs(%key_place : tensor<1x2x3xf32>) permutation = [0, 2, 1]
  %score_place = tensor.empty() : tensor<1x6x3xf32>
  %score_start = linalg.fill ins(%zero : f32) outs(%score_place : tensor<1x6x3xf32>) -> tensor<1x6x3xf32>
  %scores = linalg.batch_matmul ins(%rows, %kt : tensor<1x6x2xf32>, tensor<1x2x3xf32>) outs(%score_start : tensor<1x6x3xf32>) -> tensor<1x6x3xf32>
  %heads = tensor.expand_shape %scores [[0], [1, 2], [3]] output_shape [1, 3, 2, 3] : tensor<1x6x3xf32> into tensor<1x3x2x3xf32>
  %place = tensor.empty() : tensor<1x3x2x3xf32>
  %masked = linalg.generic {indexing_maps = [#all4, #all4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%heads : tensor<1x3x2x3xf32>) outs(%place : tensor<1x3x2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %query = linalg.index 1 : index
    %key = linalg.index 3 : index
    %counts = arith.cmpi sle, %key, %query : index
    %0 = arith.select %counts, %in, %lowest : f32
    linalg.yield %0 : f32
  } -> tensor<1x3x2x3xf32>
  %p = linalg.softmax dimension(3) ins(%masked : tensor<1x3x2x3xf32>) outs(%place : tensor<1x3x2x3xf32>) -> tensor<1x3x2x3xf32>
  %p_rows = tensor.collapse_shape %p [[0], [1, 2], [3]] : tensor<1x3x2x3xf32> into tensor<1x6x3xf32>
  %row_place = tensor.empty() : tensor<1x6x2xf32>
  %start = linalg.fill ins(%zero : f32) outs(%row_place : tensor<1x6x2xf32>) -> tensor<1x6x2xf32>
  %product = linalg.batch_matmul ins(%p_rows, %v : tensor<1x6x3xf32>, tensor<1x3x2xf32>) outs(%start : tensor<1x6x2xf32>) -> tensor<1x6x2xf32>
  %flat = tensor.collapse_shape %product [[0], [1, 2]] : tensor<1x6x2xf32> into tensor<1x12xf32>
  %packed = tensor.expand_shape %flat [[0], [1, 2]] output_shape [1, 3, 4] : tensor<1x12xf32> into tensor<1x3x4xf32>
  return %packed : tensor<1x3x4xf32>
}

// -----

// Keys and values in buffers, into which the new rows are copied: the product is with the buffer as it is then.
// CHECK-LABEL: func.func @cache(
// CHECK-SAME: %[[Q:.*]]: tensor<1x1x4xf32>, %{{.*}}, %[[CACHE:.*]]: memref<1x8x4xf32>, %[[VALUES:.*]]: memref<1x8x4xf32>, %{{.*}})
// CHECK: memref.copy
// CHECK: %[[K:.*]] = bufferization.to_tensor %[[CACHE]]
// CHECK: %[[V:.*]] = bufferization.to_tensor %[[VALUES]]
// CHECK: transformer.attention %[[Q]], %[[K]], %[[V]] {heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64}
func.func @cache(%q: tensor<1x1x4xf32>, %new: tensor<1x1x4xf32>, %cache: memref<1x8x4xf32>, %values: memref<1x8x4xf32>, %at: index) -> tensor<1x1x4xf32> {
  %zero = arith.constant 0.0 : f32
  %x = transformer.relu %new : tensor<1x1x4xf32>
  %buffer = bufferization.to_buffer %x : tensor<1x1x4xf32> to memref<1x1x4xf32>
  %row = memref.subview %cache[0, %at, 0] [1, 1, 4] [1, 1, 1] : memref<1x8x4xf32> to memref<1x1x4xf32, strided<[32, 4, 1], offset: ?>>
  memref.copy %buffer, %row : memref<1x1x4xf32> to memref<1x1x4xf32, strided<[32, 4, 1], offset: ?>>
  %k = bufferization.to_tensor %cache restrict : memref<1x8x4xf32> to tensor<1x8x4xf32>
  %v = bufferization.to_tensor %values restrict : memref<1x8x4xf32> to tensor<1x8x4xf32>
  %place = tensor.empty() : tensor<1x4x8xf32>
  %kt = linalg.transpose ins(%k : tensor<1x8x4xf32>) outs(%place : tensor<1x4x8xf32>) permutation = [0, 2, 1]
  %scores_place = tensor.empty() : tensor<1x1x8xf32>
  %start = linalg.fill ins(%zero : f32) outs(%scores_place : tensor<1x1x8xf32>) -> tensor<1x1x8xf32>
  %scores = linalg.batch_matmul ins(%q, %kt : tensor<1x1x4xf32>, tensor<1x4x8xf32>) outs(%start : tensor<1x1x8xf32>) -> tensor<1x1x8xf32>
  %p = linalg.softmax dimension(2) ins(%scores : tensor<1x1x8xf32>) outs(%scores_place : tensor<1x1x8xf32>) -> tensor<1x1x8xf32>
  %result_place = tensor.empty() : tensor<1x1x4xf32>
  %result_start = linalg.fill ins(%zero : f32) outs(%result_place : tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  %r = linalg.batch_matmul ins(%p, %v : tensor<1x1x8xf32>, tensor<1x8x4xf32>) outs(%result_start : tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  return %r : tensor<1x1x4xf32>
}

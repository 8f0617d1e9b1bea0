// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s

// A sequence of any length: sizes of tensors are those of the input, and a causal mask is its comparison.
#all = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
// CHECK-LABEL: func.func @attention(
// CHECK-SAME: %[[X:.*]]: tensor<1x?x8xf32>
func.func @attention(%x: tensor<1x?x8xf32>, %w: tensor<8x8xf32>, %wk: tensor<8x8xf32>, %wv: tensor<8x8xf32>) -> tensor<1x?x8xf32> {
  // CHECK-DAG: %[[ZERO:.*]] = arith.constant 0 : index
  // CHECK-DAG: %[[Q:.*]] = transformer.linear %[[X]], %{{.*}} : (tensor<1x?x8xf32>, tensor<8x8xf32>) -> tensor<1x?x8xf32>
  // CHECK: transformer.attention %[[Q]], %{{.*}}, %{{.*}} at %[[ZERO]] {causal, heads = 2 : i64, kv_heads = 2 : i64}
  // CHECK-NOT: linalg
  // CHECK: return
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %ninf = arith.constant 0xFF800000 : f32
  %half = arith.constant 0.5 : f32
  %s = tensor.dim %x, %c1 : tensor<1x?x8xf32>
  %xf = tensor.collapse_shape %x [[0, 1], [2]] : tensor<1x?x8xf32> into tensor<?x8xf32>
  %e = tensor.empty(%s) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %q = linalg.matmul ins(%xf, %w : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %k = linalg.matmul ins(%xf, %wk : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %v = linalg.matmul ins(%xf, %wv : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %q4 = tensor.expand_shape %q [[0, 1], [2, 3]] output_shape [1, %s, 2, 4] : tensor<?x8xf32> into tensor<1x?x2x4xf32>
  %k4 = tensor.expand_shape %k [[0, 1], [2, 3]] output_shape [1, %s, 2, 4] : tensor<?x8xf32> into tensor<1x?x2x4xf32>
  %v4 = tensor.expand_shape %v [[0, 1], [2, 3]] output_shape [1, %s, 2, 4] : tensor<?x8xf32> into tensor<1x?x2x4xf32>
  %eh = tensor.empty(%s) : tensor<1x2x?x4xf32>
  %qh = linalg.transpose ins(%q4 : tensor<1x?x2x4xf32>) outs(%eh : tensor<1x2x?x4xf32>) permutation = [0, 2, 1, 3]
  %kh = linalg.transpose ins(%k4 : tensor<1x?x2x4xf32>) outs(%eh : tensor<1x2x?x4xf32>) permutation = [0, 2, 1, 3]
  %vh = linalg.transpose ins(%v4 : tensor<1x?x2x4xf32>) outs(%eh : tensor<1x2x?x4xf32>) permutation = [0, 2, 1, 3]
  %ekt = tensor.empty(%s) : tensor<1x2x4x?xf32>
  %kt = linalg.transpose ins(%kh : tensor<1x2x?x4xf32>) outs(%ekt : tensor<1x2x4x?xf32>) permutation = [0, 1, 3, 2]
  %q3 = tensor.collapse_shape %qh [[0, 1], [2], [3]] : tensor<1x2x?x4xf32> into tensor<2x?x4xf32>
  %k3 = tensor.collapse_shape %kt [[0, 1], [2], [3]] : tensor<1x2x4x?xf32> into tensor<2x4x?xf32>
  %v3 = tensor.collapse_shape %vh [[0, 1], [2], [3]] : tensor<1x2x?x4xf32> into tensor<2x?x4xf32>
  %es = tensor.empty(%s, %s) : tensor<2x?x?xf32>
  %fs = linalg.fill ins(%zero : f32) outs(%es : tensor<2x?x?xf32>) -> tensor<2x?x?xf32>
  %sc = linalg.batch_matmul ins(%q3, %k3 : tensor<2x?x4xf32>, tensor<2x4x?xf32>) outs(%fs : tensor<2x?x?xf32>) -> tensor<2x?x?xf32>
  %sc4 = tensor.expand_shape %sc [[0, 1], [2], [3]] output_shape [1, 2, %s, %s] : tensor<2x?x?xf32> into tensor<1x2x?x?xf32>
  %es4 = tensor.empty(%s, %s) : tensor<1x2x?x?xf32>
  %scaled = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%sc4 : tensor<1x2x?x?xf32>) outs(%es4 : tensor<1x2x?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %i = linalg.index 2 : index
    %j = linalg.index 3 : index
    %m = arith.mulf %in, %half : f32
    %c = arith.cmpi sgt, %j, %i : index
    %r = arith.select %c, %ninf, %m : f32
    linalg.yield %r : f32
  } -> tensor<1x2x?x?xf32>
  %p4 = linalg.softmax dimension(3) ins(%scaled : tensor<1x2x?x?xf32>) outs(%es4 : tensor<1x2x?x?xf32>) -> tensor<1x2x?x?xf32>
  %p3 = tensor.collapse_shape %p4 [[0, 1], [2], [3]] : tensor<1x2x?x?xf32> into tensor<2x?x?xf32>
  %eo = tensor.empty(%s) : tensor<2x?x4xf32>
  %fo = linalg.fill ins(%zero : f32) outs(%eo : tensor<2x?x4xf32>) -> tensor<2x?x4xf32>
  %o3 = linalg.batch_matmul ins(%p3, %v3 : tensor<2x?x?xf32>, tensor<2x?x4xf32>) outs(%fo : tensor<2x?x4xf32>) -> tensor<2x?x4xf32>
  %o4 = tensor.expand_shape %o3 [[0, 1], [2], [3]] output_shape [1, 2, %s, 4] : tensor<2x?x4xf32> into tensor<1x2x?x4xf32>
  %et = tensor.empty(%s) : tensor<1x?x2x4xf32>
  %ot = linalg.transpose ins(%o4 : tensor<1x2x?x4xf32>) outs(%et : tensor<1x?x2x4xf32>) permutation = [0, 2, 1, 3]
  %of = tensor.collapse_shape %ot [[0], [1], [2, 3]] : tensor<1x?x2x4xf32> into tensor<1x?x8xf32>
  return %of : tensor<1x?x8xf32>
}

// -----

// The mask is added.
#all = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
// CHECK-LABEL: func.func @added(
// CHECK-SAME: %[[X:.*]]: tensor<1x?x8xf32>
func.func @added(%x: tensor<1x?x8xf32>, %w: tensor<8x8xf32>, %wk: tensor<8x8xf32>, %wv: tensor<8x8xf32>) -> tensor<1x?x8xf32> {
  // CHECK-DAG: %[[ZERO:.*]] = arith.constant 0 : index
  // CHECK-DAG: %[[Q:.*]] = transformer.linear %[[X]], %{{.*}} : (tensor<1x?x8xf32>, tensor<8x8xf32>) -> tensor<1x?x8xf32>
  // CHECK: transformer.attention %[[Q]], %{{.*}}, %{{.*}} at %[[ZERO]] {causal, heads = 2 : i64, kv_heads = 2 : i64}
  // CHECK-NOT: linalg
  // CHECK: return
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %ninf = arith.constant 0xFF800000 : f32
  %half = arith.constant 0.5 : f32
  %s = tensor.dim %x, %c1 : tensor<1x?x8xf32>
  %xf = tensor.collapse_shape %x [[0, 1], [2]] : tensor<1x?x8xf32> into tensor<?x8xf32>
  %e = tensor.empty(%s) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %q = linalg.matmul ins(%xf, %w : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %k = linalg.matmul ins(%xf, %wk : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %v = linalg.matmul ins(%xf, %wv : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %q4 = tensor.expand_shape %q [[0, 1], [2, 3]] output_shape [1, %s, 2, 4] : tensor<?x8xf32> into tensor<1x?x2x4xf32>
  %k4 = tensor.expand_shape %k [[0, 1], [2, 3]] output_shape [1, %s, 2, 4] : tensor<?x8xf32> into tensor<1x?x2x4xf32>
  %v4 = tensor.expand_shape %v [[0, 1], [2, 3]] output_shape [1, %s, 2, 4] : tensor<?x8xf32> into tensor<1x?x2x4xf32>
  %eh = tensor.empty(%s) : tensor<1x2x?x4xf32>
  %qh = linalg.transpose ins(%q4 : tensor<1x?x2x4xf32>) outs(%eh : tensor<1x2x?x4xf32>) permutation = [0, 2, 1, 3]
  %kh = linalg.transpose ins(%k4 : tensor<1x?x2x4xf32>) outs(%eh : tensor<1x2x?x4xf32>) permutation = [0, 2, 1, 3]
  %vh = linalg.transpose ins(%v4 : tensor<1x?x2x4xf32>) outs(%eh : tensor<1x2x?x4xf32>) permutation = [0, 2, 1, 3]
  %ekt = tensor.empty(%s) : tensor<1x2x4x?xf32>
  %kt = linalg.transpose ins(%kh : tensor<1x2x?x4xf32>) outs(%ekt : tensor<1x2x4x?xf32>) permutation = [0, 1, 3, 2]
  %q3 = tensor.collapse_shape %qh [[0, 1], [2], [3]] : tensor<1x2x?x4xf32> into tensor<2x?x4xf32>
  %k3 = tensor.collapse_shape %kt [[0, 1], [2], [3]] : tensor<1x2x4x?xf32> into tensor<2x4x?xf32>
  %v3 = tensor.collapse_shape %vh [[0, 1], [2], [3]] : tensor<1x2x?x4xf32> into tensor<2x?x4xf32>
  %es = tensor.empty(%s, %s) : tensor<2x?x?xf32>
  %fs = linalg.fill ins(%zero : f32) outs(%es : tensor<2x?x?xf32>) -> tensor<2x?x?xf32>
  %sc = linalg.batch_matmul ins(%q3, %k3 : tensor<2x?x4xf32>, tensor<2x4x?xf32>) outs(%fs : tensor<2x?x?xf32>) -> tensor<2x?x?xf32>
  %sc4 = tensor.expand_shape %sc [[0, 1], [2], [3]] output_shape [1, 2, %s, %s] : tensor<2x?x?xf32> into tensor<1x2x?x?xf32>
  %es4 = tensor.empty(%s, %s) : tensor<1x2x?x?xf32>
  %scaled = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%sc4 : tensor<1x2x?x?xf32>) outs(%es4 : tensor<1x2x?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %i = linalg.index 2 : index
    %j = linalg.index 3 : index
    %m = arith.mulf %in, %half : f32
    %c = arith.cmpi sge, %i, %j : index
    %mask = arith.select %c, %zero, %ninf : f32
    %r = arith.addf %mask, %m : f32
    linalg.yield %r : f32
  } -> tensor<1x2x?x?xf32>
  %p4 = linalg.softmax dimension(3) ins(%scaled : tensor<1x2x?x?xf32>) outs(%es4 : tensor<1x2x?x?xf32>) -> tensor<1x2x?x?xf32>
  %p3 = tensor.collapse_shape %p4 [[0, 1], [2], [3]] : tensor<1x2x?x?xf32> into tensor<2x?x?xf32>
  %eo = tensor.empty(%s) : tensor<2x?x4xf32>
  %fo = linalg.fill ins(%zero : f32) outs(%eo : tensor<2x?x4xf32>) -> tensor<2x?x4xf32>
  %o3 = linalg.batch_matmul ins(%p3, %v3 : tensor<2x?x?xf32>, tensor<2x?x4xf32>) outs(%fo : tensor<2x?x4xf32>) -> tensor<2x?x4xf32>
  %o4 = tensor.expand_shape %o3 [[0, 1], [2], [3]] output_shape [1, 2, %s, 4] : tensor<2x?x4xf32> into tensor<1x2x?x4xf32>
  %et = tensor.empty(%s) : tensor<1x?x2x4xf32>
  %ot = linalg.transpose ins(%o4 : tensor<1x2x?x4xf32>) outs(%et : tensor<1x?x2x4xf32>) permutation = [0, 2, 1, 3]
  %of = tensor.collapse_shape %ot [[0], [1], [2, 3]] : tensor<1x?x2x4xf32> into tensor<1x?x8xf32>
  return %of : tensor<1x?x8xf32>
}

// -----

// A query does not see its own key.
#all = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
// CHECK-LABEL: func.func @shifted(
// CHECK-SAME: %[[X:.*]]: tensor<1x?x8xf32>
func.func @shifted(%x: tensor<1x?x8xf32>, %w: tensor<8x8xf32>, %wk: tensor<8x8xf32>, %wv: tensor<8x8xf32>) -> tensor<1x?x8xf32> {
  // CHECK: %[[Q:.*]] = transformer.linear %[[X]], %{{.*}} : (tensor<1x?x8xf32>, tensor<8x8xf32>) -> tensor<1x?x8xf32>
  // CHECK-NOT: transformer.attention
  // CHECK: return
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %ninf = arith.constant 0xFF800000 : f32
  %half = arith.constant 0.5 : f32
  %s = tensor.dim %x, %c1 : tensor<1x?x8xf32>
  %xf = tensor.collapse_shape %x [[0, 1], [2]] : tensor<1x?x8xf32> into tensor<?x8xf32>
  %e = tensor.empty(%s) : tensor<?x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %q = linalg.matmul ins(%xf, %w : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %k = linalg.matmul ins(%xf, %wk : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %v = linalg.matmul ins(%xf, %wv : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) -> tensor<?x8xf32>
  %q4 = tensor.expand_shape %q [[0, 1], [2, 3]] output_shape [1, %s, 2, 4] : tensor<?x8xf32> into tensor<1x?x2x4xf32>
  %k4 = tensor.expand_shape %k [[0, 1], [2, 3]] output_shape [1, %s, 2, 4] : tensor<?x8xf32> into tensor<1x?x2x4xf32>
  %v4 = tensor.expand_shape %v [[0, 1], [2, 3]] output_shape [1, %s, 2, 4] : tensor<?x8xf32> into tensor<1x?x2x4xf32>
  %eh = tensor.empty(%s) : tensor<1x2x?x4xf32>
  %qh = linalg.transpose ins(%q4 : tensor<1x?x2x4xf32>) outs(%eh : tensor<1x2x?x4xf32>) permutation = [0, 2, 1, 3]
  %kh = linalg.transpose ins(%k4 : tensor<1x?x2x4xf32>) outs(%eh : tensor<1x2x?x4xf32>) permutation = [0, 2, 1, 3]
  %vh = linalg.transpose ins(%v4 : tensor<1x?x2x4xf32>) outs(%eh : tensor<1x2x?x4xf32>) permutation = [0, 2, 1, 3]
  %ekt = tensor.empty(%s) : tensor<1x2x4x?xf32>
  %kt = linalg.transpose ins(%kh : tensor<1x2x?x4xf32>) outs(%ekt : tensor<1x2x4x?xf32>) permutation = [0, 1, 3, 2]
  %q3 = tensor.collapse_shape %qh [[0, 1], [2], [3]] : tensor<1x2x?x4xf32> into tensor<2x?x4xf32>
  %k3 = tensor.collapse_shape %kt [[0, 1], [2], [3]] : tensor<1x2x4x?xf32> into tensor<2x4x?xf32>
  %v3 = tensor.collapse_shape %vh [[0, 1], [2], [3]] : tensor<1x2x?x4xf32> into tensor<2x?x4xf32>
  %es = tensor.empty(%s, %s) : tensor<2x?x?xf32>
  %fs = linalg.fill ins(%zero : f32) outs(%es : tensor<2x?x?xf32>) -> tensor<2x?x?xf32>
  %sc = linalg.batch_matmul ins(%q3, %k3 : tensor<2x?x4xf32>, tensor<2x4x?xf32>) outs(%fs : tensor<2x?x?xf32>) -> tensor<2x?x?xf32>
  %sc4 = tensor.expand_shape %sc [[0, 1], [2], [3]] output_shape [1, 2, %s, %s] : tensor<2x?x?xf32> into tensor<1x2x?x?xf32>
  %es4 = tensor.empty(%s, %s) : tensor<1x2x?x?xf32>
  %scaled = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%sc4 : tensor<1x2x?x?xf32>) outs(%es4 : tensor<1x2x?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %i = linalg.index 2 : index
    %j = linalg.index 3 : index
    %m = arith.mulf %in, %half : f32
    %c = arith.cmpi sge, %j, %i : index
    %r = arith.select %c, %ninf, %m : f32
    linalg.yield %r : f32
  } -> tensor<1x2x?x?xf32>
  %p4 = linalg.softmax dimension(3) ins(%scaled : tensor<1x2x?x?xf32>) outs(%es4 : tensor<1x2x?x?xf32>) -> tensor<1x2x?x?xf32>
  %p3 = tensor.collapse_shape %p4 [[0, 1], [2], [3]] : tensor<1x2x?x?xf32> into tensor<2x?x?xf32>
  %eo = tensor.empty(%s) : tensor<2x?x4xf32>
  %fo = linalg.fill ins(%zero : f32) outs(%eo : tensor<2x?x4xf32>) -> tensor<2x?x4xf32>
  %o3 = linalg.batch_matmul ins(%p3, %v3 : tensor<2x?x?xf32>, tensor<2x?x4xf32>) outs(%fo : tensor<2x?x4xf32>) -> tensor<2x?x4xf32>
  %o4 = tensor.expand_shape %o3 [[0, 1], [2], [3]] output_shape [1, 2, %s, 4] : tensor<2x?x4xf32> into tensor<1x2x?x4xf32>
  %et = tensor.empty(%s) : tensor<1x?x2x4xf32>
  %ot = linalg.transpose ins(%o4 : tensor<1x2x?x4xf32>) outs(%et : tensor<1x?x2x4xf32>) permutation = [0, 2, 1, 3]
  %of = tensor.collapse_shape %ot [[0], [1], [2, 3]] : tensor<1x?x2x4xf32> into tensor<1x?x8xf32>
  return %of : tensor<1x?x8xf32>
}

// Two batches joined with the heads, two query heads to a key head, which is repeated; the scale is that of the width,
// and the mask lets some keys count.
#value = affine_map<(b, h, g, t, d) -> (b, h, t, d)>
#repeated = affine_map<(b, h, g, t, d) -> (b, h, g, t, d)>
func.func @grouped(%q: tensor<2x3x8xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x3x4xf32>) -> tensor<2x3x8xf32> {
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


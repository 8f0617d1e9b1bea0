// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s

// Angles as a model computes them, heads as a dimension that was packed: half of a head is negated and both are
// swapped.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#position = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-LABEL: func.func @half(
// CHECK-SAME: %[[X:.*]]: tensor<5x8xf32>)
func.func @half(%x: tensor<5x8xf32>) -> tensor<5x8xf32> {
  // CHECK-DAG: %[[FREQUENCIES:.*]] = arith.constant dense<[1.000000e+00, 2.500000e-01]> : tensor<2xf32>
  // CHECK-DAG: %[[ZERO:.*]] = arith.constant 0 : index
  // CHECK: %[[R:.*]] = transformer.rope %[[X]]<half> by %[[FREQUENCIES]] at %[[ZERO]] {heads = 2 : i64, max_positions = 5 : i64}
  // CHECK-NEXT: return %[[R]]
  %frequencies = arith.constant dense<[1.0, 0.25]> : tensor<2xf32>
  %angles = tensor.empty() : tensor<5x2xf32>
  %angle = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%frequencies : tensor<2xf32>) outs(%angles : tensor<5x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = linalg.index 0 : index
    %1 = arith.index_cast %0 : index to i64
    %2 = arith.sitofp %1 : i64 to f32
    %3 = arith.mulf %2, %in : f32
    linalg.yield %3 : f32
  } -> tensor<5x2xf32>
  %both = tensor.concat dim(1) %angle, %angle : (tensor<5x2xf32>, tensor<5x2xf32>) -> tensor<5x4xf32>
  %cosine = math.cos %both : tensor<5x4xf32>
  %sine = math.sin %both : tensor<5x4xf32>
  %expanded = tensor.expand_shape %x [[0], [1, 2]] output_shape [5, 2, 4] : tensor<5x8xf32> into tensor<5x2x4xf32>
  %place = tensor.empty() : tensor<2x5x4xf32>
  %heads = linalg.transpose ins(%expanded : tensor<5x2x4xf32>) outs(%place : tensor<2x5x4xf32>) permutation = [1, 0, 2]
  %first = tensor.extract_slice %heads[0, 0, 0] [2, 5, 2] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x5x2xf32>
  %second = tensor.extract_slice %heads[0, 0, 2] [2, 5, 2] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x5x2xf32>
  %negated = arith.negf %second : tensor<2x5x2xf32>
  %swapped = tensor.concat dim(2) %negated, %first : (tensor<2x5x2xf32>, tensor<2x5x2xf32>) -> tensor<2x5x4xf32>
  %cosines = linalg.generic {indexing_maps = [#all, #position, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%heads, %cosine : tensor<2x5x4xf32>, tensor<5x4xf32>) outs(%place : tensor<2x5x4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %0 = arith.mulf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<2x5x4xf32>
  %sines = linalg.generic {indexing_maps = [#all, #position, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%swapped, %sine : tensor<2x5x4xf32>, tensor<5x4xf32>) outs(%place : tensor<2x5x4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %0 = arith.mulf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<2x5x4xf32>
  %rotated = arith.addf %cosines, %sines : tensor<2x5x4xf32>
  %back = tensor.empty() : tensor<5x2x4xf32>
  %transposed = linalg.transpose ins(%rotated : tensor<2x5x4xf32>) outs(%back : tensor<5x2x4xf32>) permutation = [1, 0, 2]
  %packed = tensor.collapse_shape %transposed [[0], [1, 2]] : tensor<5x2x4xf32> into tensor<5x8xf32>
  return %packed : tensor<5x8xf32>
}

// -----

// Tables of cosines and sines, sliced from longer ones; parts written into an empty tensor.
#row = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @tables(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @tables(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-DAG: %[[FREQUENCIES:.*]] = arith.constant dense<{{\[(0.5|5.0)[0-9e+-]*, (1.0|0.99|9.99)[0-9e+-]*\]}}> : tensor<2xf32>
  // CHECK: %[[R:.*]] = transformer.rope %[[X]]<half> by %[[FREQUENCIES]] at %{{.*}} {heads = 1 : i64, max_positions = 2 : i64}
  // CHECK-NEXT: return %[[R]]
  %cosine_cache = arith.constant dense<[[1.0, 1.0, 1.0, 1.0], [0.87758256, 0.54030231, 0.87758256, 0.54030231], [0.54030231, -0.41614684, 0.54030231, -0.41614684]]> : tensor<3x4xf32>
  %sine_cache = arith.constant dense<[[0.0, 0.0, 0.0, 0.0], [0.47942554, 0.84147098, 0.47942554, 0.84147098], [0.84147098, 0.90929743, 0.84147098, 0.90929743]]> : tensor<3x4xf32>
  %cosine = tensor.extract_slice %cosine_cache[0, 0] [2, 4] [1, 1] : tensor<3x4xf32> to tensor<2x4xf32>
  %sine = tensor.extract_slice %sine_cache[0, 0] [2, 4] [1, 1] : tensor<3x4xf32> to tensor<2x4xf32>
  %first = tensor.extract_slice %x[0, 0] [2, 2] [1, 1] : tensor<2x4xf32> to tensor<2x2xf32>
  %second = tensor.extract_slice %x[0, 2] [2, 2] [1, 1] : tensor<2x4xf32> to tensor<2x2xf32>
  %negated = arith.negf %second : tensor<2x2xf32>
  %empty = tensor.empty() : tensor<2x4xf32>
  %half = tensor.insert_slice %negated into %empty[0, 0] [2, 2] [1, 1] : tensor<2x2xf32> into tensor<2x4xf32>
  %swapped = tensor.insert_slice %first into %half[0, 2] [2, 2] [1, 1] : tensor<2x2xf32> into tensor<2x4xf32>
  %result = linalg.generic {indexing_maps = [#row, #row, #row, #row, #row], iterator_types = ["parallel", "parallel"]}
      ins(%x, %cosine, %swapped, %sine : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) outs(%empty : tensor<2x4xf32>) {
  ^bb0(%a: f32, %c: f32, %b: f32, %s: f32, %out: f32):
    %0 = arith.mulf %a, %c : f32
    %1 = arith.mulf %b, %s : f32
    %2 = arith.addf %0, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// Neighbours as pairs, each result computed by itself.
// CHECK-LABEL: func.func @interleaved(
// CHECK-SAME: %[[X:.*]]: tensor<3x4xf32>)
func.func @interleaved(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  // CHECK-DAG: %[[FREQUENCIES:.*]] = arith.constant dense<[1.000000e+00, 1.000000e-01]> : tensor<2xf32>
  // CHECK: %[[R:.*]] = transformer.rope %[[X]]<interleaved> by %[[FREQUENCIES]] at %{{.*}} {heads = 1 : i64, max_positions = 3 : i64}
  // CHECK-NEXT: return %[[R]]
  %angle = arith.constant dense<[[0.0, 0.0], [1.0, 0.1], [2.0, 0.2]]> : tensor<3x2xf32>
  %cosine = math.cos %angle : tensor<3x2xf32>
  %sine = math.sin %angle : tensor<3x2xf32>
  %even = tensor.extract_slice %x[0, 0] [3, 2] [1, 2] : tensor<3x4xf32> to tensor<3x2xf32>
  %odd = tensor.extract_slice %x[0, 1] [3, 2] [1, 2] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %even, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %odd, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %even, %sine : tensor<3x2xf32>
  %4 = arith.mulf %odd, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  %evens = tensor.expand_shape %2 [[0], [1, 2]] output_shape [3, 2, 1] : tensor<3x2xf32> into tensor<3x2x1xf32>
  %odds = tensor.expand_shape %5 [[0], [1, 2]] output_shape [3, 2, 1] : tensor<3x2xf32> into tensor<3x2x1xf32>
  %pairs = tensor.concat dim(2) %evens, %odds : (tensor<3x2x1xf32>, tensor<3x2x1xf32>) -> tensor<3x2x2xf32>
  %result = tensor.collapse_shape %pairs [[0], [1, 2]] : tensor<3x2x2xf32> into tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// Only the first channels of a head are rotated, by angles that are a product of positions and frequencies.
// CHECK-LABEL: func.func @partial(
// CHECK-SAME: %[[X:.*]]: tensor<3x6xf32>)
func.func @partial(%x: tensor<3x6xf32>) -> tensor<3x6xf32> {
  // CHECK-DAG: %[[FREQUENCIES:.*]] = arith.constant dense<[1.000000e+00, 1.000000e-01]> : tensor<2xf32>
  // CHECK-DAG: %[[PART:.*]] = tensor.extract_slice %[[X]][0, 0] [3, 4] [1, 1]
  // CHECK-DAG: %[[REST:.*]] = tensor.extract_slice %[[X]][0, 4] [3, 2] [1, 1]
  // CHECK: %[[ROTATED:.*]] = transformer.rope %[[PART]]<half> by %[[FREQUENCIES]] at %{{.*}} {heads = 1 : i64, max_positions = 3 : i64}
  // CHECK-NEXT: %[[R:.*]] = tensor.concat dim(1) %[[ROTATED]], %[[REST]]
  // CHECK-NEXT: return %[[R]]
  %positions = arith.constant dense<[[0.0], [1.0], [2.0]]> : tensor<3x1xf32>
  %frequencies = arith.constant dense<[[1.0, 0.1]]> : tensor<1x2xf32>
  %start = arith.constant dense<0.0> : tensor<3x2xf32>
  %angle = linalg.matmul ins(%positions, %frequencies : tensor<3x1xf32>, tensor<1x2xf32>) outs(%start : tensor<3x2xf32>) -> tensor<3x2xf32>
  %cosine = math.cos %angle : tensor<3x2xf32>
  %sine = math.sin %angle : tensor<3x2xf32>
  %part = tensor.extract_slice %x[0, 0] [3, 4] [1, 1] : tensor<3x6xf32> to tensor<3x4xf32>
  %rest = tensor.extract_slice %x[0, 4] [3, 2] [1, 1] : tensor<3x6xf32> to tensor<3x2xf32>
  %first = tensor.extract_slice %part[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %part[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  %rotated = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  %result = tensor.concat dim(1) %rotated, %rest : (tensor<3x4xf32>, tensor<3x2xf32>) -> tensor<3x6xf32>
  return %result : tensor<3x6xf32>
}

// -----

// The same of what a norm gives that has a scale for every head, as Cohere has it.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#position = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-LABEL: func.func @scaled_heads(
// CHECK-SAME: %[[X:.*]]: tensor<5x8xf32>)
func.func @scaled_heads(%x: tensor<5x8xf32>) -> tensor<5x8xf32> {
  // CHECK-DAG: %[[FREQUENCIES:.*]] = arith.constant dense<[1.000000e+00, 2.500000e-01]> : tensor<2xf32>
  // CHECK-DAG: %[[ZERO:.*]] = arith.constant 0 : index
  // CHECK-DAG: %[[NORM:.*]] = transformer.rms_norm
  // CHECK-DAG: %[[SCALED:.*]] = transformer.scale
  // CHECK: %[[R:.*]] = transformer.rope %[[SCALED]]<half> by %[[FREQUENCIES]] at %[[ZERO]] {heads = 2 : i64, max_positions = 5 : i64}
  // CHECK-NEXT: return %[[R]]
  %frequencies = arith.constant dense<[1.0, 0.25]> : tensor<2xf32>
  %angles = tensor.empty() : tensor<5x2xf32>
  %angle = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%frequencies : tensor<2xf32>) outs(%angles : tensor<5x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = linalg.index 0 : index
    %1 = arith.index_cast %0 : index to i64
    %2 = arith.sitofp %1 : i64 to f32
    %3 = arith.mulf %2, %in : f32
    linalg.yield %3 : f32
  } -> tensor<5x2xf32>
  %both = tensor.concat dim(1) %angle, %angle : (tensor<5x2xf32>, tensor<5x2xf32>) -> tensor<5x4xf32>
  %cosine = math.cos %both : tensor<5x4xf32>
  %sine = math.sin %both : tensor<5x4xf32>
  %split = tensor.expand_shape %x [[0], [1, 2]] output_shape [5, 2, 4] : tensor<5x8xf32> into tensor<5x2x4xf32>
  %norm = transformer.rms_norm %split {epsilon = 1.0e-5} : (tensor<5x2x4xf32>) -> tensor<5x2x4xf32>
  %scales = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %scale_place = tensor.empty() : tensor<5x2x4xf32>
  %expanded = linalg.generic {indexing_maps = [#all, #position, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%norm, %scales : tensor<5x2x4xf32>, tensor<2x4xf32>) outs(%scale_place : tensor<5x2x4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %0 = arith.mulf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<5x2x4xf32>
  %place = tensor.empty() : tensor<2x5x4xf32>
  %heads = linalg.transpose ins(%expanded : tensor<5x2x4xf32>) outs(%place : tensor<2x5x4xf32>) permutation = [1, 0, 2]
  %first = tensor.extract_slice %heads[0, 0, 0] [2, 5, 2] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x5x2xf32>
  %second = tensor.extract_slice %heads[0, 0, 2] [2, 5, 2] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x5x2xf32>
  %negated = arith.negf %second : tensor<2x5x2xf32>
  %swapped = tensor.concat dim(2) %negated, %first : (tensor<2x5x2xf32>, tensor<2x5x2xf32>) -> tensor<2x5x4xf32>
  %cosines = linalg.generic {indexing_maps = [#all, #position, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%heads, %cosine : tensor<2x5x4xf32>, tensor<5x4xf32>) outs(%place : tensor<2x5x4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %0 = arith.mulf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<2x5x4xf32>
  %sines = linalg.generic {indexing_maps = [#all, #position, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%swapped, %sine : tensor<2x5x4xf32>, tensor<5x4xf32>) outs(%place : tensor<2x5x4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %0 = arith.mulf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<2x5x4xf32>
  %rotated = arith.addf %cosines, %sines : tensor<2x5x4xf32>
  %back = tensor.empty() : tensor<5x2x4xf32>
  %transposed = linalg.transpose ins(%rotated : tensor<2x5x4xf32>) outs(%back : tensor<5x2x4xf32>) permutation = [1, 0, 2]
  %packed = tensor.collapse_shape %transposed [[0], [1, 2]] : tensor<5x2x4xf32> into tensor<5x8xf32>
  return %packed : tensor<5x8xf32>
}

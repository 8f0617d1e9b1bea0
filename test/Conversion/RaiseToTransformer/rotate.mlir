// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s
// RUN: quant-opt %s --raise-to-transformer=max-positions=8 --split-input-file | FileCheck %s --check-prefix=MAX

// Cosines and sines are arguments, with an entry for every channel, as decoder layers of Hugging Face have them; heads
// are a dimension that was packed.
#all = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#table = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>
// CHECK-LABEL: func.func @layer(
// CHECK-SAME: %[[X:.*]]: tensor<1x5x8xf32>, %[[C:.*]]: tensor<1x5x4xf32>, %[[S:.*]]: tensor<1x5x4xf32>)
func.func @layer(%x: tensor<1x5x8xf32>, %c: tensor<1x5x4xf32>, %s: tensor<1x5x4xf32>) -> tensor<1x5x8xf32> {
  // CHECK-NEXT: %[[R:.*]] = transformer.rotate_pairs %[[X]]<half> by %[[C]], %[[S]] {heads = 2 : i64}
  // CHECK-NEXT: return %[[R]]
  %expanded = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 5, 2, 4] : tensor<1x5x8xf32> into tensor<1x5x2x4xf32>
  %place = tensor.empty() : tensor<1x2x5x4xf32>
  %heads = linalg.transpose ins(%expanded : tensor<1x5x2x4xf32>) outs(%place : tensor<1x2x5x4xf32>) permutation = [0, 2, 1, 3]
  %first = tensor.extract_slice %heads[0, 0, 0, 0] [1, 2, 5, 2] [1, 1, 1, 1] : tensor<1x2x5x4xf32> to tensor<1x2x5x2xf32>
  %second = tensor.extract_slice %heads[0, 0, 0, 2] [1, 2, 5, 2] [1, 1, 1, 1] : tensor<1x2x5x4xf32> to tensor<1x2x5x2xf32>
  %negated = arith.negf %second : tensor<1x2x5x2xf32>
  %swapped = tensor.concat dim(3) %negated, %first : (tensor<1x2x5x2xf32>, tensor<1x2x5x2xf32>) -> tensor<1x2x5x4xf32>
  %rotated = linalg.generic {indexing_maps = [#all, #table, #all, #table, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%heads, %c, %swapped, %s : tensor<1x2x5x4xf32>, tensor<1x5x4xf32>, tensor<1x2x5x4xf32>, tensor<1x5x4xf32>) outs(%place : tensor<1x2x5x4xf32>) {
  ^bb0(%a: f32, %cosine: f32, %b: f32, %sine: f32, %out: f32):
    %0 = arith.mulf %a, %cosine : f32
    %1 = arith.mulf %b, %sine : f32
    %2 = arith.addf %0, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<1x2x5x4xf32>
  %back = tensor.empty() : tensor<1x5x2x4xf32>
  %transposed = linalg.transpose ins(%rotated : tensor<1x2x5x4xf32>) outs(%back : tensor<1x5x2x4xf32>) permutation = [0, 2, 1, 3]
  %packed = tensor.collapse_shape %transposed [[0], [1], [2, 3]] : tensor<1x5x2x4xf32> into tensor<1x5x8xf32>
  return %packed : tensor<1x5x8xf32>
}

// -----

// A table for both batches, and as many rows as there may be.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-LABEL: func.func @batches(
// CHECK-SAME: %[[X:.*]]: tensor<2x?x4xf32>, %[[C:.*]]: tensor<2x?x4xf32>, %[[S:.*]]: tensor<2x?x4xf32>)
func.func @batches(%x: tensor<2x?x4xf32>, %c: tensor<2x?x4xf32>, %s: tensor<2x?x4xf32>) -> tensor<2x?x4xf32> {
  // CHECK: %[[R:.*]] = transformer.rotate_pairs %[[X]]<half> by %[[C]], %[[S]] {heads = 1 : i64}
  // CHECK-NEXT: return %[[R]]
  %one = arith.constant 1 : index
  %n = tensor.dim %x, %one : tensor<2x?x4xf32>
  %first = tensor.extract_slice %x[0, 0, 0] [2, %n, 2] [1, 1, 1] : tensor<2x?x4xf32> to tensor<2x?x2xf32>
  %second = tensor.extract_slice %x[0, 0, 2] [2, %n, 2] [1, 1, 1] : tensor<2x?x4xf32> to tensor<2x?x2xf32>
  %negated = arith.negf %second : tensor<2x?x2xf32>
  %swapped = tensor.concat dim(2) %negated, %first : (tensor<2x?x2xf32>, tensor<2x?x2xf32>) -> tensor<2x?x4xf32>
  %cosines = arith.mulf %x, %c : tensor<2x?x4xf32>
  %sines = arith.mulf %swapped, %s : tensor<2x?x4xf32>
  %result = arith.addf %cosines, %sines : tensor<2x?x4xf32>
  return %result : tensor<2x?x4xf32>
}

// -----

// One entry for both channels of a pair.
// CHECK-LABEL: func.func @shared(
// CHECK-SAME: %[[X:.*]]: tensor<3x4xf32>, %[[C:.*]]: tensor<3x2xf32>, %[[S:.*]]: tensor<3x2xf32>)
func.func @shared(%x: tensor<3x4xf32>, %cosine: tensor<3x2xf32>, %sine: tensor<3x2xf32>) -> tensor<3x4xf32> {
  // CHECK: %[[CC:.*]] = linalg.broadcast ins(%[[C]] : tensor<3x2xf32>) outs(%{{.*}} : tensor<3x2x2xf32>) dimensions = [1]
  // CHECK-NEXT: %[[COS:.*]] = tensor.collapse_shape %[[CC]] {{.*}} into tensor<3x4xf32>
  // CHECK: %[[SS:.*]] = linalg.broadcast ins(%[[S]] : tensor<3x2xf32>) outs(%{{.*}} : tensor<3x2x2xf32>) dimensions = [1]
  // CHECK-NEXT: %[[SIN:.*]] = tensor.collapse_shape %[[SS]] {{.*}} into tensor<3x4xf32>
  // CHECK: %[[R:.*]] = transformer.rotate_pairs %[[X]]<half> by %[[COS]], %[[SIN]] {heads = 1 : i64}
  // CHECK-NEXT: return %[[R]]
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// The same of neighbours.
// CHECK-LABEL: func.func @interleaved(
// CHECK-SAME: %[[X:.*]]: tensor<3x4xf32>, %[[C:.*]]: tensor<3x2xf32>, %[[S:.*]]: tensor<3x2xf32>)
func.func @interleaved(%x: tensor<3x4xf32>, %cosine: tensor<3x2xf32>, %sine: tensor<3x2xf32>) -> tensor<3x4xf32> {
  // CHECK: linalg.broadcast ins(%[[C]] : tensor<3x2xf32>) outs(%{{.*}} : tensor<3x2x2xf32>) dimensions = [2]
  // CHECK: linalg.broadcast ins(%[[S]] : tensor<3x2xf32>) outs(%{{.*}} : tensor<3x2x2xf32>) dimensions = [2]
  // CHECK: %[[R:.*]] = transformer.rotate_pairs %[[X]]<interleaved> by %{{.*}}, %{{.*}} {heads = 1 : i64}
  // CHECK-NEXT: return %[[R]]
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

// Rows of tables that are arguments, at positions that are one.
#ids = affine_map<(d0, d1) -> (d0)>
#row = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @gathered(
// CHECK-SAME: %[[X:.*]]: tensor<3x4xf32>, %[[C:.*]]: tensor<9x4xf32>, %[[S:.*]]: tensor<9x4xf32>, %[[P:.*]]: tensor<3xi64>)
func.func @gathered(%x: tensor<3x4xf32>, %c: tensor<9x4xf32>, %s: tensor<9x4xf32>, %positions: tensor<3xi64>) -> tensor<3x4xf32> {
  // CHECK-DAG: %[[COS:.*]] = transformer.embedding %[[P]], %[[C]]
  // CHECK-DAG: %[[SIN:.*]] = transformer.embedding %[[P]], %[[S]]
  // CHECK: %[[R:.*]] = transformer.rotate_pairs %[[X]]<half> by %[[COS]], %[[SIN]] {heads = 1 : i64}
  // CHECK-NEXT: return %[[R]]
  %empty = tensor.empty() : tensor<3x4xf32>
  %cosine = linalg.generic {indexing_maps = [#ids, #row], iterator_types = ["parallel", "parallel"]} ins(%positions : tensor<3xi64>) outs(%empty : tensor<3x4xf32>) {
  ^bb0(%in: i64, %out: f32):
    %0 = arith.index_cast %in : i64 to index
    %1 = linalg.index 1 : index
    %2 = tensor.extract %c[%0, %1] : tensor<9x4xf32>
    linalg.yield %2 : f32
  } -> tensor<3x4xf32>
  %sine = linalg.generic {indexing_maps = [#ids, #row], iterator_types = ["parallel", "parallel"]} ins(%positions : tensor<3xi64>) outs(%empty : tensor<3x4xf32>) {
  ^bb0(%in: i64, %out: f32):
    %0 = arith.index_cast %in : i64 to index
    %1 = linalg.index 1 : index
    %2 = tensor.extract %s[%0, %1] : tensor<9x4xf32>
    linalg.yield %2 : f32
  } -> tensor<3x4xf32>
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %negated = arith.negf %second : tensor<3x2xf32>
  %swapped = tensor.concat dim(1) %negated, %first : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  %cosines = arith.mulf %x, %cosine : tensor<3x4xf32>
  %sines = arith.mulf %swapped, %sine : tensor<3x4xf32>
  %result = arith.addf %cosines, %sines : tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// Rows of tables that are known: those of a rotation that grows with the position, of as many as the tables have.
#ids = affine_map<(d0, d1) -> (d0)>
#row = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @known(
// CHECK-SAME: %[[X:.*]]: tensor<4x4xf32>, %[[P:.*]]: tensor<4xi64>)
func.func @known(%x: tensor<4x4xf32>, %positions: tensor<4xi64>) -> tensor<4x4xf32> {
  // CHECK-DAG: %[[F:.*]] = arith.constant dense<{{\[(0.5|5.0|0.499|4.99)[0-9e+-]*, (1.0|0.99|9.99)[0-9e+-]*\]}}> : tensor<2xf32>
  // CHECK: %[[R:.*]] = transformer.rope %[[X]]<half> by %[[F]] at %[[P]] {heads = 1 : i64, max_positions = 3 : i64}
  // CHECK-NEXT: return %[[R]]
  %c = arith.constant dense<[[1.0, 1.0, 1.0, 1.0], [0.87758256, 0.54030231, 0.87758256, 0.54030231], [0.54030231, -0.41614684, 0.54030231, -0.41614684]]> : tensor<3x4xf32>
  %s = arith.constant dense<[[0.0, 0.0, 0.0, 0.0], [0.47942554, 0.84147098, 0.47942554, 0.84147098], [0.84147098, 0.90929743, 0.84147098, 0.90929743]]> : tensor<3x4xf32>
  %empty = tensor.empty() : tensor<4x4xf32>
  %cosine = linalg.generic {indexing_maps = [#ids, #row], iterator_types = ["parallel", "parallel"]} ins(%positions : tensor<4xi64>) outs(%empty : tensor<4x4xf32>) {
  ^bb0(%in: i64, %out: f32):
    %0 = arith.index_cast %in : i64 to index
    %1 = linalg.index 1 : index
    %2 = tensor.extract %c[%0, %1] : tensor<3x4xf32>
    linalg.yield %2 : f32
  } -> tensor<4x4xf32>
  %sine = linalg.generic {indexing_maps = [#ids, #row], iterator_types = ["parallel", "parallel"]} ins(%positions : tensor<4xi64>) outs(%empty : tensor<4x4xf32>) {
  ^bb0(%in: i64, %out: f32):
    %0 = arith.index_cast %in : i64 to index
    %1 = linalg.index 1 : index
    %2 = tensor.extract %s[%0, %1] : tensor<3x4xf32>
    linalg.yield %2 : f32
  } -> tensor<4x4xf32>
  %first = tensor.extract_slice %x[0, 0] [4, 2] [1, 1] : tensor<4x4xf32> to tensor<4x2xf32>
  %second = tensor.extract_slice %x[0, 2] [4, 2] [1, 1] : tensor<4x4xf32> to tensor<4x2xf32>
  %negated = arith.negf %second : tensor<4x2xf32>
  %swapped = tensor.concat dim(1) %negated, %first : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x4xf32>
  %cosines = arith.mulf %x, %cosine : tensor<4x4xf32>
  %sines = arith.mulf %swapped, %sine : tensor<4x4xf32>
  %result = arith.addf %cosines, %sines : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// Angles that are computed from positions of both batches, for as many as the option says.
#id = affine_map<(d0, d1, d2) -> (d0, d1)>
#pair = affine_map<(d0, d1, d2) -> (d2)>
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-LABEL: func.func @computed(
// CHECK-NOT: transformer.
// CHECK: return
// MAX-LABEL: func.func @computed(
// MAX-SAME: %[[X:.*]]: tensor<2x?x4xf32>, %[[P:.*]]: tensor<2x?xi64>)
func.func @computed(%x: tensor<2x?x4xf32>, %positions: tensor<2x?xi64>) -> tensor<2x?x4xf32> {
  // MAX-DAG: %[[F:.*]] = arith.constant dense<[1.000000e+00, 2.500000e-01]> : tensor<2xf32>
  // MAX: %[[R:.*]] = transformer.rope %[[X]]<half> by %[[F]] at %[[P]] {heads = 1 : i64, max_positions = 8 : i64}
  // MAX-NEXT: return %[[R]]
  %one = arith.constant 1 : index
  %n = tensor.dim %x, %one : tensor<2x?x4xf32>
  %frequencies = arith.constant dense<[1.0, 0.25]> : tensor<2xf32>
  %angles = tensor.empty(%n) : tensor<2x?x2xf32>
  %angle = linalg.generic {indexing_maps = [#id, #pair, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%positions, %frequencies : tensor<2x?xi64>, tensor<2xf32>) outs(%angles : tensor<2x?x2xf32>) {
  ^bb0(%p: i64, %f: f32, %out: f32):
    %0 = arith.sitofp %p : i64 to f32
    %1 = arith.mulf %0, %f : f32
    linalg.yield %1 : f32
  } -> tensor<2x?x2xf32>
  %both = tensor.concat dim(2) %angle, %angle : (tensor<2x?x2xf32>, tensor<2x?x2xf32>) -> tensor<2x?x4xf32>
  %cosine = math.cos %both : tensor<2x?x4xf32>
  %sine = math.sin %both : tensor<2x?x4xf32>
  %first = tensor.extract_slice %x[0, 0, 0] [2, %n, 2] [1, 1, 1] : tensor<2x?x4xf32> to tensor<2x?x2xf32>
  %second = tensor.extract_slice %x[0, 0, 2] [2, %n, 2] [1, 1, 1] : tensor<2x?x4xf32> to tensor<2x?x2xf32>
  %negated = arith.negf %second : tensor<2x?x2xf32>
  %swapped = tensor.concat dim(2) %negated, %first : (tensor<2x?x2xf32>, tensor<2x?x2xf32>) -> tensor<2x?x4xf32>
  %cosines = arith.mulf %x, %cosine : tensor<2x?x4xf32>
  %sines = arith.mulf %swapped, %sine : tensor<2x?x4xf32>
  %result = arith.addf %cosines, %sines : tensor<2x?x4xf32>
  return %result : tensor<2x?x4xf32>
}

// -----

// The sines of the next positions.
#id = affine_map<(d0, d1, d2) -> (d0, d1)>
#pair = affine_map<(d0, d1, d2) -> (d2)>
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-LABEL: func.func @next_position(
// CHECK-NOT: transformer.
// CHECK: return
// MAX-LABEL: func.func @next_position(
// MAX-NOT: transformer.
// MAX: return
func.func @next_position(%x: tensor<2x?x4xf32>, %positions: tensor<2x?xi64>) -> tensor<2x?x4xf32> {
  %one = arith.constant 1 : index
  %n = tensor.dim %x, %one : tensor<2x?x4xf32>
  %frequencies = arith.constant dense<[1.0, 0.25]> : tensor<2xf32>
  %angles = tensor.empty(%n) : tensor<2x?x2xf32>
  %angle = linalg.generic {indexing_maps = [#id, #pair, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%positions, %frequencies : tensor<2x?xi64>, tensor<2xf32>) outs(%angles : tensor<2x?x2xf32>) {
  ^bb0(%p: i64, %f: f32, %out: f32):
    %0 = arith.sitofp %p : i64 to f32
    %1 = arith.mulf %0, %f : f32
    linalg.yield %1 : f32
  } -> tensor<2x?x2xf32>
  %one_more = arith.constant 1.0 : f32
  %next = linalg.generic {indexing_maps = [#id, #pair, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%positions, %frequencies : tensor<2x?xi64>, tensor<2xf32>) outs(%angles : tensor<2x?x2xf32>) {
  ^bb0(%p: i64, %f: f32, %out: f32):
    %0 = arith.sitofp %p : i64 to f32
    %1 = arith.addf %0, %one_more : f32
    %2 = arith.mulf %1, %f : f32
    linalg.yield %2 : f32
  } -> tensor<2x?x2xf32>
  %both_next = tensor.concat dim(2) %next, %next : (tensor<2x?x2xf32>, tensor<2x?x2xf32>) -> tensor<2x?x4xf32>
  %both = tensor.concat dim(2) %angle, %angle : (tensor<2x?x2xf32>, tensor<2x?x2xf32>) -> tensor<2x?x4xf32>
  %cosine = math.cos %both : tensor<2x?x4xf32>
  %sine = math.sin %both_next : tensor<2x?x4xf32>
  %first = tensor.extract_slice %x[0, 0, 0] [2, %n, 2] [1, 1, 1] : tensor<2x?x4xf32> to tensor<2x?x2xf32>
  %second = tensor.extract_slice %x[0, 0, 2] [2, %n, 2] [1, 1, 1] : tensor<2x?x4xf32> to tensor<2x?x2xf32>
  %negated = arith.negf %second : tensor<2x?x2xf32>
  %swapped = tensor.concat dim(2) %negated, %first : (tensor<2x?x2xf32>, tensor<2x?x2xf32>) -> tensor<2x?x4xf32>
  %cosines = arith.mulf %x, %cosine : tensor<2x?x4xf32>
  %sines = arith.mulf %swapped, %sine : tensor<2x?x4xf32>
  %result = arith.addf %cosines, %sines : tensor<2x?x4xf32>
  return %result : tensor<2x?x4xf32>
}

// -----

// Cosines of every head: the rows are those of heads, in batches.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#sine = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-LABEL: func.func @of_heads(
// CHECK-SAME: %[[X:.*]]: tensor<5x8xf32>, %[[C:.*]]: tensor<5x2x4xf32>, %[[S:.*]]: tensor<5x4xf32>)
func.func @of_heads(%x: tensor<5x8xf32>, %c: tensor<5x2x4xf32>, %s: tensor<5x4xf32>) -> tensor<5x2x4xf32> {
  // CHECK: %[[R:.*]] = transformer.rotate_pairs %{{.*}}<half> by %{{.*}}, %{{.*}} {heads = 1 : i64} : (tensor<5x2x4xf32>, tensor<5x2x4xf32>, tensor<5x2x4xf32>) -> tensor<5x2x4xf32>
  %heads = tensor.expand_shape %x [[0], [1, 2]] output_shape [5, 2, 4] : tensor<5x8xf32> into tensor<5x2x4xf32>
  %first = tensor.extract_slice %heads[0, 0, 0] [5, 2, 2] [1, 1, 1] : tensor<5x2x4xf32> to tensor<5x2x2xf32>
  %second = tensor.extract_slice %heads[0, 0, 2] [5, 2, 2] [1, 1, 1] : tensor<5x2x4xf32> to tensor<5x2x2xf32>
  %negated = arith.negf %second : tensor<5x2x2xf32>
  %swapped = tensor.concat dim(2) %negated, %first : (tensor<5x2x2xf32>, tensor<5x2x2xf32>) -> tensor<5x2x4xf32>
  %empty = tensor.empty() : tensor<5x2x4xf32>
  %rotated = linalg.generic {indexing_maps = [#all, #all, #all, #sine, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%heads, %c, %swapped, %s : tensor<5x2x4xf32>, tensor<5x2x4xf32>, tensor<5x2x4xf32>, tensor<5x4xf32>) outs(%empty : tensor<5x2x4xf32>) {
  ^bb0(%a: f32, %cosine: f32, %b: f32, %sine: f32, %out: f32):
    %0 = arith.mulf %a, %cosine : f32
    %1 = arith.mulf %b, %sine : f32
    %2 = arith.addf %0, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<5x2x4xf32>
  return %rotated : tensor<5x2x4xf32>
}

// -----

// Positions that are computed from an argument, as integers.
#id = affine_map<(d0, d1, d2) -> (d0, d1)>
#pair = affine_map<(d0, d1, d2) -> (d2)>
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-LABEL: func.func @from_mask(
// CHECK-NOT: transformer.
// CHECK: return
// MAX-LABEL: func.func @from_mask(
// MAX-SAME: %[[X:.*]]: tensor<2x?x4xf32>, %[[A:.*]]: tensor<2x?xi64>, %{{.*}}: tensor<2x?xi64>)
func.func @from_mask(%x: tensor<2x?x4xf32>, %counts: tensor<2x?xi64>, %ones: tensor<2x?xi64>) -> tensor<2x?x4xf32> {
  // MAX-DAG: %[[F:.*]] = arith.constant dense<[1.000000e+00, 2.500000e-01]> : tensor<2xf32>
  // MAX-DAG: %[[P:.*]] = arith.subi %[[A]], %{{.*}} : tensor<2x?xi64>
  // MAX: %[[R:.*]] = transformer.rope %[[X]]<half> by %[[F]] at %[[P]] {heads = 1 : i64, max_positions = 8 : i64}
  // MAX-NEXT: return %[[R]]
  %one = arith.constant 1 : index
  %n = tensor.dim %x, %one : tensor<2x?x4xf32>
  %positions = arith.subi %counts, %ones : tensor<2x?xi64>
  %frequencies = arith.constant dense<[1.0, 0.25]> : tensor<2xf32>
  %angles = tensor.empty(%n) : tensor<2x?x2xf32>
  %angle = linalg.generic {indexing_maps = [#id, #pair, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%positions, %frequencies : tensor<2x?xi64>, tensor<2xf32>) outs(%angles : tensor<2x?x2xf32>) {
  ^bb0(%p: i64, %f: f32, %out: f32):
    %0 = arith.sitofp %p : i64 to f32
    %1 = arith.mulf %0, %f : f32
    linalg.yield %1 : f32
  } -> tensor<2x?x2xf32>
  %both = tensor.concat dim(2) %angle, %angle : (tensor<2x?x2xf32>, tensor<2x?x2xf32>) -> tensor<2x?x4xf32>
  %cosine = math.cos %both : tensor<2x?x4xf32>
  %sine = math.sin %both : tensor<2x?x4xf32>
  %first = tensor.extract_slice %x[0, 0, 0] [2, %n, 2] [1, 1, 1] : tensor<2x?x4xf32> to tensor<2x?x2xf32>
  %second = tensor.extract_slice %x[0, 0, 2] [2, %n, 2] [1, 1, 1] : tensor<2x?x4xf32> to tensor<2x?x2xf32>
  %negated = arith.negf %second : tensor<2x?x2xf32>
  %swapped = tensor.concat dim(2) %negated, %first : (tensor<2x?x2xf32>, tensor<2x?x2xf32>) -> tensor<2x?x4xf32>
  %cosines = arith.mulf %x, %cosine : tensor<2x?x4xf32>
  %sines = arith.mulf %swapped, %sine : tensor<2x?x4xf32>
  %result = arith.addf %cosines, %sines : tensor<2x?x4xf32>
  return %result : tensor<2x?x4xf32>
}

// -----

// Rows that are counted from a position: what tells a row's angles is no tensor.
#id = affine_map<(d0, d1, d2) -> (d0)>
#pair = affine_map<(d0, d1, d2) -> (d2)>
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-LABEL: func.func @counted(
// CHECK-NOT: transformer.rope
// CHECK: return
// MAX-LABEL: func.func @counted(
// MAX-NOT: transformer.rope
// MAX: return
func.func @counted(%x: tensor<2x?x4xf32>, %positions: tensor<2xi64>) -> tensor<2x?x4xf32> {
  %one = arith.constant 1 : index
  %n = tensor.dim %x, %one : tensor<2x?x4xf32>
  %frequencies = arith.constant dense<[1.0, 0.25]> : tensor<2xf32>
  %angles = tensor.empty(%n) : tensor<2x?x2xf32>
  %angle = linalg.generic {indexing_maps = [#id, #pair, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%positions, %frequencies : tensor<2xi64>, tensor<2xf32>) outs(%angles : tensor<2x?x2xf32>) {
  ^bb0(%p: i64, %f: f32, %out: f32):
    %row = linalg.index 1 : index
    %r = arith.index_cast %row : index to i64
    %at = arith.addi %p, %r : i64
    %0 = arith.sitofp %at : i64 to f32
    %1 = arith.mulf %0, %f : f32
    linalg.yield %1 : f32
  } -> tensor<2x?x2xf32>
  %both = tensor.concat dim(2) %angle, %angle : (tensor<2x?x2xf32>, tensor<2x?x2xf32>) -> tensor<2x?x4xf32>
  %cosine = math.cos %both : tensor<2x?x4xf32>
  %sine = math.sin %both : tensor<2x?x4xf32>
  %first = tensor.extract_slice %x[0, 0, 0] [2, %n, 2] [1, 1, 1] : tensor<2x?x4xf32> to tensor<2x?x2xf32>
  %second = tensor.extract_slice %x[0, 0, 2] [2, %n, 2] [1, 1, 1] : tensor<2x?x4xf32> to tensor<2x?x2xf32>
  %negated = arith.negf %second : tensor<2x?x2xf32>
  %swapped = tensor.concat dim(2) %negated, %first : (tensor<2x?x2xf32>, tensor<2x?x2xf32>) -> tensor<2x?x4xf32>
  %cosines = arith.mulf %x, %cosine : tensor<2x?x4xf32>
  %sines = arith.mulf %swapped, %sine : tensor<2x?x4xf32>
  %result = arith.addf %cosines, %sines : tensor<2x?x4xf32>
  return %result : tensor<2x?x4xf32>
}

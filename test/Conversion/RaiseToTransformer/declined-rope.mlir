// RUN: quant-opt %s --raise-to-transformer --remarks-filter-failed=raise-to-transformer --verify-diagnostics --split-input-file | FileCheck %s --implicit-check-not='transformer.rope' --implicit-check-not='transformer.rotate_pairs'

// What looks like a RoPE and is none stays; where it comes near, a remark says why.

// Angles that do not grow with the position in a constant way.
// CHECK-LABEL: func.func @other_angles(
func.func @other_angles(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %cosine = arith.constant dense<[[1.0, 1.0], [0.5403023, 0.9950042], [-0.6536436, 0.9800666]]> : tensor<3x2xf32>
  %sine = arith.constant dense<[[0.0, 0.0], [0.841471, 0.0998334], [-0.7568025, 0.1986693]]> : tensor<3x2xf32>
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  // expected-remark @below {{looks like a transformer.rope, but its angles are no constant multiples of the position}}
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// Only the last angle is a multiple of its position.
// CHECK-LABEL: func.func @last_angle(
func.func @last_angle(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %cosine = arith.constant dense<[[1.0, 1.0], [0.8775826, 0.8775826], [-0.7373937, -0.7373937]]> : tensor<3x2xf32>
  %sine = arith.constant dense<[[0.0, 0.0], [0.4794255, 0.4794255], [0.6754632, 0.6754632]]> : tensor<3x2xf32>
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  // expected-remark @below {{looks like a transformer.rope, but its angles are no constant multiples of the position}}
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// Positions from 1 on.
// CHECK-LABEL: func.func @from_one(
func.func @from_one(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %cosine = arith.constant dense<[[0.5403023, 0.9950042], [-0.4161468, 0.9800666], [-0.9899925, 0.9553365]]> : tensor<3x2xf32>
  %sine = arith.constant dense<[[0.841471, 0.0998334], [0.9092974, 0.1986693], [0.14112, 0.2955202]]> : tensor<3x2xf32>
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  // expected-remark @below {{looks like a transformer.rope, but its angles are no constant multiples of the position}}
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// Cosines of one frequency, sines of another.
// CHECK-LABEL: func.func @other_sines(
func.func @other_sines(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %cosine = arith.constant dense<[[1.0, 1.0], [0.5403023, 0.9950042], [-0.4161468, 0.9800666]]> : tensor<3x2xf32>
  %sine = arith.constant dense<[[0.0, 0.0], [0.7833269, 0.0998334], [0.9738476, 0.1986693]]> : tensor<3x2xf32>
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  // expected-remark @below {{looks like a transformer.rope, but its angles are no constant multiples of the position}}
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// A rotation and a factor.
// CHECK-LABEL: func.func @scaled(
func.func @scaled(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %cosine = arith.constant dense<[[0.5, 0.5], [0.2701512, 0.4975021], [-0.2080734, 0.4900333]]> : tensor<3x2xf32>
  %sine = arith.constant dense<[[0.0, 0.0], [0.4207355, 0.0499167], [0.4546487, 0.0993347]]> : tensor<3x2xf32>
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  // expected-remark @below {{looks like a transformer.rope, but its angles are no constant multiples of the position}}
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// The same angles at all positions.
// CHECK-LABEL: func.func @no_position(
func.func @no_position(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %cosine = arith.constant dense<[[0.8775826, 0.9689124], [0.8775826, 0.9689124], [0.8775826, 0.9689124]]> : tensor<3x2xf32>
  %sine = arith.constant dense<[[0.4794255, 0.247404], [0.4794255, 0.247404], [0.4794255, 0.247404]]> : tensor<3x2xf32>
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  // expected-remark @below {{looks like a transformer.rope, but its angles are no constant multiples of the position}}
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// A sum where the difference should be.
// CHECK-LABEL: func.func @sum(
func.func @sum(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %cosine = arith.constant dense<[[1.0, 1.0], [0.5403023, 0.9950042], [-0.4161468, 0.9800666]]> : tensor<3x2xf32>
  %sine = arith.constant dense<[[0.0, 0.0], [0.841471, 0.0998334], [0.9092974, 0.1986693]]> : tensor<3x2xf32>
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.addf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// A difference where the sum should be.
// CHECK-LABEL: func.func @difference(
func.func @difference(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %cosine = arith.constant dense<[[1.0, 1.0], [0.5403023, 0.9950042], [-0.4161468, 0.9800666]]> : tensor<3x2xf32>
  %sine = arith.constant dense<[[0.0, 0.0], [0.841471, 0.0998334], [0.9092974, 0.1986693]]> : tensor<3x2xf32>
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %5 = arith.subf %3, %4 : tensor<3x2xf32>
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// The second half in front.
// CHECK-LABEL: func.func @swapped(
func.func @swapped(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %cosine = arith.constant dense<[[1.0, 1.0], [0.5403023, 0.9950042], [-0.4161468, 0.9800666]]> : tensor<3x2xf32>
  %sine = arith.constant dense<[[0.0, 0.0], [0.841471, 0.0998334], [0.9092974, 0.1986693]]> : tensor<3x2xf32>
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %first, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %second, %sine : tensor<3x2xf32>
  %4 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  // expected-remark @below {{looks like a transformer.rope, but the channels of its pairs are not those of a tensor}}
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// Halves that overlap.
// CHECK-LABEL: func.func @overlapping(
func.func @overlapping(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %cosine = arith.constant dense<[[1.0, 1.0], [0.5403023, 0.9950042], [-0.4161468, 0.9800666]]> : tensor<3x2xf32>
  %sine = arith.constant dense<[[0.0, 0.0], [0.841471, 0.0998334], [0.9092974, 0.1986693]]> : tensor<3x2xf32>
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 1] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  // expected-remark @below {{looks like a transformer.rope, but the channels of its pairs are not those of a tensor}}
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// Pairs of neighbours that come out as halves.
// CHECK-LABEL: func.func @mixed(
func.func @mixed(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %cosine = arith.constant dense<[[1.0, 1.0], [0.5403023, 0.9950042], [-0.4161468, 0.9800666]]> : tensor<3x2xf32>
  %sine = arith.constant dense<[[0.0, 0.0], [0.841471, 0.0998334], [0.9092974, 0.1986693]]> : tensor<3x2xf32>
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 2] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 1] [3, 2] [1, 2] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  // expected-remark @below {{looks like a transformer.rope, but the channels of its pairs are not those of a tensor}}
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// A sum where the difference should be, of tables that nobody knows.
// CHECK-LABEL: func.func @sum_of_arguments(
func.func @sum_of_arguments(%x: tensor<3x4xf32>, %cosine: tensor<3x2xf32>, %sine: tensor<3x2xf32>) -> tensor<3x4xf32> {
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.addf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// The second half in front.
// CHECK-LABEL: func.func @swapped_arguments(
func.func @swapped_arguments(%x: tensor<3x4xf32>, %cosine: tensor<3x2xf32>, %sine: tensor<3x2xf32>) -> tensor<3x4xf32> {
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %first, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %second, %sine : tensor<3x2xf32>
  %4 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  // expected-remark @below {{looks like a transformer.rope, but the channels of its pairs are not those of a tensor}}
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// Cosines of the first channels and of the second from tensors of their own.
// CHECK-LABEL: func.func @two_tables(
func.func @two_tables(%x: tensor<3x4xf32>, %cosine: tensor<3x2xf32>, %sine: tensor<3x2xf32>, %other: tensor<3x2xf32>) -> tensor<3x4xf32> {
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %other : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  // expected-remark @below {{looks like a transformer.rotate_pairs, but its cosines or sines are no tensor of rows and channels}}
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// -----

// Angles that are computed from positions which are an argument.
#id = affine_map<(d0, d1) -> (d0)>
#pair = affine_map<(d0, d1) -> (d1)>
#row = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @computed(
func.func @computed(%x: tensor<3x4xf32>, %positions: tensor<3xi64>) -> tensor<3x4xf32> {
  %frequencies = arith.constant dense<[1.0, 0.25]> : tensor<2xf32>
  %angles = tensor.empty() : tensor<3x2xf32>
  %angle = linalg.generic {indexing_maps = [#id, #pair, #row], iterator_types = ["parallel", "parallel"]}
      ins(%positions, %frequencies : tensor<3xi64>, tensor<2xf32>) outs(%angles : tensor<3x2xf32>) {
  ^bb0(%p: i64, %f: f32, %out: f32):
    %p0 = arith.sitofp %p : i64 to f32
    %p1 = arith.mulf %p0, %f : f32
    linalg.yield %p1 : f32
  } -> tensor<3x2xf32>
  %cosine = math.cos %angle : tensor<3x2xf32>
  %sine = math.sin %angle : tensor<3x2xf32>
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  // expected-remark @below {{looks like a transformer.rope, but only the option max-positions says of how many positions it computes its angles}}
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

// RUN: quant-opt %s --raise-to-transformer --remarks-filter-failed=raise-to-transformer --verify-diagnostics --split-input-file | FileCheck %s --implicit-check-not='transformer.rope'

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

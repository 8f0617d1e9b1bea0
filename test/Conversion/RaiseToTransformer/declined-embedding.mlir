// RUN: quant-opt %s --raise-to-transformer --remarks-filter-failed=raise-to-transformer --verify-diagnostics --split-input-file | FileCheck %s --implicit-check-not='transformer.embedding'

// What looks like an embedding and is none stays; where it comes near, a remark says why.

// Columns from the last to the first.
// CHECK-LABEL: func.func @reversed(
func.func @reversed(%ids: tensor<5xi64>, %table: tensor<7x3xf32>) -> tensor<5x3xf32> {
  %empty = tensor.empty() : tensor<5x3xf32>
  // expected-remark @below {{looks like a transformer.embedding, but its columns are not those of the table}}
  %result = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<5xi64>) outs(%empty : tensor<5x3xf32>) {
  ^bb0(%id: i64, %out: f32):
    %row = arith.index_cast %id : i64 to index
    %last = arith.constant 2 : index
    %column = linalg.index 1 : index
    %mirrored = arith.subi %last, %column : index
    %element = tensor.extract %table[%row, %mirrored] : tensor<7x3xf32>
    linalg.yield %element : f32
  } -> tensor<5x3xf32>
  return %result : tensor<5x3xf32>
}

// -----

// A part of the columns.
// CHECK-LABEL: func.func @part(
func.func @part(%ids: tensor<5xi64>, %table: tensor<7x3xf32>) -> tensor<5x2xf32> {
  %empty = tensor.empty() : tensor<5x2xf32>
  // expected-remark @below {{looks like a transformer.embedding, but it does not read whole rows of a table of static sizes}}
  %result = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<5xi64>) outs(%empty : tensor<5x2xf32>) {
  ^bb0(%id: i64, %out: f32):
    %row = arith.index_cast %id : i64 to index
    %column = linalg.index 1 : index
    %element = tensor.extract %table[%row, %column] : tensor<7x3xf32>
    linalg.yield %element : f32
  } -> tensor<5x2xf32>
  return %result : tensor<5x2xf32>
}

// -----

// Ids that are columns.
// CHECK-LABEL: func.func @transposed(
func.func @transposed(%ids: tensor<5xi64>, %table: tensor<7x3xf32>) -> tensor<5x3xf32> {
  %empty = tensor.empty() : tensor<5x3xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<5xi64>) outs(%empty : tensor<5x3xf32>) {
  ^bb0(%id: i64, %out: f32):
    %column = arith.index_cast %id : i64 to index
    %row = linalg.index 1 : index
    %element = tensor.extract %table[%row, %column] : tensor<7x3xf32>
    linalg.yield %element : f32
  } -> tensor<5x3xf32>
  return %result : tensor<5x3xf32>
}

// -----

// The same column of every row.
// CHECK-LABEL: func.func @one_column(
func.func @one_column(%ids: tensor<5xi64>, %table: tensor<7x3xf32>) -> tensor<5x3xf32> {
  %empty = tensor.empty() : tensor<5x3xf32>
  // expected-remark @below {{looks like a transformer.embedding, but its columns are not those of the table}}
  %result = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<5xi64>) outs(%empty : tensor<5x3xf32>) {
  ^bb0(%id: i64, %out: f32):
    %row = arith.index_cast %id : i64 to index
    %column = arith.constant 1 : index
    %element = tensor.extract %table[%row, %column] : tensor<7x3xf32>
    linalg.yield %element : f32
  } -> tensor<5x3xf32>
  return %result : tensor<5x3xf32>
}

// -----

// Squares of the elements.
// CHECK-LABEL: func.func @squared(
func.func @squared(%ids: tensor<5xi64>, %table: tensor<7x3xf32>) -> tensor<5x3xf32> {
  %empty = tensor.empty() : tensor<5x3xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<5xi64>) outs(%empty : tensor<5x3xf32>) {
  ^bb0(%id: i64, %out: f32):
    %row = arith.index_cast %id : i64 to index
    %column = linalg.index 1 : index
    %read = tensor.extract %table[%row, %column] : tensor<7x3xf32>
    %element = arith.mulf %read, %read : f32
    linalg.yield %element : f32
  } -> tensor<5x3xf32>
  return %result : tensor<5x3xf32>
}

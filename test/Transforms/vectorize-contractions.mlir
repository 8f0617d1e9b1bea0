// RUN: quant-opt %s --split-input-file --pass-pipeline="builtin.module(func.func(vectorize-contractions{vector-bits=512}))" | FileCheck %s
// RUN: quant-opt %s --split-input-file --pass-pipeline="builtin.module(func.func(vectorize-contractions{vector-bits=256}))" | FileCheck %s --check-prefix=NARROW
// RUN: quant-opt %s --split-input-file --pass-pipeline="builtin.module(func.func(vectorize-contractions))" | FileCheck %s --check-prefix=TARGET
// RUN: not quant-opt %s --split-input-file --pass-pipeline="builtin.module(func.func(vectorize-contractions{vector-bits=100}))" 2>&1 | FileCheck %s --check-prefix=WIDTH

// WIDTH: error: expects a vector of 128, 256 or 512 bits, got 100

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>

// Codes: pairs of products are summed first, and four sums of 16 elements end as
// a vector of four. A depth of 64 is two steps, written out one row of b after the
// other. 64 columns need no remainder; of an unknown number of rows, six at a time,
// up to five are left. The rows of b to come are short, and asked for.
// CHECK-LABEL: func.func @codes(
// CHECK-SAME: %[[A:.*]]: memref<?x64xi8>, %[[B:.*]]: memref<64x64xi8>
// CHECK-NOT: linalg.generic
// CHECK: %[[AHEAD:.*]] = arith.addi %[[N:.*]], %c32
// CHECK: memref.prefetch %[[B]][%[[AHEAD]], %c0{{.*}}], read, locality<3>, data
// CHECK-COUNT-3: memref.prefetch
// CHECK: scf.for %[[M:.*]] = {{.*}} {
// CHECK: vector.load %[[A]][%[[M]], %c0{{.*}}] : memref<?x64xi8>, vector<32xi8>
// CHECK: arith.extui {{.*}} : vector<32xi8> to vector<32xi32>
// CHECK: arith.extsi {{.*}} : vector<32xi8> to vector<32xi32>
// CHECK: %[[PRODUCT:.*]] = arith.muli {{.*}} : vector<32xi32>
// CHECK: vector.shuffle %[[PRODUCT]], %[[PRODUCT]] [0, 2, 4,
// CHECK: vector.shuffle %[[PRODUCT]], %[[PRODUCT]] [1, 3, 5,
// CHECK: vector.load %[[A]][%[[M]], %c32{{.*}}] : memref<?x64xi8>, vector<32xi8>
// CHECK-NOT: scf.for
// CHECK: %[[EVEN:.*]] = vector.shuffle %[[S0:.*]], %[[S1:.*]] [0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30]
// CHECK: %[[ODD:.*]] = vector.shuffle %[[S0]], %[[S1]] [1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31]
// CHECK: arith.addi %[[EVEN]], %[[ODD]]
// CHECK: vector.extract_strided_slice {{.*}} : vector<16xi32> to vector<8xi32>
// CHECK: vector.extract_strided_slice {{.*}} : vector<8xi32> to vector<4xi32>
// CHECK: vector.store {{.*}} vector<4xi32>
// CHECK: scf.index_switch
// CHECK: case 1
// CHECK: case 5
// CHECK: default
// CHECK-NOT: vector.maskedload
// CHECK: return
func.func @codes(%a: memref<?x64xi8>, %b: memref<64x64xi8>, %c: memref<?x64xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<?x64xi8>, memref<64x64xi8>) outs(%c : memref<?x64xi32>) {
  ^bb0(%x: i8, %y: i8, %sum: i32):
    %wx = arith.extui %x : i8 to i32
    %wy = arith.extsi %y : i8 to i32
    %p = arith.muli %wx, %wy : i32
    %s = arith.addi %sum, %p : i32
    linalg.yield %s : i32
  }
  return
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>

// Floats: a fused multiply-add, and a mask for the end of a row of 20.
// CHECK-LABEL: func.func @floats(
// CHECK-NOT: linalg.generic
// CHECK: vector.fma {{.*}} : vector<16xf32>
// CHECK: vector.create_mask {{.*}} : vector<16xi1>
// CHECK: vector.maskedload
// CHECK: vector.store {{.*}} vector<4xf32>
func.func @floats(%a: memref<8x20xf32>, %b: memref<8x20xf32>, %c: memref<8x8xf32>) {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x20xf32>, memref<8x20xf32>) outs(%c : memref<8x8xf32>) {
  ^bb0(%x: f32, %y: f32, %sum: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %p, %sum : f32
    linalg.yield %s : f32
  }
  return
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>

// A weighted sum of rows: pairs of rows side by side, one load of two weights
// for all columns, and the last row of an odd number alone. The rows of c come
// in sixes, of four vectors, and then what is left; 64 columns are whole
// vectors. 64 rows of b stay in the cache until all of a has passed by; fewer than
// six rows of a ask for the next 64 meanwhile.
// CHECK-LABEL: func.func @weighted_sum(
// CHECK-SAME: %[[A:.*]]: memref<?x?xi16>, %[[B:.*]]: memref<?x64xi8, strided<[192, 1]>>, %[[C:.*]]: memref<?x64xi32>)
// CHECK-NOT: linalg.generic
// CHECK: scf.for %[[BLOCK:.*]] = {{.*}} step %c64
// CHECK-COUNT-24: vector.load %[[C]]{{.*}} vector<16xi32>
// CHECK-NOT: memref.prefetch
// CHECK: scf.for
// CHECK: %[[Y0:.*]] = vector.load %[[B]]{{.*}} vector<16xi8>
// CHECK: %[[Y1:.*]] = vector.load %[[B]]{{.*}} vector<16xi8>
// CHECK: %[[Y:.*]] = vector.shuffle %[[Y0]], %[[Y1]] [0, 16, 1, 17, {{.*}}, 15, 31] : vector<16xi8>, vector<16xi8>
// CHECK: arith.extsi %[[Y]] : vector<32xi8> to vector<32xi32>
// CHECK: %[[PAIR:.*]] = vector.load %[[A]]{{.*}} vector<2xi16>
// CHECK: %[[JOINED:.*]] = vector.bitcast %[[PAIR]] : vector<2xi16> to vector<1xi32>
// CHECK: %[[SCALAR:.*]] = vector.extract %[[JOINED]][0]
// CHECK: %[[ALL:.*]] = vector.broadcast %[[SCALAR]] : i32 to vector<16xi32>
// CHECK: %[[X:.*]] = vector.bitcast %[[ALL]] : vector<16xi32> to vector<32xi16>
// CHECK: arith.extsi %[[X]] : vector<32xi16> to vector<32xi32>
// CHECK: scf.for
// CHECK: memref.load %[[A]]
// CHECK-COUNT-24: vector.store {{.*}}, %[[C]]
// CHECK: case 1
// CHECK-COUNT-4: vector.load %[[C]]{{.*}} vector<16xi32>
// CHECK: scf.for %[[K:.*]] = %[[BLOCK]]
// CHECK: %[[NEXT:.*]] = affine.apply {{.*}}[%[[BLOCK]], %[[K]], %{{.*}}]
// CHECK: memref.prefetch %[[B]][%[[NEXT]], %c0{{.*}}], read
// CHECK: %[[AFTER:.*]] = arith.addi %[[NEXT]], %c1
// CHECK: memref.prefetch %[[B]][%[[AFTER]], %c0{{.*}}], read
// CHECK-COUNT-4: vector.store {{.*}}, %[[C]]
// CHECK: case 2
// CHECK: case 5
// CHECK-NOT: vector.masked
// CHECK: return
//
// Of narrow vectors one load of codes fills two; up to three rows leave registers
// for the sums of four.
// NARROW-LABEL: func.func @weighted_sum(
// NARROW-SAME: %[[A:.*]]: memref<?x?xi16>, %[[B:.*]]: memref<?x64xi8, strided<[192, 1]>>, %[[C:.*]]: memref<?x64xi32>)
// NARROW-COUNT-12: vector.load %[[C]]{{.*}} vector<8xi32>
// NARROW: %[[Y0:.*]] = vector.load %[[B]]{{.*}} vector<16xi8>
// NARROW: %[[Y1:.*]] = vector.load %[[B]]{{.*}} vector<16xi8>
// NARROW: vector.shuffle %[[Y0]], %[[Y1]] [0, 16, 1, 17, {{.*}}, 7, 23] : vector<16xi8>, vector<16xi8>
// NARROW: vector.shuffle %[[Y0]], %[[Y1]] [8, 24, 9, 25, {{.*}}, 15, 31] : vector<16xi8>, vector<16xi8>
// NARROW: case 3
// NARROW-COUNT-12: vector.load %[[C]]{{.*}} vector<8xi32>
// NARROW: scf.for {{.*}} -> (vector<8xi32>, {{(vector<8xi32>, ){10}vector<8xi32>\)}}
// NARROW: case 4
// NARROW-COUNT-8: vector.load %[[C]]{{.*}} vector<8xi32>
// NARROW: scf.for {{.*}} -> (vector<8xi32>, {{(vector<8xi32>, ){6}vector<8xi32>\)}}
func.func @weighted_sum(%a: memref<?x?xi16>, %b: memref<?x64xi8, strided<[192, 1]>>, %c: memref<?x64xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<?x?xi16>, memref<?x64xi8, strided<[192, 1]>>) outs(%c : memref<?x64xi32>) {
  ^bb0(%x: i16, %y: i8, %sum: i32):
    %wx = arith.extsi %x : i16 to i32
    %wy = arith.extsi %y : i8 to i32
    %p = arith.muli %wx, %wy : i32
    %s = arith.addi %sum, %p : i32
    linalg.yield %s : i32
  }
  return
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>

// Floats need no pairs; 20 columns end in a mask.
// CHECK-LABEL: func.func @weighted_sum_of_floats(
// CHECK-NOT: linalg.generic
// CHECK: vector.create_mask {{.*}} : vector<16xi1>
// CHECK: vector.maskedload
// CHECK: vector.broadcast {{.*}} : f32 to vector<16xf32>
// CHECK: vector.fma {{.*}} : vector<16xf32>
// CHECK: vector.maskedstore
func.func @weighted_sum_of_floats(%a: memref<4x8xf32>, %b: memref<8x20xf32>, %c: memref<4x20xf32>) {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<4x8xf32>, memref<8x20xf32>) outs(%c : memref<4x20xf32>) {
  ^bb0(%x: f32, %y: f32, %sum: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %p, %sum : f32
    linalg.yield %s : f32
  }
  return
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>

// Does nothing when a row is not contiguous, or when the body is no product.
// CHECK-LABEL: func.func @others(
// CHECK-COUNT-2: linalg.generic
// CHECK-NOT: vector.
func.func @others(%a: memref<8x16xf32, strided<[32, 2]>>, %b: memref<8x16xf32>, %c: memref<8x8xf32>) {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x16xf32, strided<[32, 2]>>, memref<8x16xf32>) outs(%c : memref<8x8xf32>) {
  ^bb0(%x: f32, %y: f32, %sum: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %sum, %p : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%b, %b : memref<8x16xf32>, memref<8x16xf32>) outs(%c : memref<8x8xf32>) {
  ^bb0(%x: f32, %y: f32, %sum: f32):
    %p = arith.subf %x, %y : f32
    %s = arith.addf %sum, %p : f32
    linalg.yield %s : f32
  }
  return
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>

// The option decides, whatever the target; without it, the target does.
// CHECK-LABEL: func.func @for_a_target(
// CHECK: vector.load {{.*}} vector<16xf32>
// TARGET-LABEL: func.func @for_a_target(
// TARGET: vector.load {{.*}} vector<8xf32>
module attributes {llvm.target = #llvm.target<triple = "x86_64-linux-gnu", chip = "", features = <["+avx2"]>>} {
  func.func @for_a_target(%a: memref<4x16xf32>, %b: memref<4x16xf32>, %c: memref<4x4xf32>) {
    linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%a, %b : memref<4x16xf32>, memref<4x16xf32>) outs(%c : memref<4x4xf32>) {
    ^bb0(%x: f32, %y: f32, %sum: f32):
      %p = arith.mulf %x, %y : f32
      %s = arith.addf %sum, %p : f32
      linalg.yield %s : f32
    }
    return
  }
}

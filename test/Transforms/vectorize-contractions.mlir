// RUN: quant-opt %s --split-input-file --pass-pipeline="builtin.module(func.func(vectorize-contractions{vector-bits=512}))" | FileCheck %s
// RUN: quant-opt %s --split-input-file --pass-pipeline="builtin.module(func.func(vectorize-contractions))" | FileCheck %s --check-prefix=TARGET
// RUN: not quant-opt %s --split-input-file --pass-pipeline="builtin.module(func.func(vectorize-contractions{vector-bits=100}))" 2>&1 | FileCheck %s --check-prefix=WIDTH

// WIDTH: error: expects a vector of 128, 256 or 512 bits, got 100

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>

// Codes: pairs of products are summed first; 64 columns and a depth of 64 need
// no remainder, an unknown number of rows does.
// CHECK-LABEL: func.func @codes(
// CHECK-NOT: linalg.generic
// CHECK: vector.load {{.*}} vector<32xi8>
// CHECK: arith.extui {{.*}} : vector<32xi8> to vector<32xi32>
// CHECK: arith.extsi {{.*}} : vector<32xi8> to vector<32xi32>
// CHECK: %[[PRODUCT:.*]] = arith.muli {{.*}} : vector<32xi32>
// CHECK: vector.shuffle %[[PRODUCT]], %[[PRODUCT]] [0, 2, 4,
// CHECK: vector.shuffle %[[PRODUCT]], %[[PRODUCT]] [1, 3, 5,
// CHECK: vector.reduction <add>
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
// CHECK: vector.reduction <add>
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
// in fours first, of two vectors, then one by one, of four; 64 columns are
// whole vectors.
// CHECK-LABEL: func.func @weighted_sum(
// CHECK-SAME: %[[A:.*]]: memref<?x?xi8>, %[[B:.*]]: memref<?x64xi8, strided<[192, 1]>>, %[[C:.*]]: memref<?x64xi32>)
// CHECK-NOT: linalg.generic
// CHECK-COUNT-8: vector.load %[[C]]{{.*}} vector<16xi32>
// CHECK: scf.for
// CHECK: %[[Y0:.*]] = vector.load %[[B]]{{.*}} vector<16xi8>
// CHECK: %[[Y1:.*]] = vector.load %[[B]]{{.*}} vector<16xi8>
// CHECK: %[[Y:.*]] = vector.interleave %[[Y0]], %[[Y1]] : vector<16xi8> -> vector<32xi8>
// CHECK: arith.extsi %[[Y]] : vector<32xi8> to vector<32xi32>
// CHECK: %[[PAIR:.*]] = vector.load %[[A]]{{.*}} vector<2xi8>
// CHECK: %[[JOINED:.*]] = vector.bitcast %[[PAIR]] : vector<2xi8> to vector<1xi16>
// CHECK: %[[SCALAR:.*]] = vector.extract %[[JOINED]][0]
// CHECK: %[[ALL:.*]] = vector.broadcast %[[SCALAR]] : i16 to vector<16xi16>
// CHECK: %[[X:.*]] = vector.bitcast %[[ALL]] : vector<16xi16> to vector<32xi8>
// CHECK: arith.extui %[[X]] : vector<32xi8> to vector<32xi32>
// CHECK: scf.for
// CHECK: memref.load %[[A]]
// CHECK-COUNT-8: vector.store {{.*}}, %[[C]]
// CHECK-COUNT-4: vector.load %[[C]]{{.*}} vector<16xi32>
// CHECK-COUNT-4: vector.store {{.*}}, %[[C]]
// CHECK-NOT: vector.masked
// CHECK: return
func.func @weighted_sum(%a: memref<?x?xi8>, %b: memref<?x64xi8, strided<[192, 1]>>, %c: memref<?x64xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<?x?xi8>, memref<?x64xi8, strided<[192, 1]>>) outs(%c : memref<?x64xi32>) {
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

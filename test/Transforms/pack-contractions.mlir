// RUN: quant-opt %s --split-input-file --pack-contractions --canonicalize --cse | FileCheck %s

#m = affine_map<(m, n, k) -> (m, k)>
#n = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>
#vnni = #llvm.target<triple = "x86_64-unknown-linux-gnu", chip = "", features = <["+avx512vnni"]>>

module attributes {llvm.target = #vnni} {

// Of open sizes, eight rows at a time and 16 columns are computed by tiles if there
// are 24 rows; below them and beside them is what a generic computes. Signed codes
// are raised by 128 for `vpdpbusd`, and a row of 128 says what that adds to a sum.
// CHECK-LABEL: func.func @product(
// CHECK-SAME: %[[A:.*]]: memref<?x64xi8>, %[[B:.*]]: memref<?x64xi8>, %[[C:.*]]: memref<?x?xi32>)
// CHECK-DAG: %[[HIGHEST:.*]] = arith.constant dense<-128> : vector<16xi8>
// CHECK-DAG: %[[M:.*]] = memref.dim %[[A]], %c0
// CHECK-DAG: %[[N:.*]] = memref.dim %[[B]], %c0
// CHECK: %[[MANY:.*]] = arith.cmpi uge, %[[M]], %c24
// CHECK: %[[REST:.*]] = arith.remui %[[M]], %c8
// CHECK: %[[FULL:.*]] = arith.subi %[[M]], %[[REST]]
// CHECK: %[[ROWS:.*]] = arith.select %[[MANY]], %[[FULL]], %c0
// CHECK: %[[RESTCOLUMNS:.*]] = arith.remui %[[N]], %c16
// CHECK: %[[COLUMNS:.*]] = arith.subi %[[N]], %[[RESTCOLUMNS]]
// CHECK: scf.for %{{.*}} = %c0 to %[[ROWS]] step %c48
// CHECK-DAG: %[[TILES:.*]] = memref.alloc() {alignment = 64 : i64} : memref<3072xi8>
// CHECK-DAG: %[[CODES:.*]] = memref.alloc() {alignment = 64 : i64} : memref<49x64xi8>
// CHECK: vector.store %[[HIGHEST]], %[[CODES]][%c48
// CHECK: arith.xori %{{.*}}, %[[HIGHEST]]
// Three tiles side by side.
// CHECK: vector.interleave {{.*}} : vector<128xi32> -> vector<256xi32>
// CHECK-COUNT-3: vector.contract
// CHECK: arith.subi %{{.*}}, %{{.*}} : vector<16xi32>
// CHECK-COUNT-24: vector.contract
// One.
// CHECK: vector.interleave {{.*}} : vector<128xi32> -> vector<256xi32>
// CHECK-COUNT-9: vector.contract
// CHECK: memref.dealloc %[[TILES]]
// CHECK: memref.dealloc %[[CODES]]
// CHECK: scf.for %[[AT:.*]] = %c0 to %c2 step %c1
// CHECK: %[[BELOW:.*]] = arith.cmpi eq, %[[AT]], %c0
// CHECK-DAG: %[[FIRSTROW:.*]] = arith.select %[[BELOW]], %[[ROWS]], %c0
// CHECK-DAG: %[[FIRSTCOLUMN:.*]] = arith.select %[[BELOW]], %c0{{.*}}, %[[COLUMNS]]
// CHECK-DAG: memref.subview %[[A]][%[[FIRSTROW]], 0] [%{{.*}}, 64]
// CHECK-DAG: memref.subview %[[B]][%[[FIRSTCOLUMN]], 0] [%{{.*}}, 64]
// CHECK-DAG: memref.subview %[[C]][%[[FIRSTROW]], %[[FIRSTCOLUMN]]]
// CHECK: linalg.generic
func.func @product(%a: memref<?x64xi8>, %b: memref<?x64xi8>, %c: memref<?x?xi32>) {
  linalg.generic {indexing_maps = [#m, #n, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<?x64xi8>, memref<?x64xi8>) outs(%c : memref<?x?xi32>) {
  ^bb0(%x: i8, %y: i8, %s: i32):
    %p = arith.extsi %x : i8 to i32
    %q = arith.extsi %y : i8 to i32
    %r = arith.muli %p, %q : i32
    %t = arith.addi %s, %r : i32
    linalg.yield %t : i32
  }
  return
}

}

// -----

#m = affine_map<(m, n, k) -> (m, k)>
#n = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>
#vnni = #llvm.target<triple = "x86_64-unknown-linux-gnu", chip = "", features = <["+avx512vnni"]>>

module attributes {llvm.target = #vnni} {

// Rows with themselves: what is left has parts of one buffer as both factors.
// CHECK-LABEL: func.func @squares(
// CHECK-SAME: %[[A:.*]]: memref<50x64xi8>
// CHECK-DAG: %[[BELOW:.*]] = memref.subview %[[A]][48, 0] [2, 64]
// CHECK: linalg.generic {{.*}} ins(%[[BELOW]], %[[A]] :
// CHECK-DAG: %[[ABOVE:.*]] = memref.subview %[[A]][0, 0] [48, 64]
// CHECK: linalg.generic {{.*}} ins(%[[ABOVE]], %[[BELOW]] :
func.func @squares(%a: memref<50x64xi8>, %c: memref<50x50xi32>) {
  linalg.generic {indexing_maps = [#m, #n, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %a : memref<50x64xi8>, memref<50x64xi8>) outs(%c : memref<50x50xi32>) {
  ^bb0(%x: i8, %y: i8, %s: i32):
    %p = arith.extsi %x : i8 to i32
    %q = arith.extsi %y : i8 to i32
    %r = arith.muli %p, %q : i32
    %t = arith.addi %s, %r : i32
    linalg.yield %t : i32
  }
  return
}

}

// -----

#m = affine_map<(m, n, k) -> (m, k)>
#k = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
#vnni = #llvm.target<triple = "x86_64-unknown-linux-gnu", chip = "", features = <["+avx512vnni"]>>

module attributes {llvm.target = #vnni} {

// A weighted sum packs 64 rows of b at a time, of four rows each the codes of a
// column side by side. Of 64 columns two of three tiles would be left: two at a
// time. Unsigned codes are read where they are. Of 50 rows two are left, and of
// 70 rows of b six: two generics, of known sizes.
// CHECK-LABEL: func.func @sum(
// CHECK-SAME: %[[A:.*]]: memref<50x70xi8>, %[[B:.*]]: memref<70x64xi8>
// CHECK-NOT: memref<49x
// CHECK: %[[TILES:.*]] = memref.alloc() {alignment = 64 : i64} : memref<4096xi8>
// CHECK: vector.load %[[B]][{{.*}}] : memref<70x64xi8>, vector<64xi8>
// CHECK: vector.interleave {{.*}} : vector<128xi8> -> vector<256xi8>
// CHECK-COUNT-4: vector.store {{.*}}, %[[TILES]]
// CHECK: memref.subview %[[A]]
// CHECK-COUNT-16: vector.contract
// CHECK-NOT: vector.contract
// CHECK: memref.subview %[[A]][48, 0] [2, 70]
// CHECK: linalg.generic
// CHECK: memref.subview %[[A]][0, 64] [48, 6]
// CHECK: memref.subview %[[B]][64, 0] [6, 64]
// CHECK: linalg.generic
func.func @sum(%a: memref<50x70xi8>, %b: memref<70x64xi8>, %c: memref<50x64xi32>) {
  linalg.generic {indexing_maps = [#m, #k, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<50x70xi8>, memref<70x64xi8>) outs(%c : memref<50x64xi32>) {
  ^bb0(%x: i8, %y: i8, %s: i32):
    %p = arith.extui %x : i8 to i32
    %q = arith.extsi %y : i8 to i32
    %r = arith.muli %p, %q : i32
    %t = arith.addi %s, %r : i32
    linalg.yield %t : i32
  }
  return
}

}

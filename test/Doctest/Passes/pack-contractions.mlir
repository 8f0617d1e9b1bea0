// RUN: quant-opt %s --pack-contractions --canonicalize --cse | FileCheck %s

// 48 query rows times 64 keys of 64 codes, for a processor with AVX2: eight keys
// by two codes are a tile of `vpmaddwd`, and a square of such pairs is transposed
// at a time. Two tiles are packed side by side, and six rows pass by them with their
// sums in registers. The codes of rows have been widened to 16 bits before.
#avx2 = #llvm.target<triple = "x86_64-unknown-linux-gnu", chip = "haswell", features = <["+avx2"]>>
module attributes {llvm.target = #avx2} {
  func.func @scores(%a: memref<48x64xi8>, %b: memref<64x64xi8>, %c: memref<48x64xi32>) {
    linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]
    } ins(%a, %b : memref<48x64xi8>, memref<64x64xi8>) outs(%c : memref<48x64xi32>) {
    ^bb0(%x: i8, %y: i8, %sum: i32):
      %wide_x = arith.extsi %x : i8 to i32
      %wide_y = arith.extsi %y : i8 to i32
      %product = arith.muli %wide_x, %wide_y : i32
      %next = arith.addi %sum, %product : i32
      linalg.yield %next : i32
    }
    return
  }
}

// CHECK-LABEL: func.func @scores
// CHECK-DAG: %[[TILES:.*]] = memref.alloc() {alignment = 64 : i64} : memref<1024xi8>
// CHECK-DAG: %[[ROWS:.*]] = memref.alloc() {alignment = 64 : i64} : memref<48x64xi16>
// CHECK: arith.extsi {{.*}} : vector<16xi8> to vector<16xi16>
// CHECK: vector.store %{{.*}}, %[[ROWS]]
// CHECK: vector.interleave {{.*}} : vector<8xi16> -> vector<16xi16>
// CHECK: vector.interleave {{.*}} : vector<32xi16> -> vector<64xi16>
// CHECK: vector.store %{{.*}}, %[[TILES]][{{.*}}] : memref<1024xi8>, vector<128xi8>
// CHECK: scf.for {{.*}} iter_args
// CHECK: vector.load %[[TILES]]
// CHECK: vector.load %[[ROWS]]
// CHECK-COUNT-12: vector.contract
// CHECK-NOT: linalg.generic

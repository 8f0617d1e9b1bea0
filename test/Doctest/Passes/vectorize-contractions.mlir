// RUN: quant-opt %s --vectorize-contractions=vector-bits=128 --canonicalize --cse | FileCheck %s

// One row of codes times two, with 32-bit sums: four partial sums stay in a
// vector register while the loop over the 128 channels runs, and 16-bit pairs of
// products are what LLVM selects `pmaddwd` for. Where there are three rows of one
// and four of the other, 3 x 4 such registers share their loads.
func.func @product(%a: memref<1x128xi8>, %b: memref<2x128xi8>, %c: memref<1x2xi32>) {
  linalg.generic {
    indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>],
    iterator_types = ["parallel", "parallel", "reduction"]
  } ins(%a, %b : memref<1x128xi8>, memref<2x128xi8>) outs(%c : memref<1x2xi32>) {
  ^bb0(%x: i8, %w: i8, %sum: i32):
    %wide_x = arith.extui %x : i8 to i32
    %wide_w = arith.extsi %w : i8 to i32
    %product = arith.muli %wide_x, %wide_w : i32
    %next = arith.addi %sum, %product : i32
    linalg.yield %next : i32
  }
  return
}

// CHECK-LABEL: func.func @product
// CHECK: scf.for
// CHECK: %[[SUMS:.*]] = scf.for {{.*}} iter_args({{.*}}) -> (vector<4xi32>)
// CHECK: arith.extui %{{.*}} : vector<8xi8> to vector<8xi32>
// CHECK: arith.extsi %{{.*}} : vector<8xi8> to vector<8xi32>
// CHECK: arith.muli
// CHECK: scf.yield
// CHECK: vector.reduction <add>, %[[SUMS]]
// CHECK-NOT: linalg.generic

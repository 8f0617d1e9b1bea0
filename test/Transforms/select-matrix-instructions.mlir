// RUN: quant-opt %s --split-input-file --pass-pipeline="builtin.module(func.func(select-matrix-instructions))" | FileCheck %s

#row = affine_map<(n, k) -> (k)>
#tile = affine_map<(n, k) -> (n, k)>
#sums = affine_map<(n, k) -> (n)>

// Codes as they are, for an instruction that adds up; the row is repeated as a
// word.
// CHECK-LABEL: func.func @codes(
// CHECK-SAME: %[[ROW:.*]]: vector<4xi8>, %[[TILE:.*]]: vector<16x4xi8>, %[[SUMS:.*]]: vector<16xi32>
// CHECK: %[[BITS:.*]] = vector.bitcast %[[ROW]] : vector<4xi8> to vector<1xi32>
// CHECK: %[[WORD:.*]] = vector.extract %[[BITS]][0]
// CHECK: %[[WORDS:.*]] = vector.broadcast %[[WORD]] : i32 to vector<16xi32>
// CHECK: %[[ROWS:.*]] = vector.bitcast %[[WORDS]] : vector<16xi32> to vector<64xi8>
// CHECK: %[[CODES:.*]] = vector.shape_cast %[[TILE]] : vector<16x4xi8> to vector<64xi8>
// CHECK: %[[RESULT:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%[[SUMS]], %[[ROWS]], %[[CODES]])
// CHECK-NEXT: return %[[RESULT]]

// The instruction wants unsigned codes; differences of 16 bits get arithmetic.
// CHECK-LABEL: func.func @differences(
// CHECK: vector.shuffle %{{.*}}, %{{.*}} [0, 1, 2, 3, 0, 1, 2, 3,
// CHECK: arith.extsi %{{.*}} : vector<64xi16> to vector<64xi32>
// CHECK: arith.extsi %{{.*}} : vector<64xi8> to vector<64xi32>
// CHECK: %[[PRODUCTS:.*]] = arith.muli %{{.*}} : vector<64xi32>
// CHECK: vector.shuffle %[[PRODUCTS]], %[[PRODUCTS]] [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60]
// CHECK-COUNT-4: arith.addi %{{.*}} : vector<16xi32>
// CHECK-NOT: vector.contract
module attributes {llvm.target = #llvm.target<triple = "x86_64-linux-gnu", chip = "", features = <["+avx2", "+avx512vnni"]>>} {
  func.func @codes(%row: vector<4xi8>, %tile: vector<16x4xi8>, %sums: vector<16xi32>) -> vector<16xi32> {
    %q = arith.extui %row : vector<4xi8> to vector<4xi32>
    %w = arith.extsi %tile : vector<16x4xi8> to vector<16x4xi32>
    %0 = vector.contract {indexing_maps = [#row, #tile, #sums], iterator_types = ["parallel", "reduction"]} %q, %w, %sums : vector<4xi32>, vector<16x4xi32> into vector<16xi32>
    return %0 : vector<16xi32>
  }
  func.func @differences(%row: vector<4xi16>, %tile: vector<16x4xi8>, %sums: vector<16xi32>) -> vector<16xi32> {
    %q = arith.extsi %row : vector<4xi16> to vector<4xi32>
    %w = arith.extsi %tile : vector<16x4xi8> to vector<16x4xi32>
    %0 = vector.contract {indexing_maps = [#row, #tile, #sums], iterator_types = ["parallel", "reduction"]} %q, %w, %sums : vector<4xi32>, vector<16x4xi32> into vector<16xi32>
    return %0 : vector<16xi32>
  }
}

// -----

#row = affine_map<(n, k) -> (k)>
#tile = affine_map<(n, k) -> (n, k)>
#sums = affine_map<(n, k) -> (n)>

// The same tile on a processor without the instruction.
// CHECK-LABEL: func.func @without(
// CHECK-NOT: call_intrinsic
// CHECK: arith.extui %{{.*}} : vector<64xi8> to vector<64xi32>
// CHECK: arith.muli %{{.*}} : vector<64xi32>
// CHECK-NOT: vector.contract
module attributes {llvm.target = #llvm.target<triple = "x86_64-linux-gnu", chip = "", features = <["+avx2"]>>} {
  func.func @without(%row: vector<4xi8>, %tile: vector<16x4xi8>, %sums: vector<16xi32>) -> vector<16xi32> {
    %q = arith.extui %row : vector<4xi8> to vector<4xi32>
    %w = arith.extsi %tile : vector<16x4xi8> to vector<16x4xi32>
    %0 = vector.contract {indexing_maps = [#row, #tile, #sums], iterator_types = ["parallel", "reduction"]} %q, %w, %sums : vector<4xi32>, vector<16x4xi32> into vector<16xi32>
    return %0 : vector<16xi32>
  }
}

// -----

#row = affine_map<(n, k) -> (k)>
#tile = affine_map<(n, k) -> (n, k)>
#sums = affine_map<(n, k) -> (n)>

// Two instructions read tiles of one size; the sign of the row tells which.
// CHECK-LABEL: func.func @unsigned(
// CHECK: llvm.call_intrinsic "llvm.aarch64.neon.usdot"({{.*}}) : (vector<4xi32>, vector<16xi8>, vector<16xi8>) -> vector<4xi32>
// CHECK-LABEL: func.func @signed(
// CHECK: llvm.call_intrinsic "llvm.aarch64.neon.sdot"({{.*}}) : (vector<4xi32>, vector<16xi8>, vector<16xi8>) -> vector<4xi32>
module attributes {llvm.target = #llvm.target<triple = "aarch64-linux-gnu", chip = "", features = <["+dotprod", "+i8mm"]>>} {
  func.func @unsigned(%row: vector<4xi8>, %tile: vector<4x4xi8>, %sums: vector<4xi32>) -> vector<4xi32> {
    %q = arith.extui %row : vector<4xi8> to vector<4xi32>
    %w = arith.extsi %tile : vector<4x4xi8> to vector<4x4xi32>
    %0 = vector.contract {indexing_maps = [#row, #tile, #sums], iterator_types = ["parallel", "reduction"]} %q, %w, %sums : vector<4xi32>, vector<4x4xi32> into vector<4xi32>
    return %0 : vector<4xi32>
  }
  func.func @signed(%row: vector<4xi8>, %tile: vector<4x4xi8>, %sums: vector<4xi32>) -> vector<4xi32> {
    %q = arith.extsi %row : vector<4xi8> to vector<4xi32>
    %w = arith.extsi %tile : vector<4x4xi8> to vector<4x4xi32>
    %0 = vector.contract {indexing_maps = [#row, #tile, #sums], iterator_types = ["parallel", "reduction"]} %q, %w, %sums : vector<4xi32>, vector<4x4xi32> into vector<4xi32>
    return %0 : vector<4xi32>
  }
}

// -----

#row = affine_map<(n, k) -> (k)>
#tile = affine_map<(n, k) -> (n, k)>
#sums = affine_map<(n, k) -> (n)>

// Does nothing to other contractions: another reduction, no tile of codes, no
// codes at all.
// CHECK-LABEL: func.func @others(
// CHECK: vector.contract {{.*}} kind = #vector.kind<maxsi>
// CHECK: vector.contract
// CHECK: vector.contract
// CHECK: return
func.func @others(%row: vector<2xi16>, %tile: vector<8x2xi8>, %wide: vector<8x2xi32>, %floats: vector<8x2xf32>, %x: vector<2xf32>, %sums: vector<8xi32>, %y: vector<8xf32>) -> (vector<8xi32>, vector<8xi32>, vector<8xf32>) {
  %q = arith.extsi %row : vector<2xi16> to vector<2xi32>
  %w = arith.extsi %tile : vector<8x2xi8> to vector<8x2xi32>
  %0 = vector.contract {indexing_maps = [#row, #tile, #sums], iterator_types = ["parallel", "reduction"], kind = #vector.kind<maxsi>} %q, %w, %sums : vector<2xi32>, vector<8x2xi32> into vector<8xi32>
  %1 = vector.contract {indexing_maps = [#row, #tile, #sums], iterator_types = ["parallel", "reduction"]} %q, %wide, %sums : vector<2xi32>, vector<8x2xi32> into vector<8xi32>
  %2 = vector.contract {indexing_maps = [#row, #tile, #sums], iterator_types = ["parallel", "reduction"]} %x, %floats, %y : vector<2xf32>, vector<8x2xf32> into vector<8xf32>
  return %0, %1, %2 : vector<8xi32>, vector<8xi32>, vector<8xf32>
}

// -----

#row = affine_map<(n, k) -> (k)>
#tile = affine_map<(n, k) -> (n, k)>
#sums = affine_map<(n, k) -> (n)>

// Two narrow instructions read a wide tile.
// CHECK-LABEL: func.func @parts(
// CHECK-SAME: %[[ROW:.*]]: vector<4xi8>, %[[TILE:.*]]: vector<16x4xi8>, %[[SUMS:.*]]: vector<16xi32>
// CHECK: %[[ROWS:.*]] = vector.bitcast %{{.*}} : vector<8xi32> to vector<32xi8>
// CHECK: %[[CODES:.*]] = vector.shape_cast %[[TILE]] : vector<16x4xi8> to vector<64xi8>
// CHECK: %[[SUMS0:.*]] = vector.extract_strided_slice %[[SUMS]] {offsets = [0], sizes = [8], strides = [1]}
// CHECK: %[[CODES0:.*]] = vector.extract_strided_slice %[[CODES]] {offsets = [0], sizes = [32], strides = [1]}
// CHECK: %[[PART0:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.256"(%[[SUMS0]], %[[ROWS]], %[[CODES0]])
// CHECK: %[[SUMS1:.*]] = vector.extract_strided_slice %[[SUMS]] {offsets = [8], sizes = [8], strides = [1]}
// CHECK: %[[CODES1:.*]] = vector.extract_strided_slice %[[CODES]] {offsets = [32], sizes = [32], strides = [1]}
// CHECK: %[[PART1:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.256"(%[[SUMS1]], %[[ROWS]], %[[CODES1]])
// CHECK: %[[RESULT:.*]] = vector.shuffle %[[PART0]], %[[PART1]] [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
// CHECK: return %[[RESULT]]
module attributes {llvm.target = #llvm.target<triple = "x86_64-linux-gnu", chip = "", features = <["+avx2", "+avxvnni"]>>} {
  func.func @parts(%row: vector<4xi8>, %tile: vector<16x4xi8>, %sums: vector<16xi32>) -> vector<16xi32> {
    %q = arith.extui %row : vector<4xi8> to vector<4xi32>
    %w = arith.extsi %tile : vector<16x4xi8> to vector<16x4xi32>
    %0 = vector.contract {indexing_maps = [#row, #tile, #sums], iterator_types = ["parallel", "reduction"]} %q, %w, %sums : vector<4xi32>, vector<16x4xi32> into vector<16xi32>
    return %0 : vector<16xi32>
  }
}

// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(select-matrix-instructions, canonicalize))" | FileCheck %s

// Two differences of codes and zero point meet a tile of eight output and two
// input channels, for which AVX2 has an instruction.
module attributes {llvm.target = #llvm.target<triple = "x86_64-linux-gnu", chip = "", features = <["+avx2"]>>} {
  func.func @step(%row: vector<2xi16>, %tile: vector<8x2xi8>, %sums: vector<8xi32>) -> vector<8xi32> {
    %q = arith.extsi %row : vector<2xi16> to vector<2xi32>
    %w = arith.extsi %tile : vector<8x2xi8> to vector<8x2xi32>
    %result = vector.contract {
      indexing_maps = [affine_map<(n, k) -> (k)>, affine_map<(n, k) -> (n, k)>, affine_map<(n, k) -> (n)>],
      iterator_types = ["parallel", "reduction"]
    } %q, %w, %sums : vector<2xi32>, vector<8x2xi32> into vector<8xi32>
    return %result : vector<8xi32>
  }
}

// CHECK: %[[WORDS:.*]] = vector.broadcast %{{.*}} : i32 to vector<8xi32>
// CHECK: %[[ROW:.*]] = vector.bitcast %[[WORDS]] : vector<8xi32> to vector<16xi16>
// CHECK: %[[PRODUCTS:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"(%[[ROW]], %{{.*}}) : (vector<16xi16>, vector<16xi16>) -> vector<8xi32>
// CHECK: arith.addi %{{.*}}, %[[PRODUCTS]] : vector<8xi32>

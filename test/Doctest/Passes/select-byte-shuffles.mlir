// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(select-byte-shuffles, canonicalize))" | FileCheck %s

// Four exponentials by their code, from a table of eight: a register holds it,
// and AArch64 looks up 16 bytes at once.
module attributes {llvm.target = #llvm.target<triple = "aarch64-linux-gnu", chip = "", features = <["+neon"]>>} {
  memref.global "private" constant @exponentials : memref<8xi32> = dense<[255, 130, 66, 34, 17, 9, 4, 2]>
  func.func @exponential(%code: vector<4xi32>) -> vector<4xi32> {
    %start = arith.constant 0 : index
    %all = arith.constant dense<true> : vector<4xi1>
    %none = arith.constant dense<0> : vector<4xi32>
    %table = memref.get_global @exponentials : memref<8xi32>
    %position = arith.index_castui %code : vector<4xi32> to vector<4xindex>
    %result = vector.gather %table[%start] [%position], %all, %none
      : memref<8xi32>, vector<4xindex>, vector<4xi1>, vector<4xi32> into vector<4xi32>
    return %result : vector<4xi32>
  }
}

// CHECK-DAG: %[[TABLE:.*]] = arith.constant dense<[-1, -126, 66, 34, 17, 9, 4, 2, 2, 2, 2, 2, 2, 2, 2, 2]> : vector<16xi8>
// CHECK-DAG: %[[ELSEWHERE:.*]] = arith.constant dense<[0, -128, -128, -128, 0,
// CHECK: %[[BYTES:.*]] = vector.bitcast %{{.*}} : vector<4xi32> to vector<16xi8>
// CHECK: %[[POSITIONS:.*]] = arith.ori %[[BYTES]], %[[ELSEWHERE]] : vector<16xi8>
// CHECK: %[[FOUND:.*]] = llvm.call_intrinsic "llvm.aarch64.neon.tbl1.v16i8"(%[[TABLE]], %[[POSITIONS]])
// CHECK: vector.bitcast %[[FOUND]] : vector<16xi8> to vector<4xi32>

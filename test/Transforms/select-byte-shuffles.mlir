// RUN: quant-opt %s --split-input-file --pass-pipeline="builtin.module(func.func(select-byte-shuffles, canonicalize))" | FileCheck %s

// Both bytes of an entry, each by a position in its place; the top bit stands
// where there is none. The last of three entries fills the register.
// CHECK-LABEL: func.func @wide(
// CHECK-SAME: %[[AT:.*]]: vector<8xi32>)
// CHECK-DAG: %[[LOW:.*]] = arith.constant dense<[44, 1, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 44, 1, 100, 100,
// CHECK-DAG: %[[HIGH:.*]] = arith.constant dense<[1, 0, -1, -1,
// CHECK-DAG: %[[FIRST:.*]] = arith.constant dense<[0, -128, -128, -128, 0, -128, -128, -128,
// CHECK-DAG: %[[SECOND:.*]] = arith.constant dense<[-128, 0, -128, -128, -128, 0, -128, -128,
// CHECK-DAG: %[[EIGHT:.*]] = arith.constant dense<8> : vector<8xi32>
// CHECK: %[[A:.*]] = vector.bitcast %[[AT]] : vector<8xi32> to vector<32xi8>
// CHECK: %[[ATLOW:.*]] = arith.ori %[[A]], %[[FIRST]]
// CHECK: %[[L:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"(%[[LOW]], %[[ATLOW]])
// CHECK: %[[MOVED:.*]] = arith.shli %[[AT]], %[[EIGHT]]
// CHECK: %[[B:.*]] = vector.bitcast %[[MOVED]]
// CHECK: %[[ATHIGH:.*]] = arith.ori %[[B]], %[[SECOND]]
// CHECK: %[[H:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"(%[[HIGH]], %[[ATHIGH]])
// CHECK: %[[BOTH:.*]] = arith.ori %[[L]], %[[H]]
// CHECK: vector.bitcast %[[BOTH]] : vector<32xi8> to vector<8xi32>
// CHECK-NOT: vector.gather

// Half as many lanes have an instruction of their own.
// CHECK-LABEL: func.func @narrow(
// CHECK-COUNT-2: "llvm.x86.ssse3.pshuf.b.128"
// CHECK-NOT: vector.gather

// A row of several tables is loaded, four entries repeated; no entry of any has
// a second byte.
// CHECK-LABEL: func.func @row_of_tables(
// CHECK-SAME: %{{.*}}: vector<8xi32>, %[[HEAD:.*]]: index)
// CHECK: %[[TABLES:.*]] = memref.get_global @tables
// CHECK: %[[ROW:.*]] = vector.load %[[TABLES]][%[[HEAD]], %c0] : memref<2x4xi32>, vector<4xi32>
// CHECK: %[[BYTES:.*]] = vector.bitcast %[[ROW]] : vector<4xi32> to vector<16xi8>
// CHECK: %[[ALL:.*]] = vector.shuffle %[[BYTES]], %[[BYTES]] [0, 4, 8, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 0, 4, 8, 12,
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"(%[[ALL]],
// CHECK-NOT: llvm.call_intrinsic
// CHECK-NOT: vector.gather

// A register of 64 bytes is not there; 8 bytes fill one of 16.
// CHECK-LABEL: func.func @other_widths(
// CHECK: vector.gather
// CHECK: %[[AT:.*]] = arith.index_castui %{{.*}} : vector<2xindex> to vector<2xi32>
// CHECK: vector.shuffle %[[AT]], %[[AT]] [0, 1, 0, 1]
// CHECK-COUNT-2: "llvm.x86.ssse3.pshuf.b.128"
// CHECK: vector.extract_strided_slice %{{.*}} {offsets = [0], sizes = [2], strides = [1]}

// A mask, a place in the middle of the table.
// CHECK-LABEL: func.func @parts(
// CHECK-COUNT-2: vector.gather

// A table that is too long, one that may change, and an argument.
// CHECK-LABEL: func.func @other_tables(
// CHECK-COUNT-3: vector.gather
module attributes {llvm.target = #llvm.target<triple = "x86_64-linux-gnu", chip = "", features = <["+ssse3", "+avx2"]>>} {
  memref.global "private" constant @table : memref<3xi32> = dense<[300, 1, 65380]>
  memref.global "private" constant @long : memref<17xi32> = dense<7>
  memref.global "private" @variable : memref<3xi32> = dense<7>

  func.func @wide(%at: vector<8xi32>) -> vector<8xi32> {
    %c0 = arith.constant 0 : index
    %all = arith.constant dense<true> : vector<8xi1>
    %none = arith.constant dense<0> : vector<8xi32>
    %table = memref.get_global @table : memref<3xi32>
    %i = arith.index_castui %at : vector<8xi32> to vector<8xindex>
    %0 = vector.gather %table[%c0] [%i], %all, %none : memref<3xi32>, vector<8xindex>, vector<8xi1>, vector<8xi32> into vector<8xi32>
    return %0 : vector<8xi32>
  }

  func.func @narrow(%i: vector<4xindex>) -> vector<4xi32> {
    %c0 = arith.constant 0 : index
    %all = arith.constant dense<true> : vector<4xi1>
    %none = arith.constant dense<0> : vector<4xi32>
    %table = memref.get_global @table : memref<3xi32>
    %0 = vector.gather %table[%c0] [%i], %all, %none : memref<3xi32>, vector<4xindex>, vector<4xi1>, vector<4xi32> into vector<4xi32>
    return %0 : vector<4xi32>
  }

  memref.global "private" constant @tables : memref<2x4xi32> = dense<[[255, 79, 25, 8], [255, 90, 30, 0]]>
  func.func @row_of_tables(%at: vector<8xi32>, %head: index) -> vector<8xi32> {
    %c0 = arith.constant 0 : index
    %all = arith.constant dense<true> : vector<8xi1>
    %none = arith.constant dense<0> : vector<8xi32>
    %tables = memref.get_global @tables : memref<2x4xi32>
    %i = arith.index_castui %at : vector<8xi32> to vector<8xindex>
    %0 = vector.gather %tables[%head, %c0] [%i], %all, %none : memref<2x4xi32>, vector<8xindex>, vector<8xi1>, vector<8xi32> into vector<8xi32>
    return %0 : vector<8xi32>
  }

  func.func @other_widths(%i: vector<16xindex>, %j: vector<2xindex>) -> (vector<16xi32>, vector<2xi32>) {
    %c0 = arith.constant 0 : index
    %all = arith.constant dense<true> : vector<16xi1>
    %none = arith.constant dense<0> : vector<16xi32>
    %both = arith.constant dense<true> : vector<2xi1>
    %neither = arith.constant dense<0> : vector<2xi32>
    %table = memref.get_global @table : memref<3xi32>
    %0 = vector.gather %table[%c0] [%i], %all, %none : memref<3xi32>, vector<16xindex>, vector<16xi1>, vector<16xi32> into vector<16xi32>
    %1 = vector.gather %table[%c0] [%j], %both, %neither : memref<3xi32>, vector<2xindex>, vector<2xi1>, vector<2xi32> into vector<2xi32>
    return %0, %1 : vector<16xi32>, vector<2xi32>
  }

  func.func @parts(%i: vector<8xindex>, %some: vector<8xi1>) -> (vector<8xi32>, vector<8xi32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %all = arith.constant dense<true> : vector<8xi1>
    %none = arith.constant dense<0> : vector<8xi32>
    %table = memref.get_global @table : memref<3xi32>
    %0 = vector.gather %table[%c0] [%i], %some, %none : memref<3xi32>, vector<8xindex>, vector<8xi1>, vector<8xi32> into vector<8xi32>
    %1 = vector.gather %table[%c1] [%i], %all, %none : memref<3xi32>, vector<8xindex>, vector<8xi1>, vector<8xi32> into vector<8xi32>
    return %0, %1 : vector<8xi32>, vector<8xi32>
  }

  func.func @other_tables(%i: vector<8xindex>, %argument: memref<3xi32>) -> (vector<8xi32>, vector<8xi32>, vector<8xi32>) {
    %c0 = arith.constant 0 : index
    %all = arith.constant dense<true> : vector<8xi1>
    %none = arith.constant dense<0> : vector<8xi32>
    %long = memref.get_global @long : memref<17xi32>
    %variable = memref.get_global @variable : memref<3xi32>
    %0 = vector.gather %long[%c0] [%i], %all, %none : memref<17xi32>, vector<8xindex>, vector<8xi1>, vector<8xi32> into vector<8xi32>
    %1 = vector.gather %variable[%c0] [%i], %all, %none : memref<3xi32>, vector<8xindex>, vector<8xi1>, vector<8xi32> into vector<8xi32>
    %2 = vector.gather %argument[%c0] [%i], %all, %none : memref<3xi32>, vector<8xindex>, vector<8xi1>, vector<8xi32> into vector<8xi32>
    return %0, %1, %2 : vector<8xi32>, vector<8xi32>, vector<8xi32>
  }
}

// -----

// AArch64 has its own; a processor without a target, or without an instruction,
// none.
// CHECK-LABEL: func.func @arm(
// CHECK: llvm.call_intrinsic "llvm.aarch64.neon.tbl1.v16i8"
module attributes {llvm.target = #llvm.target<triple = "aarch64-linux-gnu", chip = "", features = <["+neon"]>>} {
  memref.global "private" constant @table : memref<16xi8> = dense<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]>
  func.func @arm(%at: vector<16xi8>) -> vector<16xi8> {
    %c0 = arith.constant 0 : index
    %all = arith.constant dense<true> : vector<16xi1>
    %none = arith.constant dense<0> : vector<16xi8>
    %table = memref.get_global @table : memref<16xi8>
    %i = arith.index_castui %at : vector<16xi8> to vector<16xindex>
    %0 = vector.gather %table[%c0] [%i], %all, %none : memref<16xi8>, vector<16xindex>, vector<16xi1>, vector<16xi8> into vector<16xi8>
    return %0 : vector<16xi8>
  }
}

// -----

// CHECK-LABEL: func.func @without(
// CHECK: vector.gather
memref.global "private" constant @table : memref<3xi32> = dense<[300, 1, 65380]>
func.func @without(%i: vector<4xindex>) -> vector<4xi32> {
  %c0 = arith.constant 0 : index
  %all = arith.constant dense<true> : vector<4xi1>
  %none = arith.constant dense<0> : vector<4xi32>
  %table = memref.get_global @table : memref<3xi32>
  %0 = vector.gather %table[%c0] [%i], %all, %none : memref<3xi32>, vector<4xindex>, vector<4xi1>, vector<4xi32> into vector<4xi32>
  return %0 : vector<4xi32>
}

// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(select-packs, canonicalize))" | FileCheck %s

// Codes of a softmax: two registers of 16 integers each become one of bytes.
module attributes {llvm.target = #llvm.target<triple = "x86_64-linux-gnu", chip = "", features = <["+avx2"]>>} {
  func.func @codes(%x: vector<32xi16>) -> vector<32xi8> {
    %half = arith.constant dense<64> : vector<32xi16>
    %by = arith.constant dense<7> : vector<32xi16>
    %least = arith.constant dense<-128> : vector<32xi16>
    %most = arith.constant dense<127> : vector<32xi16>
    %0 = arith.addi %x, %half : vector<32xi16>
    %1 = arith.shrsi %0, %by : vector<32xi16>
    %2 = arith.maxsi %1, %least : vector<32xi16>
    %3 = arith.minsi %2, %most : vector<32xi16>
    %4 = arith.trunci %3 : vector<32xi16> to vector<32xi8>
    return %4 : vector<32xi8>
  }
}

// CHECK: %[[STEPS:.*]] = arith.shrsi
// CHECK-NOT: arith.maxsi
// CHECK: %[[FIRST:.*]] = vector.extract_strided_slice %[[STEPS]] {offsets = [0], sizes = [16], strides = [1]}
// CHECK: %[[SECOND:.*]] = vector.extract_strided_slice %[[STEPS]] {offsets = [16], sizes = [16], strides = [1]}
// CHECK: %[[PACKED:.*]] = llvm.call_intrinsic "llvm.x86.avx2.packsswb"(%[[FIRST]], %[[SECOND]])
// CHECK: %[[CODES:.*]] = vector.shuffle %[[PACKED]], %[[PACKED]] [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 8, 9,
// CHECK: return %[[CODES]]

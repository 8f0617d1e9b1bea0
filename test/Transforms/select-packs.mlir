// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(select-packs, canonicalize, cse))" | FileCheck %s

module attributes {llvm.target = #llvm.target<triple = "x86_64-linux-gnu", chip = "", features = <["+avx2"]>>} {
  // From 32 bits to 16 to 8: one permutation in all, of bytes.
  // CHECK-LABEL: func.func @both_steps(
  // CHECK-COUNT-2: "llvm.x86.avx2.packusdw"
  // CHECK-NOT: vector.shuffle
  // CHECK: arith.addi
  // CHECK-NOT: vector.shuffle
  // CHECK: "llvm.x86.avx2.packuswb"
  // CHECK: vector.shuffle {{.*}} [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23, 8, 9,
  // CHECK-NOT: vector.shuffle
  func.func @both_steps(%x: vector<32xi32>) -> vector<32xi8> {
    %zero = arith.constant dense<0> : vector<32xi32>
    %most = arith.constant dense<65535> : vector<32xi32>
    %one = arith.constant dense<1> : vector<32xi16>
    %eight = arith.constant dense<8> : vector<32xi16>
    %0 = arith.maxsi %x, %zero : vector<32xi32>
    %1 = arith.minsi %0, %most : vector<32xi32>
    %2 = arith.trunci %1 : vector<32xi32> to vector<32xi16>
    %3 = arith.addi %2, %one : vector<32xi16>
    %4 = arith.shrui %3, %eight : vector<32xi16>
    %5 = arith.trunci %4 : vector<32xi16> to vector<32xi8>
    return %5 : vector<32xi8>
  }

  // Bytes that are wide for a while: no permutation at all.
  // CHECK-LABEL: func.func @there_and_back(
  // CHECK: vector.shuffle {{.*}} [0, 32, 1, 32, 2, 32, 3, 32, 4, 32, 5, 32, 6, 32, 7, 32, 16, 32,
  // CHECK-NOT: vector.shuffle
  // CHECK: "llvm.x86.avx2.packuswb"
  // CHECK-NOT: vector.shuffle
  func.func @there_and_back(%x: vector<32xi8>) -> vector<32xi8> {
    %eight = arith.constant dense<8> : vector<32xi16>
    %0 = arith.extui %x : vector<32xi8> to vector<32xi16>
    %1 = arith.muli %0, %0 : vector<32xi16>
    %2 = arith.shrui %1, %eight : vector<32xi16>
    %3 = arith.trunci %2 : vector<32xi16> to vector<32xi8>
    return %3 : vector<32xi8>
  }

  // A sum takes its pairs in any order.
  // CHECK-LABEL: func.func @sum(
  // CHECK: vector.shuffle {{.*}} [0, 32, 1, 32,
  // CHECK-NOT: vector.shuffle
  func.func @sum(%rows: memref<4x32xi8>) -> i32 {
    %zero = arith.constant dense<0> : vector<16xi32>
    %sixteen = arith.constant dense<16> : vector<16xi32>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %sums = scf.for %i = %c0 to %c4 step %c1 iter_args(%before = %zero) -> vector<16xi32> {
      %0 = vector.load %rows[%i, %c0] : memref<4x32xi8>, vector<32xi8>
      %1 = arith.extui %0 : vector<32xi8> to vector<32xi16>
      %2 = arith.muli %1, %1 : vector<32xi16>
      %3 = vector.bitcast %2 : vector<32xi16> to vector<16xi32>
      %4 = arith.shrui %3, %sixteen : vector<16xi32>
      %after = arith.addi %before, %4 : vector<16xi32>
      scf.yield %after : vector<16xi32>
    }
    %sum = vector.reduction <add>, %sums : vector<16xi32> into i32
    return %sum : i32
  }

  // Sums of which lanes are seen keep them.
  // CHECK-LABEL: func.func @lanes(
  // CHECK-COUNT-2: vector.shuffle
  func.func @lanes(%row: vector<32xi8>) -> vector<16xi32> {
    %zero = arith.constant dense<0> : vector<16xi32>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %sums = scf.for %i = %c0 to %c4 step %c1 iter_args(%before = %zero) -> vector<16xi32> {
      %0 = arith.extui %row : vector<32xi8> to vector<32xi16>
      %1 = vector.bitcast %0 : vector<32xi16> to vector<16xi32>
      %after = arith.addi %before, %1 : vector<16xi32>
      scf.yield %after : vector<16xi32>
    }
    return %sums : vector<16xi32>
  }

  // Without a clamp a pack would change values, half a register has no pack,
  // and a high product stays what LLVM knows.
  // CHECK-LABEL: func.func @others(
  // CHECK-NOT: llvm.call_intrinsic
  // CHECK-NOT: vector.shuffle
  // CHECK: return
  func.func @others(%x: vector<32xi32>, %y: vector<16xi16>, %z: vector<32xi16>)
      -> (vector<32xi16>, vector<16xi8>, vector<32xi16>) {
    %eight = arith.constant dense<8> : vector<16xi16>
    %sixteen = arith.constant dense<16> : vector<32xi32>
    %0 = arith.trunci %x : vector<32xi32> to vector<32xi16>
    %1 = arith.shrui %y, %eight : vector<16xi16>
    %2 = arith.trunci %1 : vector<16xi16> to vector<16xi8>
    %3 = arith.extui %z : vector<32xi16> to vector<32xi32>
    %4 = arith.muli %3, %3 : vector<32xi32>
    %5 = arith.shrui %4, %sixteen : vector<32xi32>
    %6 = arith.trunci %5 : vector<32xi32> to vector<32xi16>
    return %0, %2, %6 : vector<32xi16>, vector<16xi8>, vector<32xi16>
  }
}

// RUN: quant-opt %s --prefetch-streams --canonicalize | FileCheck %s

// A tile of a weight, 32 steps of 64 bytes: while a step is computed, the memory
// of the one 24 steps later is on its way. Behind the tile lies the next one.
func.func @tile(%weight: memref<64x32x64xi8>, %tile: index) -> vector<64xi8> {
  %first = arith.constant 0 : index
  %one = arith.constant 1 : index
  %steps = arith.constant 32 : index
  %padding = arith.constant 0 : i8
  %zero = arith.constant dense<0> : vector<64xi8>
  %sums = scf.for %step = %first to %steps step %one iter_args(%sum = %zero) -> vector<64xi8> {
    %codes = vector.transfer_read %weight[%tile, %step, %first], %padding {in_bounds = [true]} : memref<64x32x64xi8>, vector<64xi8>
    %next = arith.addi %sum, %codes : vector<64xi8>
    scf.yield %next : vector<64xi8>
  }
  return %sums : vector<64xi8>
}

// CHECK-LABEL: func.func @tile
// CHECK: scf.for %[[STEP:.*]] = %{{.*}} to %{{.*}} step
// CHECK: %[[AHEAD:.*]] = arith.addi %[[STEP]], %c24
// CHECK: memref.prefetch %{{.*}}[%{{.*}}, %[[AHEAD]], %{{.*}}], read
// CHECK: vector.transfer_read

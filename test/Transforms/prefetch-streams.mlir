// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(prefetch-streams))" --split-input-file | FileCheck %s
// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(prefetch-streams{distance=100}))" --split-input-file | FileCheck %s --check-prefix=NEAR

// A step of 64 bytes is a line; 1536 bytes are 24 of them, and 100 at least two.
// CHECK-LABEL: func.func @line(
// CHECK-SAME: %[[W:.*]]: memref<64x32x64xi8>, %[[TILE:.*]]: index)
// CHECK: scf.for %[[STEP:.*]] = %c0 to %c32 step %c1
// CHECK: %[[AHEAD:.*]] = arith.addi %[[STEP]], %c24
// CHECK: memref.prefetch %[[W]][%[[TILE]], %[[AHEAD]], %c0], read, locality<3>, data : memref<64x32x64xi8>
// CHECK: vector.transfer_read %[[W]][%[[TILE]], %[[STEP]], %c0]
// NEAR-LABEL: func.func @line(
// NEAR: arith.addi %{{.*}}, %c2
func.func @line(%w: memref<64x32x64xi8>, %tile: index) -> vector<64xi8> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  %pad = arith.constant 0 : i8
  %zero = arith.constant dense<0> : vector<64xi8>
  %r = scf.for %step = %c0 to %c32 step %c1 iter_args(%sum = %zero) -> vector<64xi8> {
    %v = vector.transfer_read %w[%tile, %step, %c0], %pad {in_bounds = [true]} : memref<64x32x64xi8>, vector<64xi8>
    %next = arith.addi %sum, %v : vector<64xi8>
    scf.yield %next : vector<64xi8>
  }
  return %r : vector<64xi8>
}

// -----

// Four steps of 16 bytes are a line, and one request is for all of them; two of
// 50 steps are left.
// CHECK-LABEL: func.func @unrolled(
// CHECK: scf.for %{{.*}} = %c0 to %c48{{.*}} step %c4
// CHECK: memref.prefetch
// CHECK-NOT: memref.prefetch
// CHECK-COUNT-4: vector.transfer_read
// CHECK: scf.yield
// CHECK: scf.for %{{.*}} = %c48{{.*}} to %c50
// CHECK-NOT: memref.prefetch
// CHECK: vector.transfer_read
func.func @unrolled(%w: memref<128x50x16xi8>, %tile: index) -> vector<16xi8> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c50 = arith.constant 50 : index
  %pad = arith.constant 0 : i8
  %zero = arith.constant dense<0> : vector<16xi8>
  %r = scf.for %step = %c0 to %c50 step %c1 iter_args(%sum = %zero) -> vector<16xi8> {
    %v = vector.transfer_read %w[%tile, %step, %c0], %pad {in_bounds = [true]} : memref<128x50x16xi8>, vector<16xi8>
    %next = arith.addi %sum, %v : vector<16xi8>
    scf.yield %next : vector<16xi8>
  }
  return %r : vector<16xi8>
}

// -----

// Not for a buffer that a cache holds, two streams at once, a step that leaves
// bytes out, one of 4 bytes, a place that moves with another loop, or a loop
// around loops.
// CHECK-LABEL: func.func @declined(
// CHECK-NOT: memref.prefetch
func.func @declined(%small: memref<4x32x64xi8>, %w: memref<64x32x64xi8>, %short: memref<1024x32x4xi8>, %i: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  %pad = arith.constant 0 : i8
  scf.for %step = %c0 to %c32 step %c1 {
    %v = vector.transfer_read %small[%i, %step, %c0], %pad {in_bounds = [true]} : memref<4x32x64xi8>, vector<64xi8>
    vector.print %v : vector<64xi8>
  }
  scf.for %step = %c0 to %c32 step %c1 {
    %x = vector.transfer_read %w[%i, %step, %c0], %pad {in_bounds = [true]} : memref<64x32x64xi8>, vector<64xi8>
    %y = vector.transfer_read %w[%c0, %step, %c0], %pad {in_bounds = [true]} : memref<64x32x64xi8>, vector<64xi8>
    vector.print %x : vector<64xi8>
    vector.print %y : vector<64xi8>
  }
  scf.for %step = %c0 to %c32 step %c1 {
    %v = vector.transfer_read %w[%i, %step, %c0], %pad {in_bounds = [true]} : memref<64x32x64xi8>, vector<32xi8>
    vector.print %v : vector<32xi8>
  }
  scf.for %step = %c0 to %c32 step %c1 {
    %v = vector.transfer_read %short[%i, %step, %c0], %pad {in_bounds = [true]} : memref<1024x32x4xi8>, vector<4xi8>
    vector.print %v : vector<4xi8>
  }
  scf.for %step = %c0 to %c32 step %c1 {
    %v = vector.transfer_read %w[%step, %step, %c0], %pad {in_bounds = [true]} : memref<64x32x64xi8>, vector<64xi8>
    scf.for %j = %c0 to %c32 step %c1 {
      vector.print %v : vector<64xi8>
    }
  }
  return
}

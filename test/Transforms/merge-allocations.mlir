// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(merge-allocations,canonicalize))" --split-input-file | FileCheck %s
// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(merge-allocations{most-bytes=4},canonicalize))" --split-input-file | FileCheck %s --check-prefix=LESS

// Parts at multiples of 64 bytes; a buffer of 600 bytes a row stays alone. The
// size of the last comes from behind the first, and moves.
// CHECK-LABEL: func.func @rows(
// CHECK-SAME: %[[N:.*]]: index
// CHECK: %[[TWICE:.*]] = arith.addi %[[N]], %[[N]]
// CHECK: %[[FIRST:.*]] = arith.muli %[[N]], %c4
// CHECK: %[[UP:.*]] = arith.addi %[[FIRST]], %c63
// CHECK: %[[A:.*]] = arith.andi %[[UP]], %c-64
// CHECK: %[[B:.*]] = arith.addi %[[A]], %{{.*}}
// CHECK: %[[TOTAL:.*]] = arith.addi %[[B]], %{{.*}}
// CHECK: %[[ALL:.*]] = memref.alloc(%[[TOTAL]]) {alignment = 64 : i64} : memref<?xi8>
// CHECK: memref.view %[[ALL]][%c0][%[[N]]] : memref<?xi8> to memref<?xi32>
// CHECK: memref.view %[[ALL]][%[[A]]][%[[N]]] : memref<?xi8> to memref<?x3xi16>
// CHECK: memref.alloc(%[[N]]) : memref<?x150xi32>
// CHECK: memref.view %[[ALL]][%[[B]]][%[[TWICE]]] : memref<?xi8> to memref<?xi8>
// CHECK: call @last
// CHECK: memref.dealloc %[[ALL]] : memref<?xi8>
// CHECK: memref.dealloc %{{.*}} : memref<?x150xi32>
// CHECK-NOT: memref.dealloc
// LESS-LABEL: func.func @rows(
// LESS: memref.view {{.*}} to memref<?xi32>
// LESS: memref.alloc({{.*}}) : memref<?x3xi16>
// LESS: memref.view {{.*}} to memref<?xi8>
func.func @rows(%n: index) {
  %a = memref.alloc(%n) : memref<?xi32>
  call @use(%a) : (memref<?xi32>) -> ()
  %b = memref.alloc(%n) : memref<?x3xi16>
  %large = memref.alloc(%n) : memref<?x150xi32>
  %twice = arith.addi %n, %n : index
  %c = memref.alloc(%twice) : memref<?xi8>
  memref.dealloc %a : memref<?xi32>
  call @last(%b, %large, %c) : (memref<?x3xi16>, memref<?x150xi32>, memref<?xi8>) -> ()
  memref.dealloc %b : memref<?x3xi16>
  memref.dealloc %c : memref<?xi8>
  memref.dealloc %large : memref<?x150xi32>
  return
}
func.func private @use(memref<?xi32>)
func.func private @last(memref<?x3xi16>, memref<?x150xi32>, memref<?xi8>)

// -----

// A block of a loop has memory of its own.
// CHECK-LABEL: func.func @loop(
// CHECK: scf.for
// CHECK: %[[ALL:.*]] = memref.alloc() {alignment = 64 : i64} : memref<128xi8>
// CHECK: memref.view %[[ALL]][%c0]
// CHECK: memref.view %[[ALL]][%c64]
// CHECK: memref.dealloc %[[ALL]]
func.func @loop(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %a = memref.alloc() : memref<2xi64>
    %b = memref.alloc() : memref<3xi32>
    func.call @use(%a, %b) : (memref<2xi64>, memref<3xi32>) -> ()
    memref.dealloc %a : memref<2xi64>
    memref.dealloc %b : memref<3xi32>
  }
  return
}
func.func private @use(memref<2xi64>, memref<3xi32>)

// -----

// Left alone: what leaves the block, what another block frees, bits, another
// layout, and a size that is read from memory after the first is made.
// CHECK-LABEL: func.func @declined(
// CHECK-NOT: memref.view
// CHECK: return
func.func @declined(%n: index, %free: i1, %sizes: memref<1xindex>) -> memref<?xi32> {
  %c0 = arith.constant 0 : index
  %first = memref.alloc(%n) : memref<?xi32>
  %result = memref.alloc(%n) : memref<?xi32>
  %bits = memref.alloc(%n) : memref<?xi1>
  %layout = memref.alloc(%n) : memref<?xi32, affine_map<(i) -> (i * 2)>>
  %elsewhere = memref.alloc(%n) : memref<?xi32>
  call @use(%first, %result, %bits, %layout, %elsewhere, %sizes)
      : (memref<?xi32>, memref<?xi32>, memref<?xi1>, memref<?xi32, affine_map<(i) -> (i * 2)>>, memref<?xi32>, memref<1xindex>) -> ()
  %size = memref.load %sizes[%c0] : memref<1xindex>
  %late = memref.alloc(%size) : memref<?xi32>
  call @see(%late) : (memref<?xi32>) -> ()
  scf.if %free {
    memref.dealloc %elsewhere : memref<?xi32>
  }
  memref.dealloc %first : memref<?xi32>
  memref.dealloc %bits : memref<?xi1>
  memref.dealloc %layout : memref<?xi32, affine_map<(i) -> (i * 2)>>
  memref.dealloc %late : memref<?xi32>
  return %result : memref<?xi32>
}
func.func private @use(memref<?xi32>, memref<?xi32>, memref<?xi1>, memref<?xi32, affine_map<(i) -> (i * 2)>>, memref<?xi32>, memref<1xindex>)
func.func private @see(memref<?xi32>)

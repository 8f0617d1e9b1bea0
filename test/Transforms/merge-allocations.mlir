// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(merge-allocations,canonicalize))" --split-input-file | FileCheck %s
// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(merge-allocations{most-bytes=4},canonicalize))" --split-input-file | FileCheck %s --check-prefix=LESS

// Parts at multiples of 64 bytes. The size of the last comes from behind the
// first, and moves.
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
// CHECK: memref.view %[[ALL]][%[[B]]][%[[TWICE]]] : memref<?xi8> to memref<?xi8>
// CHECK: call @last
// CHECK: memref.dealloc %[[ALL]] : memref<?xi8>
// CHECK-NOT: memref.dealloc
//
// Of more bytes than may be merged: an allocation of its own, freed after its last
// use.
// LESS-LABEL: func.func @rows(
// LESS: %[[ALONE:.*]] = memref.alloc(
// LESS: %[[SMALL:.*]] = memref.alloc(
// LESS: memref.view %[[SMALL]][%c0]{{.*}} to memref<?xi32>
// LESS: memref.view %[[ALONE]][%c0]{{.*}} to memref<?x3xi16>
// LESS: memref.view %[[SMALL]]{{.*}} to memref<?xi8>
// LESS: call @last
// LESS-NEXT: memref.dealloc %[[ALONE]]
// LESS-NEXT: memref.dealloc %[[SMALL]]
func.func @rows(%n: index) {
  %a = memref.alloc(%n) : memref<?xi32>
  call @use(%a) : (memref<?xi32>) -> ()
  %b = memref.alloc(%n) : memref<?x3xi16>
  %twice = arith.addi %n, %n : index
  %c = memref.alloc(%twice) : memref<?xi8>
  memref.dealloc %a : memref<?xi32>
  call @last(%b, %c) : (memref<?x3xi16>, memref<?xi8>) -> ()
  memref.dealloc %b : memref<?x3xi16>
  memref.dealloc %c : memref<?xi8>
  return
}
func.func private @use(memref<?xi32>)
func.func private @last(memref<?x3xi16>, memref<?xi8>)

// -----

#product = affine_map<()[s0, s1] -> (s0 * s1)>

// `%b` and `%c` are there when `%a` has gone: `%b`, whose size is another product
// of the same factors, takes its place, which grows for it; `%c` has other
// factors. Then `%e` takes the smallest place that has room, that of `%d`.
// CHECK-LABEL: func.func @shared(
// CHECK-SAME: %[[N:.*]]: index, %[[M:.*]]: index
// CHECK: %[[ROWS:.*]] = affine.apply
// CHECK: %[[A4:.*]] = arith.muli %[[N]], %c400
// CHECK: %[[A:.*]] = arith.muli %[[A4]], %[[M]]
// CHECK: memref.alloc(%{{.*}}) {alignment = 64 : i64} : memref<?xi8>
// CHECK-NEXT: memref.view %{{.*}}[%c0][%[[N]], %[[M]]] : memref<?xi8> to memref<?x?x10xi32>
// CHECK: memref.view %{{.*}}[%c0][%[[ROWS]]] : memref<?xi8> to memref<?x100xi32>
// CHECK: memref.view %{{.*}}[%[[C:.*]]][%[[N]]] : memref<?xi8> to memref<?xi32>
// CHECK: memref.view %{{.*}}[%[[D:.*]]][%[[M]], %[[N]]] : memref<?xi8> to memref<?x?x4xi8>
// CHECK: memref.view %{{.*}}[%[[D]]][%[[N]], %[[M]]] : memref<?xi8> to memref<?x?x3xi8>
// CHECK-NOT: memref.alloc
func.func @shared(%n: index, %m: index) {
  %a = memref.alloc(%n, %m) : memref<?x?x10xi32>
  call @use(%a) : (memref<?x?x10xi32>) -> ()
  memref.dealloc %a : memref<?x?x10xi32>
  %rows = affine.apply #product()[%n, %m]
  %b = memref.alloc(%rows) : memref<?x100xi32>
  %c = memref.alloc(%n) : memref<?xi32>
  %d = memref.alloc(%m, %n) : memref<?x?x4xi8>
  call @next(%b, %c, %d) : (memref<?x100xi32>, memref<?xi32>, memref<?x?x4xi8>) -> ()
  memref.dealloc %b : memref<?x100xi32>
  memref.dealloc %c : memref<?xi32>
  memref.dealloc %d : memref<?x?x4xi8>
  %e = memref.alloc(%n, %m) : memref<?x?x3xi8>
  call @last(%e) : (memref<?x?x3xi8>) -> ()
  memref.dealloc %e : memref<?x?x3xi8>
  return
}
func.func private @use(memref<?x?x10xi32>)
func.func private @next(memref<?x100xi32>, memref<?xi32>, memref<?x?x4xi8>)
func.func private @last(memref<?x?x3xi8>)

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

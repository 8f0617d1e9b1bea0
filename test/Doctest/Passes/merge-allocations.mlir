// RUN: quant-opt %s --merge-allocations --canonicalize | FileCheck %s

// The scale of every row is a multiplier and an exponent: one allocation for
// both, of which each begins at a multiple of 64 bytes.
func.func @scales(%rows: index) {
  %multiplier = memref.alloc(%rows) : memref<?xi32>
  %exponent = memref.alloc(%rows) : memref<?xi32>
  call @use(%multiplier, %exponent) : (memref<?xi32>, memref<?xi32>) -> ()
  memref.dealloc %multiplier : memref<?xi32>
  memref.dealloc %exponent : memref<?xi32>
  return
}
func.func private @use(memref<?xi32>, memref<?xi32>)

// CHECK-LABEL: func.func @scales
// CHECK: %[[ALL:.*]] = memref.alloc(%{{.*}}) {{.*}} : memref<?xi8>
// CHECK: memref.view %[[ALL]][%c0]
// CHECK: memref.view %[[ALL]][%{{.*}}]
// CHECK: memref.dealloc %[[ALL]]

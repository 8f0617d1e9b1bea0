// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(simplify-parallel-regions))" | FileCheck %s

// A region that is one loop over rows, as `convert-scf-to-openmp` leaves it.
func.func @double(%x: memref<?xi32>, %rows: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%row) : index = (%c0) to (%rows) step (%c1) {
        %element = memref.load %x[%row] : memref<?xi32>
        %sum = arith.addi %element, %element : i32
        memref.store %sum, %x[%row] : memref<?xi32>
        omp.yield
      }
    }
    omp.terminator
  }
  return
}

// CHECK: func.func @double(%{{.*}}: memref<?xi32>, %[[ROWS:.*]]: index)
// CHECK: %[[SEVERAL:.*]] = arith.cmpi sgt, %[[ROWS]], %c1
// CHECK: omp.parallel if(%[[SEVERAL]]) {
// CHECK-NEXT: omp.wsloop nowait {

// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(simplify-parallel-regions))" --split-input-file | FileCheck %s

// Any of several loops may have several steps; a nest of known size is decided
// when it is compiled.
// CHECK-LABEL: func.func @nests(
// CHECK-SAME: %[[N:.*]]: index)
// CHECK: %[[ROWS:.*]] = arith.cmpi sgt, %[[N]], %c4
// CHECK: %[[DISTANCE:.*]] = arith.subi %[[N]], %c4
// CHECK: %[[COLUMNS:.*]] = arith.cmpi sgt, %[[DISTANCE]], %c8
// CHECK: %[[EITHER:.*]] = arith.ori %[[ROWS]], %[[COLUMNS]]
// CHECK: omp.parallel if(%[[EITHER]])
// CHECK-NEXT: omp.wsloop nowait
// CHECK: %[[ALWAYS:.*]] = arith.constant true
// CHECK: omp.parallel if(%[[ALWAYS]])
// CHECK: %[[NEVER:.*]] = arith.constant false
// CHECK: omp.parallel if(%[[NEVER]])
func.func @nests(%n: index) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i, %j) : index = (%c0, %c4) to (%n, %n) step (%c4, %c8) collapse(2) {
        func.call @use(%i) : (index) -> ()
        omp.yield
      }
    }
    omp.terminator
  }
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i) : index = (%c0) to (%c8) step (%c4) {
        func.call @use(%i) : (index) -> ()
        omp.yield
      }
    }
    omp.terminator
  }
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i) : index = (%c4) to (%c8) step (%c4) {
        func.call @use(%i) : (index) -> ()
        omp.yield
      }
    }
    omp.terminator
  }
  return
}
func.func private @use(index)

// -----

// A scope that holds stack memory stays.
// CHECK-LABEL: func.func @scopes(
// CHECK: omp.loop_nest
// CHECK-NOT: memref.alloca_scope
// CHECK: scf.for
// CHECK: call @use
// CHECK: omp.yield
// CHECK: omp.loop_nest
// CHECK: memref.alloca_scope {
// CHECK: memref.alloca()
func.func @scopes(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i) : index = (%c0) to (%n) step (%c1) {
        memref.alloca_scope {
          scf.for %j = %c0 to %i step %c1 {
            func.call @use(%j) : (index) -> ()
          }
        }
        omp.yield
      }
    }
    omp.terminator
  }
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i) : index = (%c0) to (%n) step (%c1) {
        memref.alloca_scope {
          %place = memref.alloca() : memref<index>
          memref.store %i, %place[] : memref<index>
        }
        omp.yield
      }
    }
    omp.terminator
  }
  return
}
func.func private @use(index)

// -----

// Code behind the loop needs all of it; a condition and bounds that the loop
// reaches are left alone.
// CHECK-LABEL: func.func @declined(
// CHECK: omp.parallel {
// CHECK-NEXT: omp.wsloop {
// CHECK: omp.parallel if(%{{.*}}) {
// CHECK-NEXT: omp.wsloop nowait {
// CHECK: omp.parallel {
// CHECK-NEXT: omp.wsloop nowait {
func.func @declined(%n: index, %condition: i1) {
  %c1 = arith.constant 1 : index
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i) : index = (%c1) to (%n) step (%c1) {
        func.call @use(%i) : (index) -> ()
        omp.yield
      }
    }
    func.call @use(%n) : (index) -> ()
    omp.terminator
  }
  omp.parallel if(%condition) {
    omp.wsloop {
      omp.loop_nest (%i) : index = (%c1) to (%n) step (%c1) {
        func.call @use(%i) : (index) -> ()
        omp.yield
      }
    }
    omp.terminator
  }
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i) : index = (%c1) to (%n) inclusive step (%c1) {
        func.call @use(%i) : (index) -> ()
        omp.yield
      }
    }
    omp.terminator
  }
  return
}
func.func private @use(index)

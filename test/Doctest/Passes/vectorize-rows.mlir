// RUN: quant-opt %s --vectorize-rows=vector-bits=128 --canonicalize --cse | FileCheck %s

// Each row times a factor of its own: the factor is read once a row, and as
// many elements as fill four registers are multiplied with it at a time.
func.func @scale(%x: memref<?x32xi32>, %factors: memref<?xi32>) {
  linalg.generic {
    indexing_maps = [affine_map<(r, c) -> (r)>, affine_map<(r, c) -> (r, c)>],
    iterator_types = ["parallel", "parallel"]
  } ins(%factors : memref<?xi32>) outs(%x : memref<?x32xi32>) {
  ^bb0(%factor: i32, %element: i32):
    %product = arith.muli %element, %factor : i32
    linalg.yield %product : i32
  }
  return
}

// CHECK: scf.parallel (%[[ROW:.*]]) = (%c0) to (%{{.*}}) step (%c1)
// CHECK: %[[FACTOR:.*]] = memref.load %{{.*}}[%[[ROW]]]
// CHECK: scf.for %[[C:.*]] = %c0 to %c32 step %c16
// CHECK: %[[ELEMENTS:.*]] = vector.load %{{.*}}[%[[ROW]], %[[C]]] : memref<?x32xi32>, vector<16xi32>
// CHECK: %[[FACTORS:.*]] = vector.broadcast %[[FACTOR]]
// CHECK: %[[PRODUCTS:.*]] = arith.muli %[[ELEMENTS]], %[[FACTORS]] : vector<16xi32>
// CHECK: vector.store %[[PRODUCTS]], %{{.*}}[%[[ROW]], %[[C]]]

// RUN: quant-opt %s --pool-state | FileCheck %s

// Codes and exponents of one cache become two views of the state.
func.func @step(%row: memref<1x4xi8>,
                %codes: memref<?x4xi8> {transformer.cache = "key.0"},
                %exponents: memref<?x1xi32> {transformer.cache = "key.0"}) {
  call @layer(%row, %codes, %exponents) : (memref<1x4xi8>, memref<?x4xi8>, memref<?x1xi32>) -> ()
  return
}
func.func private @layer(memref<1x4xi8>, memref<?x4xi8>, memref<?x1xi32>)

// CHECK: func.func @step(%[[ROW:.*]]: memref<1x4xi8>, %[[STATE:.*]]: memref<?xi8>, %[[BATCH:.*]]: index, %[[CAPACITY:.*]]: index)
// CHECK: %[[BYTES:.*]] = arith.muli %c4, %[[CAPACITY]]
// CHECK: %[[LINES:.*]] = arith.ceildivui %[[BYTES]], %c64
// CHECK: %[[PLACE:.*]] = arith.muli %[[LINES]], %c64
// CHECK: %[[NEXT:.*]] = arith.addi %c0, %[[PLACE]]
// CHECK: %[[CODES:.*]] = memref.view %[[STATE]][%c0][%[[CAPACITY]]] : memref<?xi8> to memref<?x4xi8>
// CHECK: %[[EXPONENTS:.*]] = memref.view %[[STATE]][%[[NEXT]]][%[[CAPACITY]]] : memref<?xi8> to memref<?x1xi32>
// CHECK: call @layer(%[[ROW]], %[[CODES]], %[[EXPONENTS]])
// CHECK: func.func @step_state_size(%[[BATCH:.*]]: index, %[[CAPACITY:.*]]: index) -> index

// RUN: quant-opt %s --pool-state -split-input-file -verify-diagnostics -allow-unregistered-dialect | FileCheck %s

// A batch that is dynamic, one that is static, and a capacity that is: 8 bytes
// and 3 * 8 * 16 bytes a position, or in all.
// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[X:.*]]: index, %[[STATE:.*]]: memref<?xi8>, %[[BATCH:.*]]: index, %[[CAPACITY:.*]]: index)
// CHECK: memref.view %[[STATE]][%{{.*}}][%[[BATCH]], %[[CAPACITY]]] : memref<?xi8> to memref<?x?x8xi8>
// CHECK: memref.view %[[STATE]][%{{.*}}][%[[CAPACITY]]] : memref<?xi8> to memref<2x?x8xf32>
// CHECK: memref.view %[[STATE]][%{{.*}}][] : memref<?xi8> to memref<3x8x16xi8>
// CHECK: "test.use"(%[[X]]
// CHECK-LABEL: func.func @step_state_size(
// CHECK-SAME: %[[BATCH:.*]]: index, %[[CAPACITY:.*]]: index) -> index
// CHECK: %[[A:.*]] = arith.muli %c8{{.*}}, %[[BATCH]]
// CHECK: arith.muli %[[A]], %[[CAPACITY]]
// CHECK: arith.muli %c64{{.*}}, %[[CAPACITY]]
// CHECK: arith.ceildivui %c384
// CHECK: %[[END:.*]] = arith.addi
// CHECK: return %[[END]]
func.func @step(%a: memref<?x?x8xi8> {transformer.cache = "a"}, %x: index, %b: memref<2x?x8xf32> {transformer.cache = "b"}, %c: memref<3x8x16xi8> {transformer.cache = "c"}) {
  "test.use"(%x, %a, %b, %c) : (index, memref<?x?x8xi8>, memref<2x?x8xf32>, memref<3x8x16xi8>) -> ()
  return
}

// Without caches, and private functions, stay.
// CHECK-LABEL: func.func @no_caches(%{{.*}}: memref<?xi8>, %{{.*}}: index) {
func.func @no_caches(%x: memref<?xi8>, %i: index) {
  return
}
// CHECK-LABEL: func.func private @private(%{{.*}}: memref<?x8xi8> {transformer.cache = "a"}) {
func.func private @private(%a: memref<?x8xi8> {transformer.cache = "a"}) {
  return
}

// -----

// expected-error @below {{expects the cache "a" to be a plain buffer of which only batch and positions are dynamic, got 'memref<?x?xi8>'}}
func.func @channels(%a: memref<?x?xi8> {transformer.cache = "a"}) {
  return
}

// -----

// expected-error @below {{expects the cache "a" to be a plain buffer of which only batch and positions are dynamic, got 'memref<?x8xi8, strided<[16, 1]>>'}}
func.func @strided(%a: memref<?x8xi8, strided<[16, 1]>> {transformer.cache = "a"}) {
  return
}

// -----

// expected-error @below {{expects no calls of a function that takes caches from outside}}
func.func @called(%a: memref<?x8xi8> {transformer.cache = "a"}) {
  return
}
func.func @caller(%a: memref<?x8xi8>) {
  call @called(%a) : (memref<?x8xi8>) -> ()
  return
}

// -----

// expected-error @below {{needs the name 'step_state_size' for the size of its state, which is taken}}
func.func @step(%a: memref<?x8xi8> {transformer.cache = "a"}) {
  return
}
func.func private @step_state_size()

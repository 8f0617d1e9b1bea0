// RUN: quant-opt %s --drop-cache-results -split-input-file -verify-diagnostics | FileCheck %s

// A public function keeps what is not named as a cache, and a result under
// another name than its argument is an error below.
// CHECK-LABEL: func.func @public(
// CHECK-SAME: -> memref<4xi8>
// CHECK: return %arg0 : memref<4xi8>
func.func @public(%x: memref<4xi8>, %c: memref<4xi8> {transformer.cache = "c"}) -> (memref<4xi8>, memref<4xi8> {transformer.cache = "c"}) {
  return %x, %c : memref<4xi8>, memref<4xi8>
}

// Callees come first, however deep and wherever they stand; other results
// keep their order, and calls their attributes.
// CHECK-LABEL: func.func @outer(
// CHECK-SAME: %[[A:.*]]: memref<4xi8> {{{.*}}}, %[[B:.*]]: memref<4xi8> {{{.*}}}) -> (i8, i32)
// CHECK: %[[R:.*]]:2 = call @middle(%[[A]], %[[B]]) {test.kept} : (memref<4xi8>, memref<4xi8>) -> (i8, i32)
// CHECK: return %[[R]]#0, %[[R]]#1
func.func @outer(%a: memref<4xi8> {transformer.cache = "a"}, %b: memref<4xi8> {transformer.cache = "b"})
    -> (memref<4xi8> {transformer.cache = "b"}, i8, i32, memref<4xi8> {transformer.cache = "a"}) {
  %0:4 = call @middle(%a, %b) {test.kept} : (memref<4xi8>, memref<4xi8>) -> (memref<4xi8>, i8, memref<4xi8>, i32)
  return %0#2, %0#1, %0#3, %0#0 : memref<4xi8>, i8, i32, memref<4xi8>
}
// CHECK-LABEL: func.func private @middle(
// CHECK-SAME: -> (i8, i32)
func.func private @middle(%a: memref<4xi8>, %b: memref<4xi8>) -> (memref<4xi8>, i8, memref<4xi8>, i32) {
  %0, %1 = call @inner(%a) : (memref<4xi8>) -> (i8, memref<4xi8>)
  %2, %3 = call @inner(%b) : (memref<4xi8>) -> (i8, memref<4xi8>)
  %4 = arith.extsi %2 : i8 to i32
  return %1, %0, %3, %4 : memref<4xi8>, i8, memref<4xi8>, i32
}
// CHECK-LABEL: func.func private @inner(
// CHECK-SAME: -> i8
func.func private @inner(%c: memref<4xi8>) -> (i8, memref<4xi8>) {
  %zero = arith.constant 0 : index
  %0 = memref.load %c[%zero] : memref<4xi8>
  return %0, %c : i8, memref<4xi8>
}

// Nothing to drop, and no body to look into.
// CHECK-LABEL: func.func private @declared(memref<4xi8>) -> memref<4xi8>
func.func private @declared(memref<4xi8>) -> memref<4xi8>
// CHECK-LABEL: func.func private @fresh(
// CHECK-SAME: -> memref<4xi8>
func.func private @fresh(%c: memref<4xi8>) -> memref<4xi8> {
  %0 = memref.alloc() : memref<4xi8>
  return %0 : memref<4xi8>
}

// -----

// expected-error @below {{returns the cache "c" as new memory: something reads the old cache after the update, or the function has no argument of that name}}
func.func @copied(%c: memref<4xi8> {transformer.cache = "c"}) -> (memref<4xi8> {transformer.cache = "c"}) {
  %0 = memref.alloc() : memref<4xi8>
  memref.copy %c, %0 : memref<4xi8> to memref<4xi8>
  return %0 : memref<4xi8>
}

// -----

// expected-error @below {{returns the cache "d" as new memory}}
func.func @other_name(%c: memref<4xi8> {transformer.cache = "c"}) -> (memref<4xi8> {transformer.cache = "d"}) {
  return %c : memref<4xi8>
}

// -----

// expected-error @below {{returns the cache "c" as new memory}}
func.func @one_of_two(%c: memref<4xi8> {transformer.cache = "c"}, %x: memref<4xi8>, %p: i1) -> (memref<4xi8> {transformer.cache = "c"}) {
  cf.cond_br %p, ^bb1, ^bb2
^bb1:
  return %c : memref<4xi8>
^bb2:
  return %x : memref<4xi8>
}

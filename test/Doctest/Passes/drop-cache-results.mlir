// RUN: quant-opt %s --drop-cache-results | FileCheck %s

// The cache comes back as the argument that it was, through a call.
func.func @step(%row: memref<4xi8>, %position: index, %cache: memref<?x4xi8> {transformer.cache = "key.0"})
    -> (i8, memref<?x4xi8> {transformer.cache = "key.0"}) {
  %0:2 = call @layer(%row, %position, %cache) : (memref<4xi8>, index, memref<?x4xi8>) -> (memref<?x4xi8>, i8)
  return %0#1, %0#0 : i8, memref<?x4xi8>
}
func.func private @layer(%row: memref<4xi8>, %position: index, %cache: memref<?x4xi8>) -> (memref<?x4xi8>, i8) {
  %zero = arith.constant 0 : index
  %first = memref.load %row[%zero] : memref<4xi8>
  memref.store %first, %cache[%position, %zero] : memref<?x4xi8>
  return %cache, %first : memref<?x4xi8>, i8
}

// CHECK: func.func @step({{.*}}, %[[CACHE:.*]]: memref<?x4xi8> {transformer.cache = "key.0"}) -> i8
// CHECK-NEXT: %[[FIRST:.*]] = call @layer(%{{.*}}, %{{.*}}, %[[CACHE]]) : (memref<4xi8>, index, memref<?x4xi8>) -> i8
// CHECK-NEXT: return %[[FIRST]] : i8
// CHECK: func.func private @layer({{.*}}) -> i8

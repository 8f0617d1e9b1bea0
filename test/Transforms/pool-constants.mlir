// RUN: quant-opt %s --pool-constants=threshold=8 | FileCheck %s
// RUN: quant-opt %s --pool-constants | FileCheck %s --check-prefix=SMALL

// Two constants of 8 bytes start 64 bytes apart; the small one and the one
// that others can see stay.
// CHECK: module attributes {iquant.constants = dense_resource<{{.*}}> : tensor<128xi8>}
// CHECK-NOT: @first
// CHECK-NOT: @second
// CHECK: memref.global "private" constant @small
// CHECK: memref.global constant @visible
memref.global "private" constant @first : memref<2xi32> = dense<[1, 2]>
memref.global "private" constant @second : memref<8xi8> = dense<[1, 2, 3, 4, 5, 6, 7, 8]>
memref.global "private" constant @small : memref<2xi8> = dense<[1, 2]>
memref.global constant @visible : memref<2xi32> = dense<[1, 2]>

// CHECK-LABEL: func.func @caller(
// CHECK-SAME: %[[POOL:.*]]: memref<?xi8>)
// CHECK: %[[AT:.*]] = arith.constant 0 : index
// CHECK: memref.view %[[POOL]][%[[AT]]][] : memref<?xi8> to memref<2xi32>
// CHECK: memref.get_global @small
// CHECK: call @needs(%{{.*}}, %[[POOL]]) : (index, memref<?xi8>) -> i8
// CHECK: call @free(%{{.*}}) : (index) -> index
func.func @caller() -> (i32, i8, i8) {
  %i = arith.constant 1 : index
  %m = memref.get_global @first : memref<2xi32>
  %n = memref.get_global @small : memref<2xi8>
  %x = memref.load %m[%i] : memref<2xi32>
  %y = memref.load %n[%i] : memref<2xi8>
  %z = func.call @needs(%i) : (index) -> i8
  %w = func.call @free(%i) : (index) -> index
  return %x, %y, %z : i32, i8, i8
}

// CHECK-LABEL: func.func private @needs(
// CHECK-SAME: %{{.*}}: index, %[[POOL:.*]]: memref<?xi8>)
// CHECK: %[[AT:.*]] = arith.constant 64 : index
// CHECK: memref.view %[[POOL]][%[[AT]]][] : memref<?xi8> to memref<8xi8>
func.func private @needs(%i: index) -> i8 {
  %m = memref.get_global @second : memref<8xi8>
  %x = memref.load %m[%i] : memref<8xi8>
  return %x : i8
}

// CHECK-LABEL: func.func private @free(%{{.*}}: index) -> index
func.func private @free(%i: index) -> index {
  return %i : index
}

// Below the threshold only the argument of public functions is added.
// SMALL-NOT: iquant.constants
// SMALL: memref.global "private" constant @first
// SMALL: func.func @caller(%{{.*}}: memref<?xi8>)
// SMALL: memref.get_global @first
// SMALL: func.func private @needs(%{{.*}}: index) -> i8

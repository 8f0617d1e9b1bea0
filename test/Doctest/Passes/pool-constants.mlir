// RUN: quant-opt %s --pool-constants=threshold=16 | FileCheck %s

// The large constant moves to the buffer that the caller passes in, the small
// one stays.
memref.global "private" constant @weights : memref<4xi32> = dense<[1, 2, 3, 4]>
memref.global "private" constant @small : memref<2xi32> = dense<[5, 6]>

func.func @f() -> (memref<4xi32>, memref<2xi32>) {
  %weights = memref.get_global @weights : memref<4xi32>
  %small = memref.get_global @small : memref<2xi32>
  return %weights, %small : memref<4xi32>, memref<2xi32>
}

// CHECK: iquant.constants
// CHECK-NOT: memref.global {{.*}} @weights
// CHECK: memref.global {{.*}} @small
// CHECK: func.func @f(%[[POOL:.*]]: memref<?xi8>
// CHECK: memref.view %[[POOL]]
// CHECK: memref.get_global @small

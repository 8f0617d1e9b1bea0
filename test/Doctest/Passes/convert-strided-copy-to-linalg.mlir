// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(convert-strided-copy-to-linalg))" | FileCheck %s

// The rows of the middle columns are apart from each other; the second copy is
// of one block.
func.func @copy(%part: memref<?x4xf32, strided<[16, 1], offset: 8>>, %whole: memref<?x4xf32>, %other: memref<?x4xf32>) {
  memref.copy %part, %whole : memref<?x4xf32, strided<[16, 1], offset: 8>> to memref<?x4xf32>
  memref.copy %whole, %other : memref<?x4xf32> to memref<?x4xf32>
  return
}

// CHECK: func.func @copy(%[[PART:.*]]: memref<{{.*}}>, %[[WHOLE:.*]]: memref<?x4xf32>, %[[OTHER:.*]]: memref<?x4xf32>)
// CHECK-NEXT: linalg.copy ins(%[[PART]] : {{.*}}) outs(%[[WHOLE]] : memref<?x4xf32>)
// CHECK-NEXT: memref.copy %[[WHOLE]], %[[OTHER]]

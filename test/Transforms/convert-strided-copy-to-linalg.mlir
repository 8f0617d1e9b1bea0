// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(convert-strided-copy-to-linalg))" | FileCheck %s

// To a part, from a part, and between parts.
// CHECK-LABEL: func.func @strided(
// CHECK-COUNT-3: linalg.copy
// CHECK-NOT: memref.copy
func.func @strided(%a: memref<?x?xi8>, %b: memref<?x?xi8, strided<[?, 1], offset: ?>>, %c: memref<4x4xi8, strided<[8, 1]>>, %d: memref<4x4xi8, strided<[1, 4]>>) {
  memref.copy %a, %b : memref<?x?xi8> to memref<?x?xi8, strided<[?, 1], offset: ?>>
  memref.copy %b, %a : memref<?x?xi8, strided<[?, 1], offset: ?>> to memref<?x?xi8>
  memref.copy %c, %d : memref<4x4xi8, strided<[8, 1]>> to memref<4x4xi8, strided<[1, 4]>>
  return
}

// Blocks, also behind an offset, and buffers whose rank is unknown, stay.
// CHECK-LABEL: func.func @blocks(
// CHECK-COUNT-3: memref.copy
// CHECK-NOT: linalg.copy
func.func @blocks(%a: memref<?x?xi8>, %b: memref<4x4xi8, strided<[4, 1], offset: ?>>, %c: memref<4x4xi8>, %d: memref<*xi8>) {
  memref.copy %a, %a : memref<?x?xi8> to memref<?x?xi8>
  memref.copy %b, %c : memref<4x4xi8, strided<[4, 1], offset: ?>> to memref<4x4xi8>
  memref.copy %d, %d : memref<*xi8> to memref<*xi8>
  return
}

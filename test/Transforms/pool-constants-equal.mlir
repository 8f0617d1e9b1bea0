// RUN: quant-opt %s --pool-constants=threshold=4 | FileCheck %s

// Bytes that are the same are stored once, whatever their type and whether they
// are a resource; a part of others is not the same.
// CHECK: module attributes {iquant.constants = dense_resource<{{.*}}> : tensor<128xi8>}
memref.global "private" constant @words : memref<2xi32> = dense<[1, 2]>
memref.global "private" constant @bytes : memref<8xi8> = dense<[1, 0, 0, 0, 2, 0, 0, 0]>
memref.global "private" constant @resource : memref<4xi16> = dense_resource<codes>
memref.global "private" constant @again : memref<4xi16> = dense_resource<codes>
memref.global "private" constant @part : memref<4xi8> = dense<[1, 0, 0, 0]>

// CHECK: memref.view %{{.*}}[%c0{{.*}}][] : memref<?xi8> to memref<2xi32>
// CHECK: memref.view %{{.*}}[%c0{{.*}}][] : memref<?xi8> to memref<8xi8>
// CHECK: memref.view %{{.*}}[%c0{{.*}}][] : memref<?xi8> to memref<4xi16>
// CHECK: memref.view %{{.*}}[%c0{{.*}}][] : memref<?xi8> to memref<4xi16>
// CHECK: memref.view %{{.*}}[%c64{{.*}}][] : memref<?xi8> to memref<4xi8>
func.func @f() -> (memref<2xi32>, memref<8xi8>, memref<4xi16>, memref<4xi16>, memref<4xi8>) {
  %0 = memref.get_global @words : memref<2xi32>
  %1 = memref.get_global @bytes : memref<8xi8>
  %2 = memref.get_global @resource : memref<4xi16>
  %3 = memref.get_global @again : memref<4xi16>
  %4 = memref.get_global @part : memref<4xi8>
  return %0, %1, %2, %3, %4 : memref<2xi32>, memref<8xi8>, memref<4xi16>, memref<4xi16>, memref<4xi8>
}

// CHECK: iquant.constants: "0x{{[0-9A-F]*}}01000000020000000000

{-#
  dialect_resources: { builtin: { codes: "0x020000000100000002000000" } }
#-}

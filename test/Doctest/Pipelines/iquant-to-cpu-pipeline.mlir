// RUN: quant-opt %s --iquant-to-cpu-pipeline | FileCheck %s

// Four codes with 16 fraction bits become codes with 12. Buffers come in and go
// out as pointer, aligned pointer, offset, sizes and strides.
func.func @rescale(%x: !iquant.fixed<4xi32, 16>) -> !iquant.fixed<4xi32, 12> {
  %y = iquant.rescale %x : !iquant.fixed<4xi32, 16> -> !iquant.fixed<4xi32, 12>
  return %y : !iquant.fixed<4xi32, 12>
}

// CHECK: llvm.func @rescale(%{{[a-z0-9]+}}: !llvm.ptr, %[[X:[a-z0-9]+]]: !llvm.ptr,
// CHECK: %[[IN:.*]] = llvm.getelementptr {{.*}}%[[X]][
// CHECK: %[[CODE:.*]] = llvm.load %[[IN]]
// CHECK: llvm.ashr %[[CODE]]
// CHECK: llvm.store
// CHECK: llvm.func @_mlir_ciface_rescale(

// RUN: quant-opt %s --add-c-interface=prefix=math | FileCheck %s

// The module's function is called with buffers that are made of the pointers.
func.func @double(%x: memref<?x4xi32>, %constants: memref<?xi8>) -> memref<?x4xi32> {
  %c0 = arith.constant 0 : index
  %rows = memref.dim %x, %c0 : memref<?x4xi32>
  %y = memref.alloc(%rows) : memref<?x4xi32>
  linalg.add ins(%x, %x : memref<?x4xi32>, memref<?x4xi32>) outs(%y : memref<?x4xi32>)
  return %y : memref<?x4xi32>
}

// CHECK: module attributes {iquant.build_id = {{.*}} : i64, iquant.c_header = "{{.*}}int32_t math_double(const void *weights,\0A    const int32_t *argument0, int64_t argument0_0,\0A    int32_t *result, int64_t result_count);
// CHECK: func.func private @double({{.*}}) -> memref<?x4xi32> attributes {llvm.linkage = #llvm.linkage<internal>}
// CHECK: func.func @math_double(%[[WEIGHTS:.*]]: !llvm.ptr, %[[X:.*]]: !llvm.ptr, %[[ROWS:.*]]: i64, %[[RESULT:.*]]: !llvm.ptr, %[[COUNT:.*]]: i64) -> i32
// CHECK: %[[NULL:.*]] = llvm.mlir.zero : !llvm.ptr
// CHECK: %[[THERE:.*]] = llvm.icmp "ne" %[[WEIGHTS]], %[[NULL]]
// CHECK: cf.cond_br %[[THERE]]
// CHECK: call @double(

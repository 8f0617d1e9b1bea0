// RUN: quant-opt %s --iquant-to-cpu-pipeline="triple=x86_64-linux-gnu threads=true" | FileCheck %s
// RUN: quant-opt %s --iquant-to-cpu-pipeline="triple=x86_64-linux-gnu" | FileCheck %s --check-prefix=ALONE

// Threads share the channels of a linear, heads and queries of an attention,
// and rows elsewhere; within an attention nothing is shared again.

func.func @linear(%x: !iquant.dyn<?x16xui8>, %w: !iquant.weight<32x16xsi8, #iquant.tiles<4x2>>) -> !iquant.fixed<?x32xi32, 14> {
  %0 = iquant.linear %x, %w : (!iquant.dyn<?x16xui8>, !iquant.weight<32x16xsi8, #iquant.tiles<4x2>>) -> !iquant.fixed<?x32xi32, 14>
  return %0 : !iquant.fixed<?x32xi32, 14>
}

!q = !iquant.dyn<?x?x32xsi8, 8>
!kv = !iquant.dyn<?x?x16xsi8, 8>

// CHECK-LABEL: llvm.func @attention(
// CHECK: omp.loop_nest (%{{.*}}, %{{.*}}, %{{.*}}) : i64 {{.*}} collapse(3)
// CHECK-NOT: omp.parallel
// CHECK: omp.terminator
// CHECK-LABEL: llvm.func @_mlir_ciface_attention(
func.func @attention(%q: !q, %k: !kv, %v: !kv) -> !iquant.fixed<?x?x32xi32, 14> {
  %0 = iquant.attention %q, %k, %v {heads = 4 : i64, kv_heads = 2 : i64, scale_multiplier = 40000 : i64, scale_exponent = 13 : i64, causal} : (!q, !kv, !kv) -> !iquant.fixed<?x?x32xi32, 14>
  return %0 : !iquant.fixed<?x?x32xi32, 14>
}

// Rows of codes, less their zero points, and then channels.
// CHECK-LABEL: llvm.func @iquant.linear_
// CHECK: omp.parallel if(
// CHECK-NEXT: omp.wsloop nowait {
// CHECK-NEXT: omp.loop_nest
// CHECK: omp.parallel if(
// CHECK-NEXT: omp.wsloop nowait {
// CHECK-NEXT: omp.loop_nest

// ALONE-NOT: omp

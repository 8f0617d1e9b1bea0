// RUN: quant-opt %s --iquant-to-cpu-pipeline=pool-state=true | FileCheck %s
// RUN: quant-opt %s --iquant-to-cpu-pipeline | FileCheck %s --check-prefix=ALONE

// One cache of codes, multipliers and exponents. Behind the rows come pointers
// to the constants and to the state, batch and capacity.
// CHECK-LABEL: llvm.func @_mlir_ciface_step(
// CHECK-SAME: %{{[^,]*}}: !llvm.ptr{{[^,]*}}, %{{[^,]*}}: !llvm.ptr{{[^,]*}}, %{{[^,]*}}: !llvm.ptr{{[^,]*}}, %{{[^,]*}}: i64{{[^,]*}}, %{{[^,]*}}: !llvm.ptr{{[^,]*}}, %{{[^,]*}}: !llvm.ptr{{[^,]*}}, %{{[^,]*}}: i64{{[^,]*}}, %{{[^,]*}}: i64{{[^,]*}})
// CHECK: llvm.func @_mlir_ciface_step_state_size(%{{.*}}: i64{{.*}}, %{{.*}}: i64{{.*}}) -> i64

// ALONE-NOT: step_state_size
// ALONE: llvm.func @_mlir_ciface_step(
// ALONE-NOT: step_state_size
func.func @step(%codes: tensor<1x?x4xi8>, %m: tensor<1x?x2xi32>, %e: tensor<1x?x2xi32>, %at: index, %cache: !iquant.dyn<1x?x4xsi8, 2> {transformer.cache = "key.0"})
    -> (!iquant.dyn<1x?x4xsi8, 2> {transformer.cache = "key.0"}) {
  %rows = iquant.compose %codes, %m, %e : (tensor<1x?x4xi8>, tensor<1x?x2xi32>, tensor<1x?x2xi32>) -> !iquant.dyn<1x?x4xsi8, 2>
  %new = iquant.update_cache %cache, %rows at %at : (!iquant.dyn<1x?x4xsi8, 2>, !iquant.dyn<1x?x4xsi8, 2>, index) -> !iquant.dyn<1x?x4xsi8, 2>
  return %new : !iquant.dyn<1x?x4xsi8, 2>
}

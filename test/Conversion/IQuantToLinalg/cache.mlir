// RUN: quant-opt %s --convert-iquant-to-linalg --canonicalize --cse | FileCheck %s
// RUN: quant-opt %s --convert-iquant-to-linalg --canonicalize \
// RUN:   --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   --canonicalize --cse --canonicalize | FileCheck %s --check-prefix=BUFFER

// Of the cache only the rows that fit are written, and only those in use read.
// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[Q:arg0]]: tensor<2x?x4xi8>
// CHECK-SAME: %[[AT:arg3]]: index
// CHECK-SAME: %[[K:arg4]]: tensor<2x?x2xi8> {iquant.type = !iquant.dyn<2x?x2xsi8, 2>, transformer.cache = "key.0"}
// CHECK-SAME: %[[KM:arg5]]: tensor<2x?x1xi32> {transformer.cache = "key.0"}, %[[KE:arg6]]: tensor<2x?x1xi32> {transformer.cache = "key.0"}
// CHECK: %[[T:.*]] = tensor.dim %[[K]], %c1
// CHECK: %[[S:.*]] = tensor.dim %[[NEW:.*]], %c1
// CHECK: %[[START:.*]] = arith.minui %[[AT]], %[[T]] : index
// CHECK: %[[ROOM:.*]] = arith.subi %[[T]], %[[START]] : index
// CHECK: %[[COUNT:.*]] = arith.minui %[[S]], %[[ROOM]] : index
// CHECK: %[[ROWS:.*]] = tensor.extract_slice %[[NEW]][0, 0, 0] [2, %[[COUNT]], 2] [1, 1, 1]
// CHECK: %[[PLACE:.*]] = tensor.extract_slice %[[K]][0, %[[START]], 0] [2, %[[COUNT]], 2] [1, 1, 1]
// CHECK: %[[COPY:.*]] = linalg.copy ins(%[[ROWS]] : tensor<2x?x2xi8>) outs(%[[PLACE]] : tensor<2x?x2xi8>)
// CHECK: tensor.insert_slice %[[COPY]] into %[[K]]
// CHECK: linalg.copy {{.*}} outs(%{{.*}} : tensor<2x?x1xi32>)
// CHECK: linalg.copy {{.*}} outs(%{{.*}} : tensor<2x?x1xi32>)
// CHECK: %[[USED:.*]] = arith.addi
// CHECK: tensor.extract_slice %{{.*}}[0, 0, 0] [2, %[[USED]], 2] [1, 1, 1]

// In place: the only copies are of rows.
// BUFFER-LABEL: func.func @step(
// BUFFER-NOT: memref.copy
// BUFFER: linalg.copy ins(%{{.*}} : memref<2x?x2xi8
// BUFFER-NOT: memref.copy
// BUFFER: return %{{.*}}, %arg4, %arg5, %arg6
func.func @step(%q: !iquant.dyn<2x?x4xsi8, 2>, %at: index, %k: !iquant.dyn<2x?x2xsi8, 2> {transformer.cache = "key.0"}, %new: !iquant.dyn<2x?x2xsi8, 2>)
    -> (!iquant.fixed<2x?x4xi32, 14>, !iquant.dyn<2x?x2xsi8, 2> {transformer.cache = "key.0"}) {
  %k1 = iquant.update_cache %k, %new at %at : (!iquant.dyn<2x?x2xsi8, 2>, !iquant.dyn<2x?x2xsi8, 2>, index) -> !iquant.dyn<2x?x2xsi8, 2>
  %y = iquant.attention %q, %k1, %k1 at %at {heads = 2, kv_heads = 1, scale_multiplier = 61547, scale_exponent = 12, causal}
    : (!iquant.dyn<2x?x4xsi8, 2>, !iquant.dyn<2x?x2xsi8, 2>, !iquant.dyn<2x?x2xsi8, 2>, index) -> !iquant.fixed<2x?x4xi32, 14>
  return %y, %k1 : !iquant.fixed<2x?x4xi32, 14>, !iquant.dyn<2x?x2xsi8, 2>
}

// CHECK-LABEL: func.func @no_rows(
// CHECK-NOT: tensor.insert_slice
// CHECK: return %arg0, %arg1, %arg2
func.func @no_rows(%k: !iquant.dyn<?x2xsi8, 2>, %new: !iquant.dyn<0x2xsi8, 2>, %at: index) -> !iquant.dyn<?x2xsi8, 2> {
  %k1 = iquant.update_cache %k, %new at %at : (!iquant.dyn<?x2xsi8, 2>, !iquant.dyn<0x2xsi8, 2>, index) -> !iquant.dyn<?x2xsi8, 2>
  return %k1 : !iquant.dyn<?x2xsi8, 2>
}

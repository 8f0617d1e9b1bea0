// RUN: quant-opt %s --convert-iquant-to-linalg --canonicalize --cse --split-input-file | FileCheck %s

!q = !iquant.dyn<?x?x32xsi8, 8>
!kv = !iquant.dyn<?x?x16xsi8, 8>

// CHECK-DAG: #[[$VALUES:.*]] = affine_map<(d0, d1, d2) -> (d2, d1)>

// CHECK-LABEL: func.func @causal(
// CHECK-SAME: %[[Q:[^ ]*]]: tensor<?x?x32xi8>
// CHECK-SAME: %[[V:arg6]]: tensor<?x?x16xi8>
func.func @causal(%q: !q, %k: !kv, %v: !kv) -> !iquant.fixed<?x?x32xi32, 14> {
  // Batches, heads, blocks of queries. Two heads share their keys, and so 32
  // queries of both are a block.
  // CHECK: scf.forall (%[[B:.*]], %[[H:.*]], %[[I:.*]]) = (0, 0, 0) to (%{{.*}}, 4, %{{.*}}) step (1, 2, 32) shared_outs(%[[OUT:.*]] =
  // They read the keys of their group, up to the block's last position.
  // CHECK: %[[G:.*]] = arith.divui %[[H]], %c2
  // CHECK: %[[ROWS:.*]] = arith.minui
  // CHECK: %[[KEYS:.*]] = arith.maxsi %{{.*}}, %c0 : index
  // CHECK: %[[QUERIES:.*]] = tensor.extract_slice %[[Q]][%[[B]], %[[I]], %{{.*}}] [1, %[[ROWS]], 16] [1, 1, 1] : tensor<?x?x32xi8> to tensor<?x16xi8>
  // CHECK: tensor.expand_shape %[[QUERIES]] {{.*}} : tensor<?x16xi8> into tensor<?x2x8xi8>
  // CHECK: tensor.collapse_shape {{.*}} : tensor<?x2x8xi8> into tensor<?x8xi8>
  // The scores of the block, then the values weighted by p, where they lie.
  // CHECK: iterator_types = ["parallel", "parallel", "reduction"]
  // CHECK: arith.extsi %{{.*}} : i8 to i32
  // CHECK: arith.extsi %{{.*}} : i8 to i32
  // CHECK: %[[VALUES:.*]] = tensor.extract_slice %[[V]][%[[B]], 0, %{{.*}}] [1, %[[KEYS]], 8]
  // CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$VALUES]], #{{.*}}], iterator_types = ["parallel", "parallel", "reduction"]
  // CHECK: arith.extui %{{.*}} : i8 to i32
  // CHECK: arith.extsi %{{.*}} : i8 to i32
  // CHECK: tensor.parallel_insert_slice %{{.*}} into %[[OUT]][%[[B]], %[[I]], %{{.*}}] [1, %[[ROWS]], 16]
  %0 = iquant.attention %q, %k, %v {heads = 4 : i64, kv_heads = 2 : i64, scale_multiplier = 40000 : i64, scale_exponent = 13 : i64, causal} : (!q, !kv, !kv) -> !iquant.fixed<?x?x32xi32, 14>
  return %0 : !iquant.fixed<?x?x32xi32, 14>
}

// -----

!q = !iquant.dyn<1x32xsi8, 8>
!kv = !iquant.dyn<?x16xsi8, 8>

// One query is a block for each key head, of a row for each head of it, and sees
// all keys.
// CHECK-LABEL: func.func @decode(
func.func @decode(%q: !q, %k: !kv, %v: !kv) -> !iquant.fixed<1x32xi32, 14> {
  // CHECK: scf.forall (%{{.*}}) = (0) to (4) step (2)
  // CHECK-NOT: scf.for
  // CHECK: tensor.empty(%{{.*}}) : tensor<2x?xi32>
  // CHECK: tensor.collapse_shape %{{.*}} : tensor<1x1x32xi32> into tensor<1x32xi32>
  %0 = iquant.attention %q, %k, %v {heads = 4 : i64, kv_heads = 2 : i64, scale_multiplier = 40000 : i64, scale_exponent = 13 : i64} : (!q, !kv, !kv) -> !iquant.fixed<1x32xi32, 14>
  return %0 : !iquant.fixed<1x32xi32, 14>
}

// -----

!q = !iquant.dyn<?x?x32xsi8, 8>
!kv = !iquant.dyn<?x?x16xsi8, 8>

// A mask is widened to bytes once; per key or per query and key, it is read
// where valid keys matter.
// CHECK-LABEL: func.func @masks(
func.func @masks(%q: !q, %k: !kv, %v: !kv, %perKey: tensor<?x?xi1>, %perQuery: tensor<?x?x?xi1>) -> (!iquant.fixed<?x?x32xi32, 14>, !iquant.fixed<?x?x32xi32, 14>) {
  // CHECK: %[[MASK:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?x?xi8>)
  // CHECK: tensor.extract_slice %[[MASK]]{{.*}} : tensor<?x?xi8> to tensor<?xi8>
  // CHECK: arith.cmpi ne, %{{.*}}, %c0_i8
  %0 = iquant.attention %q, %k, %v mask %perKey {heads = 4 : i64, kv_heads = 2 : i64, scale_multiplier = 40000 : i64, scale_exponent = 13 : i64} : (!q, !kv, !kv, tensor<?x?xi1>) -> !iquant.fixed<?x?x32xi32, 14>
  // CHECK: %[[MASKS:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?x?x?xi8>)
  // CHECK: tensor.extract_slice %[[MASKS]]{{.*}} : tensor<?x?x?xi8> to tensor<?x?xi8>
  %1 = iquant.attention %q, %k, %v mask %perQuery {heads = 4 : i64, kv_heads = 2 : i64, scale_multiplier = 40000 : i64, scale_exponent = 13 : i64} : (!q, !kv, !kv, tensor<?x?x?xi1>) -> !iquant.fixed<?x?x32xi32, 14>
  return %0, %1 : !iquant.fixed<?x?x32xi32, 14>, !iquant.fixed<?x?x32xi32, 14>
}

// -----

!q = !iquant.dyn<?x32xsi8, 8>
!kv = !iquant.dyn<0x16xsi8, 8>

// CHECK-LABEL: func.func @no_keys(
func.func @no_keys(%q: !q, %k: !kv, %v: !kv) -> !iquant.fixed<?x32xi32, 14> {
  // CHECK-NOT: scf.for
  // CHECK: linalg.fill ins(%c0_i32 : i32)
  %0 = iquant.attention %q, %k, %v {heads = 4 : i64, kv_heads = 2 : i64, scale_multiplier = 40000 : i64, scale_exponent = 13 : i64} : (!q, !kv, !kv) -> !iquant.fixed<?x32xi32, 14>
  return %0 : !iquant.fixed<?x32xi32, 14>
}

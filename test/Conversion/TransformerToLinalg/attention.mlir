// RUN: quant-opt %s --convert-transformer-to-linalg --canonicalize --cse | FileCheck %s

// CHECK-DAG: #[[$VALUES:.*]] = affine_map<(d0, d1, d2) -> (d2, d1)>
// CHECK-DAG: #[[$PER_KEY:.*]] = affine_map<(d0, d1) -> (d1)>

// Loops over batch, head and 64 queries; a causal block stops at its last key;
// scores of `[queries, keys]` of one block only.
// CHECK-LABEL: func.func @attention(
// CHECK-SAME: %[[Q:.*]]: tensor<2x?x8xf32>, %[[K:.*]]: tensor<2x?x4xf32>, %[[V:.*]]: tensor<2x?x4xf32>, %[[MASK:.*]]: tensor<2x?xi1>)
func.func @attention(%q: tensor<2x?x8xf32>, %k: tensor<2x?x4xf32>, %v: tensor<2x?x4xf32>, %mask: tensor<2x?xi1>) -> tensor<2x?x8xf32> {
  // CHECK: %[[S:.*]] = tensor.dim %[[Q]]
  // CHECK: %[[T:.*]] = tensor.dim %[[K]]
  // CHECK: scf.forall (%[[B:.*]], %[[H:.*]], %[[FIRST:.*]]) = (0, 0, 0) to (2, 4, %[[S]]) step (1, 1, 64) shared_outs(%[[RESULT:.*]] = %{{.*}}) -> (tensor<2x?x8xf32>)
  // CHECK: %[[GROUP:.*]] = arith.divui %[[H]], %c2
  // CHECK: %[[REST:.*]] = arith.subi %[[S]], %[[FIRST]]
  // CHECK: %[[ROWS:.*]] = arith.minui %[[REST]], %c64
  // CHECK: %[[CACHED:.*]] = arith.subi %[[T]], %[[S]]
  // CHECK: %[[LAST:.*]] = arith.addi %[[FIRST]], %[[CACHED]]
  // CHECK: %[[END:.*]] = arith.addi %[[LAST]], %[[ROWS]]
  // CHECK: %[[SEEN:.*]] = arith.maxsi %[[END]], %c0
  // CHECK: %[[PLACE:.*]] = tensor.extract_slice %[[RESULT]]
  // CHECK: %[[QS:.*]] = tensor.extract_slice %[[Q]][%[[B]], %[[FIRST]], %{{.*}}] [1, %[[ROWS]], 2] [1, 1, 1]
  // CHECK: %[[KS:.*]] = tensor.extract_slice %[[K]][%[[B]], 0, %{{.*}}] [1, %[[SEEN]], 2] [1, 1, 1]
  // CHECK: linalg.generic {{.*}} ins(%[[QS]], %[[KS]] :
  // CHECK: %[[MS:.*]] = tensor.extract_slice %[[MASK]][%[[B]], 0] [1, %[[SEEN]]] [1, 1]
  // CHECK: linalg.generic {indexing_maps = [#[[$PER_KEY]], {{.*}} ins(%[[MS]] : tensor<?xi1>)
  // CHECK: %[[KEY:.*]] = linalg.index 1
  // CHECK: %[[CAUSAL:.*]] = arith.cmpi sle, %[[KEY]]
  // CHECK: %[[VALID:.*]] = arith.andi %{{.*}}, %[[CAUSAL]]
  // CHECK: arith.select %[[VALID]]
  // CHECK: arith.cmpf ogt
  // CHECK: %[[E:.*]] = linalg.generic {{.*}} ins(%[[SCORES:.*]], %{{.*}} : tensor<?x?xf32>, tensor<?xf32>) outs(%[[SCORES]] : tensor<?x?xf32>)
  // CHECK: math.exp
  // CHECK: %[[VS:.*]] = tensor.extract_slice %[[V]][%[[B]], 0, %{{.*}}] [1, %[[SEEN]], 2]
  // CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$VALUES]], #{{.*}}], {{.*}} ins(%[[E]], %[[VS]] :
  // CHECK: %[[WRITTEN:.*]] = linalg.generic {{.*}} outs(%[[PLACE]] : tensor<?x2xf32>)
  // CHECK: tensor.parallel_insert_slice %[[WRITTEN]] into %[[RESULT]]
  %0 = transformer.attention %q, %k, %v mask %mask {heads = 4, kv_heads = 2, causal} : (tensor<2x?x8xf32>, tensor<2x?x4xf32>, tensor<2x?x4xf32>, tensor<2x?xi1>) -> tensor<2x?x8xf32>
  return %0 : tensor<2x?x8xf32>
}

// Without batch, with the given scale, and with a mask per query and key.
// CHECK-LABEL: func.func @no_batch(
func.func @no_batch(%q: tensor<3x4xf32>, %k: tensor<5x4xf32>, %mask: tensor<3x5xi1>) -> tensor<3x4xf32> {
  // CHECK: %[[SCALE:.*]] = arith.constant 2.500000e-01 : f32
  // CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<3x5xi1>)
  // CHECK: arith.mulf %{{.*}}, %[[SCALE]]
  // CHECK: tensor.collapse_shape %{{.*}} into tensor<3x4xf32>
  %0 = transformer.attention %q, %k, %k mask %mask {heads = 2, kv_heads = 2, scale = 0.25} : (tensor<3x4xf32>, tensor<5x4xf32>, tensor<5x4xf32>, tensor<3x5xi1>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}

// CHECK-LABEL: func.func @no_keys(
func.func @no_keys(%q: tensor<3x4xf32>, %k: tensor<0x4xf32>) -> tensor<3x4xf32> {
  // CHECK: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
  // CHECK: %[[R:.*]] = linalg.fill ins(%[[ZERO]] : f32)
  // CHECK: return %[[R]]
  %0 = transformer.attention %q, %k, %k {heads = 2, kv_heads = 2} : (tensor<3x4xf32>, tensor<0x4xf32>, tensor<0x4xf32>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}

// A row of nothing but minus infinity is 0: its maximum is left out, and so is
// the division.
// CHECK-LABEL: func.func @softmax(
func.func @softmax(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK: %[[ALL:.*]] = arith.cmpf oeq, %[[MAX:.*]], %cst{{.*}} : f32
  // CHECK: %[[M:.*]] = arith.select %[[ALL]], %{{.*}}, %[[MAX]] : f32
  // CHECK: %[[D:.*]] = arith.subf %{{.*}}, %[[M]]
  // CHECK: math.exp %[[D]]
  // CHECK: %[[NONE:.*]] = arith.cmpf oeq, %[[SUM:.*]], %cst{{.*}} : f32
  // CHECK: %[[Z:.*]] = arith.select %[[NONE]], %{{.*}}, %[[SUM]] : f32
  // CHECK: arith.divf %{{.*}}, %[[Z]]
  %0 = transformer.softmax %x : tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// Of a cache only the keys in use exist, up to the last query.
// CHECK-LABEL: func.func @cache(
// CHECK-SAME: %[[Q:.*]]: tensor<?x4xf32>, %[[K:.*]]: tensor<?x4xf32>, %[[NEW:.*]]: tensor<?x4xf32>, %[[MASK:.*]]: tensor<?xi1>, %[[AT:.*]]: index)
func.func @cache(%q: tensor<?x4xf32>, %k: tensor<?x4xf32>, %new: tensor<?x4xf32>, %mask: tensor<?xi1>, %at: index) -> tensor<?x4xf32> {
  // CHECK: %[[COPY:.*]] = linalg.copy
  // CHECK: %[[UPDATED:.*]] = tensor.insert_slice %[[COPY]] into %[[K]][%[[START:.*]], 0] [%[[COUNT:.*]], 4] [1, 1]
  // CHECK: %[[USED:.*]] = arith.addi
  // CHECK: tensor.extract_slice %{{.*}}[0, 0, 0] [1, %[[USED]], 4] [1, 1, 1] : tensor<1x?x4xf32> to tensor<1x?x4xf32>
  // CHECK: tensor.extract_slice %{{.*}}[0, 0] [1, %[[USED]]] [1, 1] : tensor<1x?xi1> to tensor<1x?xi1>
  // CHECK: scf.for
  %0 = transformer.update_cache %k, %new at %at : (tensor<?x4xf32>, tensor<?x4xf32>, index) -> tensor<?x4xf32>
  %1 = transformer.attention %q, %0, %0 mask %mask at %at {heads = 2, kv_heads = 2, causal} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?xi1>, index) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// A clip makes codes; the codes of a head are behind those of the heads before
// it, and a masked element weighs nothing.
// CHECK-LABEL: func.func @clipped(
func.func @clipped(%q: tensor<3x4xf32>) -> tensor<3x4xf32> {
  // CHECK-DAG: %[[UNITS:.*]] = arith.constant dense<[1.000000e+00, 5.000000e-01]> : tensor<2xf32>
  // CHECK-DAG: %[[TABLE:.*]] = arith.constant dense<[1.000000e+00, 0.368627459, 0.137254909, 0.000000e+00, 1.000000e+00, 0.137254909, 0.0196078438, 0.000000e+00]> : tensor<8xf32>
  // CHECK: scf.forall (%[[HEAD:.*]]) in (2)
  // CHECK: %[[UNIT:.*]] = tensor.extract %[[UNITS]][%[[HEAD]]]
  // CHECK: %[[FIRST:.*]] = arith.muli %[[HEAD]], %c4
  // CHECK-NOT: math.exp
  // CHECK: arith.mulf %{{.*}}, %[[UNIT]]
  // CHECK: arith.fptosi
  // CHECK: %[[CODE:.*]] = arith.addi %{{.*}}, %[[FIRST]]
  // CHECK: tensor.extract %[[TABLE]][%[[CODE]]]
  // CHECK: arith.cmpf oeq
  // CHECK: arith.select
  %0 = transformer.attention %q, %q, %q {heads = 2, kv_heads = 2, clip = #transformer.clip<bits = 2, at = [-3.0, -6.0], floor = zero>} : (tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}

// The code is the number of the head's thresholds that the step reaches.
// CHECK-LABEL: func.func @thresholds(
func.func @thresholds(%q: tensor<3x4xf32>) -> tensor<3x4xf32> {
  // CHECK-DAG: %[[THIRDS:.*]] = arith.constant dense<[2.550000e+02, 9.000000e+01]> : tensor<2xf32>
  // CHECK-DAG: %[[UNITS:.*]] = arith.constant dense<[8.500000e+01, 4.250000e+01]> : tensor<2xf32>
  // CHECK: scf.forall (%[[HEAD:.*]]) in (2)
  // CHECK: %[[UNIT:.*]] = tensor.extract %[[UNITS]][%[[HEAD]]]
  // CHECK: %[[THIRD:.*]] = tensor.extract %[[THIRDS]][%[[HEAD]]]
  // CHECK: arith.mulf %{{.*}}, %[[UNIT]]
  // CHECK: %[[BELOW:.*]] = arith.cmpf ogt, %[[THIRD]], %[[STEP:.*]] :
  // CHECK: %[[NEXT:.*]] = arith.addi %[[CODE:.*]], %c1
  // CHECK: arith.select %[[BELOW]], %[[CODE]], %[[NEXT]]
  %0 = transformer.attention %q, %q, %q {heads = 2, kv_heads = 2, clip = #transformer.clip<bits = 2, at = [-3.0, -6.0], table = [1.0, 0.5, 0.25, 0.0, 1.0, 0.5, 0.25, 0.0], thresholds = [20, 70, 255, 10, 30, 90]>} : (tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}

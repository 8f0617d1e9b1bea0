// RUN: quant-opt %s --convert-iquant-to-linalg --canonicalize --cse --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @add(
func.func @add(%x: !iquant.fixed<?xi32, 14>, %y: !iquant.fixed<?xi32, 14>) -> !iquant.fixed<?xi32, 14> {
  // CHECK: linalg.generic
  // CHECK: %[[SUM:.*]] = arith.addi %{{.*}}, %{{.*}} : i64
  // CHECK: %[[LOW:.*]] = arith.maxsi %[[SUM]], %c-2147483648_i64
  // CHECK: %[[BOTH:.*]] = arith.minsi %[[LOW]], %c2147483647_i64
  // CHECK: arith.trunci %[[BOTH]] : i64 to i32
  %0 = iquant.add %x, %y : !iquant.fixed<?xi32, 14>
  return %0 : !iquant.fixed<?xi32, 14>
}

// -----

// Shifts to the right need no more than 32 bits.
// CHECK-LABEL: func.func @rescale(
func.func @rescale(%x: !iquant.fixed<?xi32, 14>) -> (!iquant.fixed<?xi32, 12>, !iquant.fixed<?xi32, 20>) {
  // CHECK: linalg.generic
  // CHECK: arith.shrsi %{{.*}}, %c2_i32 : i32
  // CHECK-NOT: i64
  // CHECK: linalg.generic
  // CHECK: arith.shli %{{.*}}, %c6_i64 : i64
  %0 = iquant.rescale %x : !iquant.fixed<?xi32, 14> -> !iquant.fixed<?xi32, 12>
  %1 = iquant.rescale %x : !iquant.fixed<?xi32, 14> -> !iquant.fixed<?xi32, 20>
  return %0, %1 : !iquant.fixed<?xi32, 12>, !iquant.fixed<?xi32, 20>
}

// -----

// CHECK-LABEL: func.func @swiglu(
func.func @swiglu(%x: !iquant.fixed<?xi32, 14>, %y: !iquant.fixed<?xi32, 14>) -> !iquant.fixed<?xi32, 14> {
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel"]
  // The exponential of the sigmoid: Horner's scheme in 32 bits.
  // CHECK: arith.addi %{{.*}}, %c-3489_i32
  // CHECK: arith.addi %{{.*}}, %c15692_i32
  // CHECK: arith.addi %{{.*}}, %c-45420_i32
  // CHECK-NOT: linalg.generic
  %0 = iquant.swiglu %x, %y : (!iquant.fixed<?xi32, 14>, !iquant.fixed<?xi32, 14>) -> !iquant.fixed<?xi32, 14>
  return %0 : !iquant.fixed<?xi32, 14>
}

// -----

// CHECK-LABEL: func.func @gelu(
func.func @gelu(%x: !iquant.fixed<?xi32, 14>) -> (!iquant.fixed<?xi32, 14>, !iquant.fixed<?xi32, 14>) {
  // CHECK: linalg.generic
  // CHECK: arith.addi %{{.*}}, %c104531_i32
  // CHECK: linalg.generic
  // CHECK: arith.addi %{{.*}}, %c104581_i32
  %0 = iquant.gelu %x<erf> : !iquant.fixed<?xi32, 14>
  %1 = iquant.gelu %x<tanh> : !iquant.fixed<?xi32, 14>
  return %0, %1 : !iquant.fixed<?xi32, 14>, !iquant.fixed<?xi32, 14>
}

// -----

// CHECK-LABEL: func.func @products(
func.func @products(%x: !iquant.fixed<?x4xi32, 14>, %f: !iquant.fixed<4xi16, 10>) -> !iquant.fixed<?x4xi32, 12> {
  // CHECK: linalg.generic
  // CHECK: arith.maxsi %{{.*}}, %c0_i32 : i32
  // CHECK: linalg.generic
  // CHECK: arith.muli %{{.*}}, %{{.*}} : i64
  // CHECK: arith.shrsi %{{.*}}, %c10_i64 : i64
  // CHECK: linalg.generic
  // CHECK: arith.muli %{{.*}}, %{{.*}} : i64
  // CHECK: arith.shrsi %{{.*}}, %c16_i64 : i64
  %0 = iquant.relu %x : !iquant.fixed<?x4xi32, 14>
  %1 = iquant.scale %0 by %f : (!iquant.fixed<?x4xi32, 14>, !iquant.fixed<4xi16, 10>) -> !iquant.fixed<?x4xi32, 14>
  %2 = iquant.mul %1, %x : (!iquant.fixed<?x4xi32, 14>, !iquant.fixed<?x4xi32, 14>) -> !iquant.fixed<?x4xi32, 12>
  return %2 : !iquant.fixed<?x4xi32, 12>
}

// -----

// An element reads itself and its partner; the tables are read at the position.
// CHECK-DAG: #[[$SELF:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[$PARTNER:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, -d2 + 1, d3)>
// CHECK-LABEL: func.func @rope(
func.func @rope(%x: !iquant.fixed<?x16xi32, 14>, %c: !iquant.fixed<32x4xi16, 14>, %s: !iquant.fixed<32x4xi16, 14>, %at: index) -> !iquant.fixed<?x16xi32, 14> {
  // CHECK: %[[X:.*]] = tensor.expand_shape %{{.*}} output_shape [%{{.*}}, 2, 2, 4]
  // CHECK: linalg.generic {indexing_maps = [#[[$SELF]], #[[$PARTNER]], #[[$SELF]]]
  // CHECK-SAME: ins(%[[X]], %[[X]] :
  // CHECK: arith.minsi %{{.*}}, %c31_i64
  // CHECK-COUNT-2: tensor.extract
  %0 = iquant.rope %x<half> by %c, %s at %at {heads = 2 : i64} : (!iquant.fixed<?x16xi32, 14>, !iquant.fixed<32x4xi16, 14>, !iquant.fixed<32x4xi16, 14>, index) -> !iquant.fixed<?x16xi32, 14>
  return %0 : !iquant.fixed<?x16xi32, 14>
}

// -----

// Positions of all rows.
// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d1)>
// CHECK-LABEL: func.func @rope_at_positions(
func.func @rope_at_positions(%x: !iquant.fixed<2x?x16xi32, 14>, %c: !iquant.fixed<32x4xi16, 14>, %s: !iquant.fixed<32x4xi16, 14>, %at: tensor<?xi32>) -> !iquant.fixed<2x?x16xi32, 14> {
  // CHECK: linalg.generic {indexing_maps = [#{{.*}}, #{{.*}}, #[[$ROW]], #{{.*}}]
  // CHECK: arith.maxsi %{{.*}}, %c0_i64
  // CHECK: arith.minsi %{{.*}}, %c31_i64
  // CHECK-COUNT-2: tensor.extract
  %0 = iquant.rope %x<half> by %c, %s at %at {heads = 2 : i64} : (!iquant.fixed<2x?x16xi32, 14>, !iquant.fixed<32x4xi16, 14>, !iquant.fixed<32x4xi16, 14>, tensor<?xi32>) -> !iquant.fixed<2x?x16xi32, 14>
  return %0 : !iquant.fixed<2x?x16xi32, 14>
}

// -----

// Cosines and sines of all rows, within 31 bits.
// CHECK-DAG: #[[$HEADS:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4)>
// CHECK-LABEL: func.func @rotate_pairs(
func.func @rotate_pairs(%x: !iquant.fixed<2x?x16xi32, 14>, %c: !iquant.fixed<2x?x8xi32, 12>) -> !iquant.fixed<2x?x16xi32, 14> {
  // CHECK: linalg.generic {indexing_maps = [#{{.*}}, #{{.*}}, #[[$HEADS]], #[[$HEADS]], #{{.*}}]
  // CHECK: arith.maxsi %{{.*}}, %c-1073741823_i32
  // CHECK: arith.minsi %{{.*}}, %c1073741823_i32
  // CHECK: arith.shrsi %{{.*}}, %c12_i64
  %0 = iquant.rotate_pairs %x<half> by %c, %c {heads = 2 : i64} : (!iquant.fixed<2x?x16xi32, 14>, !iquant.fixed<2x?x8xi32, 12>, !iquant.fixed<2x?x8xi32, 12>) -> !iquant.fixed<2x?x16xi32, 14>
  return %0 : !iquant.fixed<2x?x16xi32, 14>
}

// -----

// CHECK-DAG: #[[$PARTNER:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, -d3 + 1)>
// CHECK-LABEL: func.func @rope_interleaved(
func.func @rope_interleaved(%x: !iquant.fixed<?x16xi32, 14>, %c: !iquant.fixed<32x4xi16, 14>, %s: !iquant.fixed<32x4xi16, 14>, %at: index) -> !iquant.fixed<?x16xi32, 14> {
  // CHECK: tensor.expand_shape %{{.*}} output_shape [%{{.*}}, 2, 4, 2]
  %0 = iquant.rope %x<interleaved> by %c, %s at %at {heads = 2 : i64} : (!iquant.fixed<?x16xi32, 14>, !iquant.fixed<32x4xi16, 14>, !iquant.fixed<32x4xi16, 14>, index) -> !iquant.fixed<?x16xi32, 14>
  return %0 : !iquant.fixed<?x16xi32, 14>
}

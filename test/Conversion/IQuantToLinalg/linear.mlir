// RUN: quant-opt %s --convert-iquant-to-linalg --canonicalize --cse --split-input-file | FileCheck %s

// A contraction of the codes alone, then one pass in place: zero point, scales,
// rounding, saturation, bias.
// CHECK-DAG: #[[$MK:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[$NK:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-DAG: #[[$MN:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-DAG: #[[$CHANNEL:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-DAG: #[[$WHOLE:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @linear(
// CHECK-SAME: %[[Q:[^ ]*]]: tensor<?x64xi8> {{{.*}}}, %[[M:[^ ]*]]: tensor<?xi32>, %[[E:[^ ]*]]: tensor<?xi32>, %[[Z:[^ ]*]]: tensor<?xi32>
// CHECK-SAME: %[[W:[^ ]*]]: tensor<8x64xi8> {{{.*}}}, %[[WM:[^ ]*]]: tensor<8xi32>, %[[WE:[^ ]*]]: tensor<8xi32>, %[[SUMS:[^ ]*]]: tensor<8xi32>
// CHECK-SAME: %[[BIAS:[^ ]*]]: tensor<8xi32>
func.func @linear(%x: !iquant.dyn<?x64xui8>, %w: !iquant.weight<8x64xsi8>, %b: !iquant.fixed<8xi32, 14>) -> !iquant.fixed<?x8xi32, 14> {
  // CHECK: %[[ZERO:.*]] = linalg.fill ins(%c0_i32 : i32)
  // CHECK: %[[ACC:.*]] = linalg.generic {indexing_maps = [#[[$MK]], #[[$NK]], #[[$MN]]], iterator_types = ["parallel", "parallel", "reduction"]}
  // CHECK-SAME: ins(%[[Q]], %[[W]] : tensor<?x64xi8>, tensor<8x64xi8>) outs(%[[ZERO]] : tensor<?x8xi32>)
  // CHECK-NEXT: ^bb0(%[[X:.*]]: i8, %[[Y:.*]]: i8, %[[OUT:.*]]: i32):
  // CHECK-NEXT: %[[EX:.*]] = arith.extui %[[X]] : i8 to i32
  // CHECK-NEXT: %[[EY:.*]] = arith.extsi %[[Y]] : i8 to i32
  // CHECK-NEXT: %[[P:.*]] = arith.muli %[[EX]], %[[EY]]
  // CHECK-NEXT: %[[S:.*]] = arith.addi %[[OUT]], %[[P]]
  // CHECK-NEXT: linalg.yield %[[S]]
  // CHECK: linalg.generic {indexing_maps = [#[[$ROW]], #[[$ROW]], #[[$CHANNEL]], #[[$CHANNEL]], #[[$ROW]], #[[$CHANNEL]], #[[$CHANNEL]], #[[$WHOLE]]], iterator_types = ["parallel", "parallel"]}
  // CHECK-SAME: ins(%[[M]], %[[E]], %[[WM]], %[[WE]], %[[Z]], %[[SUMS]], %[[BIAS]] : {{.*}}) outs(%[[ACC]] : tensor<?x8xi32>)
  // CHECK-NOT: linalg.generic
  %0 = iquant.linear %x, %w bias %b : (!iquant.dyn<?x64xui8>, !iquant.weight<8x64xsi8>, !iquant.fixed<8xi32, 14>) -> !iquant.fixed<?x8xi32, 14>
  return %0 : !iquant.fixed<?x8xi32, 14>
}

// -----

// A contraction per group; its sums, without the zero point, are shifted to the
// unit of the smallest exponent before they meet. The scales follow as above.
// CHECK-LABEL: func.func @groups(
// CHECK-SAME: %[[Q:[^ ]*]]: tensor<?x64xi8> {{{.*}}}, %[[M:[^ ]*]]: tensor<?xi32>, %[[E:[^ ]*]]: tensor<?x2xi32>, %[[Z:[^ ]*]]: tensor<?x2xi32>
// CHECK-SAME: %[[W:[^ ]*]]: tensor<8x64xi8> {{{.*}}}, %[[WM:[^ ]*]]: tensor<8xi32>, %[[WE:[^ ]*]]: tensor<8xi32>, %[[SUMS:[^ ]*]]: tensor<8x2xi32>
func.func @groups(%x: !iquant.dyn<?x64xui8, 32>, %w: !iquant.weight<8x64xsi8, 32>) -> !iquant.fixed<?x8xi32, 14> {
  // CHECK: %[[SMALLEST:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%[[E]] :
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]} ins(%[[E]], %[[SMALLEST]] :
  // CHECK: %[[SUM:.*]] = scf.for %[[G:.*]] = %c0 to %c2
  // CHECK: %[[FIRST:.*]] = arith.muli %[[G]], %c32
  // CHECK: %[[QG:.*]] = tensor.extract_slice %[[Q]][0, %[[FIRST]]] [%{{.*}}, 32] [1, 1]
  // CHECK: %[[WG:.*]] = tensor.extract_slice %[[W]][0, %[[FIRST]]] [8, 32] [1, 1]
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]} ins(%[[QG]], %[[WG]] :
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]}
  // CHECK: scf.yield
  // CHECK: linalg.generic {{.*}} ins(%[[M]], %[[SMALLEST]], %[[WM]], %[[WE]] : {{.*}}) outs(%[[SUM]] : tensor<?x8xi32>)
  // CHECK-NOT: linalg.generic
  %0 = iquant.linear %x, %w : (!iquant.dyn<?x64xui8, 32>, !iquant.weight<8x64xsi8, 32>) -> !iquant.fixed<?x8xi32, 14>
  return %0 : !iquant.fixed<?x8xi32, 14>
}

// -----

// Symmetric codes are extended with their sign and need no column sums.
// CHECK-LABEL: func.func @symmetric(
func.func @symmetric(%x: !iquant.dyn<2x3x16xsi8>, %w: !iquant.weight<8x16xsi8>) -> !iquant.fixed<2x3x8xi32, 14> {
  // CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0, 1], [2]] : tensor<2x3x16xi8> into tensor<6x16xi8>
  // CHECK-COUNT-2: arith.extsi %{{.*}} : i8 to i32
  // CHECK: linalg.generic {{.*}} ins(%{{[^,]*}}, %{{[^,]*}}, %{{[^,]*}}, %{{[^,]*}} : tensor<6xi32>, tensor<6xi32>, tensor<8xi32>, tensor<8xi32>)
  // CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0, 1], [2]] output_shape [2, 3, 8]
  %0 = iquant.linear %x, %w : (!iquant.dyn<2x3x16xsi8>, !iquant.weight<8x16xsi8>) -> !iquant.fixed<2x3x8xi32, 14>
  return %0 : !iquant.fixed<2x3x8xi32, 14>
}

// -----

// CHECK-LABEL: func.func @one_row(
func.func @one_row(%x: !iquant.dyn<16xui8>, %w: !iquant.weight<8x16xsi8>) -> !iquant.fixed<8xi32, 14> {
  // CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0, 1]] output_shape [1, 16]
  // CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0, 1]] : tensor<1x8xi32> into tensor<8xi32>
  %0 = iquant.linear %x, %w : (!iquant.dyn<16xui8>, !iquant.weight<8x16xsi8>) -> !iquant.fixed<8xi32, 14>
  return %0 : !iquant.fixed<8xi32, 14>
}

// -----

// CHECK-LABEL: func.func @dynamic_rows(
func.func @dynamic_rows(%x: !iquant.dyn<?x?x16xui8>, %w: !iquant.weight<8x16xsi8>) -> !iquant.fixed<?x?x8xi32, 14> {
  // CHECK: tensor.reshape %{{.*}} : (tensor<?x8xi32>, tensor<3xindex>) -> tensor<?x?x8xi32>
  %0 = iquant.linear %x, %w : (!iquant.dyn<?x?x16xui8>, !iquant.weight<8x16xsi8>) -> !iquant.fixed<?x?x8xi32, 14>
  return %0 : !iquant.fixed<?x?x8xi32, 14>
}

// -----

// CHECK-LABEL: func.func @no_rows(
func.func @no_rows(%x: !iquant.dyn<?x0x16xui8>, %w: !iquant.weight<8x16xsi8>) -> !iquant.fixed<?x0x8xi32, 14> {
  // CHECK: %[[EMPTY:.*]] = tensor.empty(%{{.*}}) : tensor<?x0x8xi32>
  // CHECK-NEXT: return %[[EMPTY]]
  %0 = iquant.linear %x, %w : (!iquant.dyn<?x0x16xui8>, !iquant.weight<8x16xsi8>) -> !iquant.fixed<?x0x8xi32, 14>
  return %0 : !iquant.fixed<?x0x8xi32, 14>
}

// -----

// The id is clamped before it is an index.
// CHECK-LABEL: func.func @embedding(
// CHECK-SAME: %{{.*}}: tensor<?xi32>, %[[Q:[^ ]*]]: tensor<100x16xi8>
func.func @embedding(%ids: tensor<?xi32>, %t: !iquant.weight<100x16xsi8>) -> !iquant.fixed<?x16xi32, 14> {
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]
  // CHECK: %[[LOW:.*]] = arith.maxsi %{{.*}}, %c0_i64
  // CHECK: %[[ID:.*]] = arith.minsi %[[LOW]], %c99_i64
  // CHECK: %[[ROW:.*]] = arith.index_castui %[[ID]]
  // CHECK: %[[CHANNEL:.*]] = linalg.index 1
  // CHECK: tensor.extract %[[Q]][%[[ROW]], %[[CHANNEL]]]
  %0 = iquant.embedding %ids, %t : (tensor<?xi32>, !iquant.weight<100x16xsi8>) -> !iquant.fixed<?x16xi32, 14>
  return %0 : !iquant.fixed<?x16xi32, 14>
}

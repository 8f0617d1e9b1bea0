// RUN: quant-opt %s --convert-iquant-to-linalg --canonicalize --cse --split-input-file | FileCheck %s

// Linears of equal types share a kernel, which takes the exponent of the result
// and its place.
// The codes are read as they are; 24 channels are a tile and a half, so the sums
// are filled up to two.
// CHECK-LABEL: func.func @codes(
// CHECK-SAME: %[[Q:[^ ]*]]: tensor<?x8xi8>
// CHECK: call @iquant.linear_24x8_tiles_16x4_ui8(%[[Q]], {{.*}}, %c14_i32, %{{.*}})
// CHECK: call @iquant.linear_24x8_tiles_16x4_ui8(%[[Q]], {{.*}}, %c12_i32, %{{.*}})
// CHECK-LABEL: func.func private @iquant.linear_24x8_tiles_16x4_ui8(
// CHECK-SAME: %[[Q:[^ ]*]]: tensor<?x8xi8>, %[[M:[^ ]*]]: tensor<?xi32>, %[[E:[^ ]*]]: tensor<?xi32>, %[[Z:[^ ]*]]: tensor<?xi32>
// CHECK-SAME: %[[W:[^ ]*]]: tensor<2x2x16x4xi8>, %[[WM:[^ ]*]]: tensor<24xi32>, %[[WE:[^ ]*]]: tensor<24xi32>, %[[SUMS:[^ ]*]]: tensor<24xi32>, %{{.*}}: i32, %{{.*}}: tensor<?x24xi32>)
// CHECK: %[[TILES:.*]] = tensor.collapse_shape %[[W]] {{\[\[}}0], [1], [2, 3]]
// CHECK: linalg.generic {{.*}} ins(%[[SUMS]] : tensor<24xi32>) outs(%{{.*}} : tensor<1x24xi32>)
// CHECK: %[[PADDED:.*]] = tensor.insert_slice {{.*}} into tensor<1x32xi32>
// The least exponent of the channels says which rows need 64 bits.
// CHECK: vector.transfer_read %[[WE]][%c0]{{.*}} vector<16xi32>
// CHECK: vector.reduction <minsi>
// CHECK: %[[LEAST:.*]] = arith.minsi %{{.*}}, %{{.*}} : i32
// One kernel for every number of rows that may be left. Of eight rows, two tiles
// each, all sums stay in the loop over the channels; they begin with what their
// zero point takes off.
// CHECK: scf.for %[[FIRST:.*]] = %c0 to %{{.*}} step %c8
// CHECK: %[[LEFT:.*]] = arith.minui %{{.*}}, %c8
// CHECK: scf.index_switch %[[LEFT]]
// CHECK: case 1
// CHECK: case 7
// CHECK: default
// CHECK: tensor.extract %[[Z]][%[[FIRST]]]
// CHECK: %[[TAKEN:.*]] = arith.muli %{{.*}}, %{{.*}} : vector<16xi32>
// CHECK: %[[START:.*]] = arith.subi %{{.*}}, %[[TAKEN]] : vector<16xi32>
// CHECK: %{{.*}}:16 = scf.for %[[STEP:.*]] = %c0 to %c2 step %c1 iter_args(%{{[^ ]*}} = %[[START]],
// CHECK: vector.transfer_read %[[TILES]][%c0, %[[STEP]], %c0]{{.*}} vector<64xi8>
// CHECK: vector.transfer_read %[[TILES]][%c1, %[[STEP]], %c0]{{.*}} vector<64xi8>
// CHECK: %[[CHANNEL:.*]] = arith.muli %[[STEP]], %c4
// CHECK: vector.transfer_read %[[Q]][%{{.*}}, %[[CHANNEL]]]{{.*}} vector<4xi8>
// CHECK-COUNT-2: vector.contract {{.*}} : vector<4xi32>, vector<16x4xi32> into vector<16xi32>
// CHECK: vector.transfer_read %[[Q]][%{{.*}}, %[[CHANNEL]]]{{.*}} vector<4xi8>
// CHECK-COUNT-14: vector.contract {{.*}} : vector<4xi32>, vector<16x4xi32> into vector<16xi32>
// CHECK-NOT: vector.contract
// What is stored are the channels that exist, then a loop over rows scales them,
// by upper halves of products where no result can saturate.
// CHECK: vector.transfer_write {{.*}} : vector<16xi32>, tensor<?x24xi32>
// CHECK: vector.transfer_write {{.*}} : vector<8xi32>, tensor<?x24xi32>
// CHECK: scf.for %[[ROW:[^ ]*]] = %[[FIRST]]
// CHECK: tensor.extract %[[E]][%[[ROW]]]
// CHECK: %[[LEAST_SHIFT:.*]] = arith.addi %[[LEAST]],
// CHECK: %[[IS_HIGH:.*]] = arith.cmpi sge, %[[LEAST_SHIFT]], %c0_i32
// CHECK: scf.if %[[IS_HIGH]]
// CHECK-DAG: tensor.extract %[[M]][%[[ROW]]]
// CHECK-DAG: vector.transfer_read %[[WM]][%c0]{{.*}} vector<16xi32>
// CHECK: arith.shrui %{{.*}} : vector<16xi64>
// CHECK-NOT: arith.minsi {{.*}} : vector<16xi64>
// CHECK: else
// CHECK: arith.minsi {{.*}} : vector<16xi64>
func.func @codes(%x: !iquant.dyn<?x8xui8>, %w: !iquant.weight<24x8xsi8, #iquant.tiles<16x4>>, %v: !iquant.weight<24x8xsi8, #iquant.tiles<16x4>>) -> (!iquant.fixed<?x24xi32, 14>, !iquant.fixed<?x24xi32, 12>) {
  %0 = iquant.linear %x, %w : (!iquant.dyn<?x8xui8>, !iquant.weight<24x8xsi8, #iquant.tiles<16x4>>) -> !iquant.fixed<?x24xi32, 14>
  %1 = iquant.linear %x, %v : (!iquant.dyn<?x8xui8>, !iquant.weight<24x8xsi8, #iquant.tiles<16x4>>) -> !iquant.fixed<?x24xi32, 12>
  return %0, %1 : !iquant.fixed<?x24xi32, 14>, !iquant.fixed<?x24xi32, 12>
}

// -----

// Tiles of 16-bit operands: the zero points leave the codes beforehand, each
// group's its own, and no sums are needed. The sums of a group begin with half of
// what they are shifted by in registers. Three rows are known, so nothing chooses.
// CHECK-LABEL: func.func private @iquant.linear_8x8_groups_4_tiles_8x2_ui8_rows_3(
// CHECK-SAME: %[[Q:[^ ]*]]: tensor<3x8xi8>, %{{[^ ]*}}: tensor<3xi32>, %{{[^ ]*}}: tensor<3xi32>, %[[Z:[^ ]*]]: tensor<3x2xi32>, %[[SHIFT:[^ ]*]]: tensor<3x2xi32>
// CHECK: %[[SPLIT:.*]] = tensor.expand_shape %[[Q]] {{\[\[}}0], [1, 2]] output_shape [3, 2, 4]
// CHECK: %[[CONVERTED:.*]] = linalg.generic {{.*}} ins(%[[SPLIT]], %[[Z]] :
// CHECK: arith.subi %{{.*}} : i16
// CHECK: %[[ROWS:.*]] = tensor.collapse_shape %[[CONVERTED]]
// CHECK: %{{.*}}:3 = scf.for %[[GROUP:.*]] = %c0 to %c2
// CHECK: %[[HALVED:.*]] = tensor.extract %[[SHIFT]][%c0, %[[GROUP]]]
// CHECK: %[[UNIT:.*]] = arith.shli %c1_i32, %[[HALVED]]
// CHECK: %[[HALF:.*]] = arith.shrui %[[UNIT]], %c1_i32
// CHECK: %[[START:.*]] = vector.broadcast %[[HALF]] : i32 to vector<8xi32>
// CHECK: %{{.*}}:3 = scf.for {{.*}} iter_args(%{{[^ ]*}} = %[[START]],
// CHECK: vector.transfer_read %[[ROWS]][%c0, {{.*}} vector<2xi16>
// CHECK-COUNT-3: vector.contract {{.*}} : vector<2xi32>, vector<8x2xi32> into vector<8xi32>
// CHECK-COUNT-3: arith.shrsi %{{.*}} : vector<8xi32>
// CHECK-NOT: scf.index_switch
func.func @groups(%x: !iquant.dyn<3x8xui8, 4>, %w: !iquant.weight<8x8xsi8, 4, #iquant.tiles<8x2>>) -> !iquant.fixed<3x8xi32, 14> {
  %0 = iquant.linear %x, %w : (!iquant.dyn<3x8xui8, 4>, !iquant.weight<8x8xsi8, 4, #iquant.tiles<8x2>>) -> !iquant.fixed<3x8xi32, 14>
  return %0 : !iquant.fixed<3x8xi32, 14>
}

// -----

// Of blocks of eight rows, 19 rows leave three, and 16 none.
// CHECK-LABEL: func.func private @iquant.linear_16x4_tiles_16x4_ui8_rows_19(
// CHECK: scf.index_switch
// CHECK-NEXT: case 3
// CHECK-NOT: case
// CHECK: default
// CHECK-LABEL: func.func private @iquant.linear_16x4_tiles_16x4_ui8_rows_16(
// CHECK-NOT: scf.index_switch
// CHECK: return
func.func @known(%x: !iquant.dyn<19x4xui8>, %y: !iquant.dyn<16x4xui8>, %w: !iquant.weight<16x4xsi8, #iquant.tiles<16x4>>) -> (!iquant.fixed<19x16xi32, 14>, !iquant.fixed<16x16xi32, 14>) {
  %0 = iquant.linear %x, %w : (!iquant.dyn<19x4xui8>, !iquant.weight<16x4xsi8, #iquant.tiles<16x4>>) -> !iquant.fixed<19x16xi32, 14>
  %1 = iquant.linear %y, %w : (!iquant.dyn<16x4xui8>, !iquant.weight<16x4xsi8, #iquant.tiles<16x4>>) -> !iquant.fixed<16x16xi32, 14>
  return %0, %1 : !iquant.fixed<19x16xi32, 14>, !iquant.fixed<16x16xi32, 14>
}

// -----

// Five channels are two tiles and a half: rows are filled up with zeros, which
// meet the weight's. Signed codes are raised by 128 for an instruction of
// unsigned ones, and the sums take that out.
// CHECK-LABEL: func.func private @iquant.linear_16x5_tiles_16x4_si8_rows_1(
// CHECK: linalg.fill {{.*}} outs(%{{.*}} : tensor<1x8xi8>)
// CHECK: linalg.generic
// CHECK: arith.addi %{{.*}}, %c-128_i8
// CHECK: tensor.insert_slice {{.*}} into tensor<1x8xi8>
// CHECK: arith.muli %{{.*}}, %cst{{.*}} : vector<16xi32>
func.func @symmetric(%x: !iquant.dyn<1x5xsi8>, %w: !iquant.weight<16x5xsi8, #iquant.tiles<16x4>>) -> !iquant.fixed<1x16xi32, 14> {
  %0 = iquant.linear %x, %w : (!iquant.dyn<1x5xsi8>, !iquant.weight<16x5xsi8, #iquant.tiles<16x4>>) -> !iquant.fixed<1x16xi32, 14>
  return %0 : !iquant.fixed<1x16xi32, 14>
}

// -----

// An embedding finds a code in its tile.
// CHECK-LABEL: func.func @embedding(
// CHECK-SAME: %{{.*}}: tensor<?xi32>, %[[Q:[^ ]*]]: tensor<13x8x8x2xi8>
// CHECK: %[[CHANNEL:.*]] = linalg.index 1
// CHECK: %[[TILE:.*]] = arith.divui %[[ROW:.*]], %c8
// CHECK: %[[STEP:.*]] = arith.divui %[[CHANNEL]], %c2
// CHECK: %[[N:.*]] = arith.remui %[[ROW]], %c8
// CHECK: %[[K:.*]] = arith.remui %[[CHANNEL]], %c2
// CHECK: tensor.extract %[[Q]][%[[TILE]], %[[STEP]], %[[N]], %[[K]]]
func.func @embedding(%ids: tensor<?xi32>, %t: !iquant.weight<100x16xsi8, #iquant.tiles<8x2>>) -> !iquant.fixed<?x16xi32, 14> {
  %0 = iquant.embedding %ids, %t : (tensor<?xi32>, !iquant.weight<100x16xsi8, #iquant.tiles<8x2>>) -> !iquant.fixed<?x16xi32, 14>
  return %0 : !iquant.fixed<?x16xi32, 14>
}

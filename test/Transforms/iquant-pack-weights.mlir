// RUN: quant-opt %s --split-input-file --iquant-pack-weights | FileCheck %s
// RUN: quant-opt %s --split-input-file --iquant-pack-weights=tiles=4x1 --iquant-pack-weights=tiles=none | FileCheck %s --check-prefix=ROWS
// RUN: quant-opt %s --split-input-file --iquant-pack-weights --remarks-filter=iquant-pack-weights 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: not quant-opt %s --split-input-file --iquant-pack-weights=tiles=8by2 2>&1 | FileCheck %s --check-prefix=SPELLING
// RUN: not quant-opt %s --split-input-file --iquant-pack-weights=tiles=8x65 2>&1 | FileCheck %s --check-prefix=SIZE

// SPELLING: error: expects tiles such as 16x4, or none, got '8by2'
// SIZE: error: expects tiles of 1 .. 64 output and 1 .. 64 input channels, got 8 and 65

// The tiles are those of the target's best instruction; the embedding that
// shares the weight reads the new one. Back in rows, the codes are the old ones.
// CHECK-LABEL: module attributes {llvm.target = {{.*}}avx2
// CHECK: arith.constant dense<{{\[\[\[\[}}1, 2], [4, 5], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0]], {{\[\[}}3, 0], [6, 0],
// CHECK: %[[PACKED:.*]] = iquant.compose {{.*}} -> !iquant.weight<2x3xsi8, #iquant.tiles<8x2>>
// CHECK: iquant.embedding %{{.*}}, %[[PACKED]]
// CHECK: iquant.linear %{{.*}}, %[[PACKED]]
// ROWS: arith.constant dense<{{\[\[}}1, 2, 3], [4, 5, 6]]> : tensor<2x3xi8>
// ROWS: iquant.compose {{.*}} -> !iquant.weight<2x3xsi8>
// REMARK: remark: {{.*}}iquant-pack-weights{{.*}}PackedWeights=1
module attributes {llvm.target = #llvm.target<triple = "x86_64-linux-gnu", chip = "", features = <["+avx2"]>>} {
  func.func @tied(%ids: tensor<?xi32>, %x: !iquant.dyn<?x3xui8>) -> (!iquant.fixed<?x3xi32, 14>, !iquant.fixed<?x2xi32, 14>) {
    %codes = arith.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi8>
    %multipliers = arith.constant dense<32768> : tensor<2xi32>
    %exponents = arith.constant dense<20> : tensor<2xi32>
    %sums = arith.constant dense<[6, 15]> : tensor<2xi32>
    %weight = iquant.compose %codes, %multipliers, %exponents, %sums : (tensor<2x3xi8>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>) -> !iquant.weight<2x3xsi8>
    %0 = iquant.embedding %ids, %weight : (tensor<?xi32>, !iquant.weight<2x3xsi8>) -> !iquant.fixed<?x3xi32, 14>
    %1 = iquant.linear %x, %weight : (!iquant.dyn<?x3xui8>, !iquant.weight<2x3xsi8>) -> !iquant.fixed<?x2xi32, 14>
    return %0, %1 : !iquant.fixed<?x3xi32, 14>, !iquant.fixed<?x2xi32, 14>
  }
}

// -----

// Without a target, tiles that any machine can read. A splat is written out:
// what fills a tile is 0.
// CHECK-LABEL: func.func @splat
// CHECK: arith.constant dense<{{\[\[\[\[}}7], [7], [0], [0]], {{\[\[}}7],
// CHECK: !iquant.weight<2x3xsi8, #iquant.tiles<4x1>>
// ROWS-LABEL: func.func @splat
// ROWS: arith.constant dense<7> : tensor<2x3xi8>
func.func @splat(%x: !iquant.dyn<?x3xui8>) -> !iquant.fixed<?x2xi32, 14> {
  %codes = arith.constant dense<7> : tensor<2x3xi8>
  %multipliers = arith.constant dense<32768> : tensor<2xi32>
  %exponents = arith.constant dense<20> : tensor<2xi32>
  %sums = arith.constant dense<21> : tensor<2xi32>
  %weight = iquant.compose %codes, %multipliers, %exponents, %sums : (tensor<2x3xi8>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>) -> !iquant.weight<2x3xsi8>
  %0 = iquant.linear %x, %weight : (!iquant.dyn<?x3xui8>, !iquant.weight<2x3xsi8>) -> !iquant.fixed<?x2xi32, 14>
  return %0 : !iquant.fixed<?x2xi32, 14>
}

// -----

// A weight that the caller gives stays as it is, and so does the table of an
// embedding alone.
// CHECK-LABEL: func.func @others
// CHECK-NOT: tiles
// REMARK: remark: {{.*}}the codes of the weight are no constant
func.func @others(%x: !iquant.dyn<?x3xui8>, %weight: !iquant.weight<2x3xsi8>, %ids: tensor<?xi32>) -> (!iquant.fixed<?x2xi32, 14>, !iquant.fixed<?x3xi32, 14>) {
  %codes = arith.constant dense<7> : tensor<2x3xi8>
  %multipliers = arith.constant dense<32768> : tensor<2xi32>
  %exponents = arith.constant dense<20> : tensor<2xi32>
  %sums = arith.constant dense<21> : tensor<2xi32>
  %table = iquant.compose %codes, %multipliers, %exponents, %sums : (tensor<2x3xi8>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>) -> !iquant.weight<2x3xsi8>
  %0 = iquant.linear %x, %weight : (!iquant.dyn<?x3xui8>, !iquant.weight<2x3xsi8>) -> !iquant.fixed<?x2xi32, 14>
  %1 = iquant.embedding %ids, %table : (tensor<?xi32>, !iquant.weight<2x3xsi8>) -> !iquant.fixed<?x3xi32, 14>
  return %0, %1 : !iquant.fixed<?x2xi32, 14>, !iquant.fixed<?x3xi32, 14>
}

// RUN: quant-opt %s --convert-iquant-to-linalg --canonicalize --cse --split-input-file | FileCheck %s

// A pass for the range, the scalars of rows and groups, here the same, a pass
// for the codes; only rows divide.
// CHECK-LABEL: func.func @quantize(
func.func @quantize(%x: !iquant.fixed<?x16xi32, 14>) -> !iquant.dyn<?x16xui8> {
  // CHECK: %[[RANGE:.*]]:2 = linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]
  // CHECK: arith.minsi
  // CHECK: arith.maxsi
  // CHECK: %[[WIDTH:.*]] = linalg.generic {{.*}} iterator_types = ["parallel"]} ins(%[[RANGE]]#0, %[[RANGE]]#1 :
  // CHECK: %[[ROWS:.*]]:4 = linalg.generic {{.*}} iterator_types = ["parallel"]} ins(%[[WIDTH]] :
  // CHECK: arith.divui
  // CHECK: %[[GROUPS:.*]]:3 = linalg.generic {{.*}} iterator_types = ["parallel"]} ins(%[[RANGE]]#0, %[[RANGE]]#1, %[[WIDTH]],
  // CHECK: %[[CODES:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]}
  // CHECK-NOT: arith.div
  // CHECK: return %[[CODES]], %[[ROWS]]#0, %[[GROUPS]]#0, %[[GROUPS]]#1
  %0 = iquant.quantize %x : !iquant.fixed<?x16xi32, 14> -> !iquant.dyn<?x16xui8>
  return %0 : !iquant.dyn<?x16xui8>
}

// -----

// Groups of unsigned codes have ranges of their own, and the row has the widest.
// CHECK-LABEL: func.func @unsigned_groups(
func.func @unsigned_groups(%x: !iquant.fixed<?x16xi32, 14>) -> !iquant.dyn<?x16xui8, 4> {
  // CHECK: %[[X:.*]] = tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2]] output_shape [%{{.*}}, 4, 4]
  // CHECK: %[[RANGE:.*]]:2 = linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]} ins(%[[X]] : tensor<?x4x4xi32>) outs(%{{.*}} : tensor<?x4xi32>, tensor<?x4xi32>)
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%[[RANGE]]#0, %[[RANGE]]#1 : {{.*}} outs(%{{.*}} : tensor<?xi64>)
  // CHECK: %[[ROWS:.*]]:4 = linalg.generic {{.*}} iterator_types = ["parallel"]}
  // CHECK: %[[GROUPS:.*]]:3 = linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]}
  // CHECK: %[[CODES:.*]] = tensor.collapse_shape %{{.*}} : tensor<?x4x4xi8> into tensor<?x16xi8>
  // CHECK: return %[[CODES]], %[[ROWS]]#0, %[[GROUPS]]#0, %[[GROUPS]]#1 : tensor<?x16xi8>, tensor<?xi32>, tensor<?x4xi32>, tensor<?x4xi32>
  %0 = iquant.quantize %x : !iquant.fixed<?x16xi32, 14> -> !iquant.dyn<?x16xui8, 4>
  return %0 : !iquant.dyn<?x16xui8, 4>
}

// -----

// Groups of signed codes are rows of their own.
// CHECK-LABEL: func.func @groups(
func.func @groups(%x: !iquant.fixed<?x16xi32, 14>) -> !iquant.dyn<?x16xsi8, 4> {
  // CHECK: %[[X:.*]] = tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2]] output_shape [%{{.*}}, 4, 4]
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]} ins(%[[X]] : tensor<?x4x4xi32>) outs(%{{.*}} : tensor<?x4xi32>)
  // CHECK: math.absi
  // CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0], [1, 2]] : tensor<?x4x4xi8> into tensor<?x16xi8>
  %0 = iquant.quantize %x : !iquant.fixed<?x16xi32, 14> -> !iquant.dyn<?x16xsi8, 4>
  return %0 : !iquant.dyn<?x16xsi8, 4>
}

// -----

// CHECK-LABEL: func.func @dequantize(
func.func @dequantize(%x: !iquant.dyn<?x16xui8, 4>) -> !iquant.fixed<?x16xi32, 14> {
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel"]
  // CHECK: arith.extui %{{.*}} : i8 to i32
  // CHECK-NOT: linalg.generic
  %0 = iquant.dequantize %x : !iquant.dyn<?x16xui8, 4> -> !iquant.fixed<?x16xi32, 14>
  return %0 : !iquant.fixed<?x16xi32, 14>
}

// -----

// Without a shift one pass finds the sum of squares and the range; three passes
// read the row, and none of them writes it in between.
// CHECK-LABEL: func.func @rms_norm(
// CHECK-SAME: %[[X:[^ ]*]]: tensor<?x16xi32>
func.func @rms_norm(%x: !iquant.fixed<?x16xi32, 14>, %g: !iquant.fixed<16xi16, 13>) -> !iquant.dyn<?x16xui8> {
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%[[X]] :
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel"]}
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%[[X]], {{.*}} outs(%{{.*}} : tensor<?xi64>, tensor<?xi64>, tensor<?xi64>)
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel"]}
  // The square root, digit by digit.
  // CHECK: scf.for %{{.*}} = %c0 to %c31
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel"]}
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]} ins(%[[X]], {{.*}} outs(%{{.*}} : tensor<?x16xi8>)
  // CHECK-NOT: linalg.generic
  %0 = iquant.rms_norm %x scale %g {epsilon = 2684 : i64} : (!iquant.fixed<?x16xi32, 14>, !iquant.fixed<16xi16, 13>) -> !iquant.dyn<?x16xui8>
  return %0 : !iquant.dyn<?x16xui8>
}

// -----

// With a shift the range needs the root, so it is a pass of its own.
// CHECK-LABEL: func.func @layer_norm(
func.func @layer_norm(%x: !iquant.fixed<?x16xi32, 14>, %g: !iquant.fixed<16xi16, 13>, %b: !iquant.fixed<16xi16, 15>) -> !iquant.fixed<?x16xi32, 12> {
  // CHECK-COUNT-4: iterator_types = ["parallel", "reduction"]
  // CHECK: iterator_types = ["parallel", "parallel"]} {{.*}} outs(%{{.*}} : tensor<?x16xi32>)
  // CHECK-NOT: linalg.generic
  %0 = iquant.layer_norm %x scale %g shift %b {epsilon = 2684 : i64} : (!iquant.fixed<?x16xi32, 14>, !iquant.fixed<16xi16, 13>, !iquant.fixed<16xi16, 15>) -> !iquant.fixed<?x16xi32, 12>
  return %0 : !iquant.fixed<?x16xi32, 12>
}

// -----

// CHECK-LABEL: func.func @softmax(
func.func @softmax(%x: !iquant.fixed<?x16xi32, 14>) -> !iquant.fixed<?x16xi32, 14> {
  // CHECK-DAG: %[[FINE:.*]] = arith.constant dense<[-1, -13, {{.*}}, 126]> : tensor<16xi8>
  // CHECK-DAG: %[[HIGH:.*]] = arith.constant dense<[-1, 120, 56, 26, 12, 5, 2, 1, 0, {{.*}}, 0]> : tensor<16xi8>
  // CHECK-DAG: %[[LOW:.*]] = arith.constant dense<[0, 26, {{.*}}, 2, 1]> : tensor<16xi8>
  // CHECK: iterator_types = ["parallel", "reduction"]
  // CHECK: %[[E:.*]]:2 = linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]
  // CHECK: tensor.extract %[[LOW]]
  // CHECK: tensor.extract %[[HIGH]]
  // CHECK: tensor.extract %[[FINE]]
  // CHECK: iterator_types = ["parallel"]} ins(%[[E]]#1 :
  // CHECK: iterator_types = ["parallel", "parallel"]} ins(%[[E]]#0,
  %0 = iquant.softmax %x : (!iquant.fixed<?x16xi32, 14>) -> !iquant.fixed<?x16xi32, 14>
  return %0 : !iquant.fixed<?x16xi32, 14>
}

// -----

// Exponentials as codes come with their sum, which is not divided by but turned
// into a scale.
// CHECK-LABEL: func.func @softmax_codes(
func.func @softmax_codes(%x: !iquant.fixed<?x16xi32, 14>) -> !iquant.dyn<?x16xui8> {
  // CHECK: iterator_types = ["parallel", "reduction"]
  // CHECK: %[[CODES:.*]]:2 = linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} {{.*}} outs(%{{.*}}, %{{.*}} : tensor<?x16xi8>, tensor<?xi32>)
  // CHECK: %[[SCALE:.*]]:3 = linalg.generic {{.*}} iterator_types = ["parallel"]} ins(%[[CODES]]#1 :
  // CHECK-NOT: linalg.generic
  // CHECK: return %[[CODES]]#0, %[[SCALE]]#0, %[[SCALE]]#1, %[[SCALE]]#2
  %0 = iquant.softmax %x : (!iquant.fixed<?x16xi32, 14>) -> !iquant.dyn<?x16xui8>
  return %0 : !iquant.dyn<?x16xui8>
}

// -----

// CHECK-LABEL: func.func @softmax_table(
func.func @softmax_table(%x: !iquant.fixed<?x16xi32, 14>) -> !iquant.fixed<?x16xi32, 14> {
  // CHECK: %[[TABLE:.*]] = arith.constant dense<[-1, 79, 25, 8]> : tensor<4xi8>
  // CHECK-NOT: linalg.index
  // CHECK: tensor.extract %[[TABLE]]
  %0 = iquant.softmax %x {table = #iquant.table<bits = 2, multiplier = [55924], exponent = [16], entries = [255, 79, 25, 8]>} : (!iquant.fixed<?x16xi32, 14>) -> !iquant.fixed<?x16xi32, 14>
  return %0 : !iquant.fixed<?x16xi32, 14>
}

// -----

// Dither depends on the position in the row.
// CHECK-LABEL: func.func @softmax_dithered(
func.func @softmax_dithered(%x: !iquant.fixed<?x16xi32, 14>) -> !iquant.fixed<?x16xi32, 14> {
  // CHECK: linalg.index 1
  // CHECK: tensor.extract
  %0 = iquant.softmax %x {table = #iquant.table<bits = 2, multiplier = [55924], exponent = [16], entries = [255, 60, 9, 0], rounding = dithered>} : (!iquant.fixed<?x16xi32, 14>) -> !iquant.fixed<?x16xi32, 14>
  return %0 : !iquant.fixed<?x16xi32, 14>
}

// -----

// Four quarters of the codes make bytes; the two that are left are added by
// themselves. Of a byte, three counts: of either bit and of both.
// CHECK-LABEL: func.func @softmax_counts(
func.func @softmax_counts(%x: !iquant.fixed<?x18xi32, 14>) -> !iquant.dyn<?x18xui8> {
  // CHECK: %[[BYTES:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : tensor<?x4xi8>, tensor<?x4xi8>, tensor<?x4xi8>, tensor<?x4xi8>)
  // CHECK: %[[COUNTS:.*]]:3 = linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%[[BYTES]] :
  // CHECK-COUNT-3: math.ctpop
  // CHECK: %[[SUM:.*]] = linalg.generic {{.*}} ins(%[[COUNTS]]#0, %[[COUNTS]]#1, %[[COUNTS]]#2 :
  // CHECK: %[[REST:.*]] = linalg.generic {{.*}} ins(%{{.*}} : tensor<?x2xi8>)
  // CHECK: linalg.generic {{.*}} ins(%[[SUM]], %[[REST]] :
  %0 = iquant.softmax %x {packed_sum = #iquant.packed_sum<counts>, table = #iquant.table<bits = 2, multiplier = [55924], exponent = [16], entries = [255, 79, 25, 8]>} : (!iquant.fixed<?x18xi32, 14>) -> !iquant.dyn<?x18xui8>
  return %0 : !iquant.dyn<?x18xui8>
}

// -----

// Two codes of 3 bits have 64 sums.
// CHECK-LABEL: func.func @softmax_sums(
func.func @softmax_sums(%x: !iquant.fixed<?x16xi32, 14>) -> !iquant.dyn<?x16xui8> {
  // CHECK: %[[SUMS:.*]] = arith.constant dense<{{.*}}> : tensor<64xi32>
  // CHECK: %[[BYTES:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<?x8xi8>, tensor<?x8xi8>)
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%[[BYTES]] :
  // CHECK: tensor.extract %[[SUMS]]
  %0 = iquant.softmax %x {packed_sum = #iquant.packed_sum<table>, table = #iquant.table<bits = 3, multiplier = [55924], exponent = [16], entries = [255, 190, 140, 79, 50, 25, 12, 8]>} : (!iquant.fixed<?x16xi32, 14>) -> !iquant.dyn<?x16xui8>
  return %0 : !iquant.dyn<?x16xui8>
}

// -----

// Two reductions: each vectorises, a pair of value and index does not.
// CHECK-LABEL: func.func @argmax(
func.func @argmax(%x: !iquant.fixed<?x16xi32, 14>) -> tensor<?xi32> {
  // CHECK: %[[MOST:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%{{.*}}, %[[MOST]] :
  // CHECK: linalg.index 1
  // CHECK: arith.cmpi eq
  %0 = iquant.argmax %x : (!iquant.fixed<?x16xi32, 14>) -> tensor<?xi32>
  return %0 : tensor<?xi32>
}

// -----

// Rows are added where they lie one after the other, and divided as positive
// numbers once per result.
// CHECK-LABEL: func.func @mean_pool(
func.func @mean_pool(%x: !iquant.fixed<?x?x16xi32, 14>, %mask: tensor<?x?xi1>) -> !iquant.fixed<?x16xi32, 14> {
  // CHECK: %[[COUNT:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%arg1 : tensor<?x?xi1>)
  // CHECK: %[[SUM:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "reduction", "parallel"]} ins(%arg0, %arg1 : tensor<?x?x16xi32>, tensor<?x?xi1>) outs(%{{.*}} : tensor<?x16xi64>)
  // CHECK: arith.select
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]} ins(%[[SUM]], %[[COUNT]] :
  // CHECK: arith.divui
  // CHECK-NOT: arith.div
  %0 = iquant.mean_pool %x mask %mask : (!iquant.fixed<?x?x16xi32, 14>, tensor<?x?xi1>) -> !iquant.fixed<?x16xi32, 14>
  return %0 : !iquant.fixed<?x16xi32, 14>
}

// RUN: quant-opt %s --convert-transformer-to-iquant | FileCheck %s

// Equal frequencies share their tables; positions are the rows.
// CHECK-LABEL: func.func @rope(
func.func @rope(%x: tensor<?x4xf32>, %offset: index) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  // 2^14 times cosine and sine of 0, 1 and 2 (and of no angle at all).
  // CHECK: %[[C:.*]] = arith.constant dense<{{\[\[}}16384, 16384], [8852, 16384], [-6818, 16384]]> : tensor<3x2xi16>
  // CHECK: %[[COS:.*]] = iquant.compose %[[C]] : (tensor<3x2xi16>) -> !iquant.fixed<3x2xi16, 14>
  // CHECK: %[[S:.*]] = arith.constant dense<{{\[\[}}0, 0], [13787, 0], [14898, 0]]> : tensor<3x2xi16>
  // CHECK: %[[SIN:.*]] = iquant.compose %[[S]] : (tensor<3x2xi16>) -> !iquant.fixed<3x2xi16, 14>
  // CHECK-NEXT: %[[A:.*]] = iquant.rope %arg0<half> by %[[COS]], %[[SIN]] at %arg1 {heads = 1 : i64}
  // CHECK-NEXT: iquant.rope %[[A]]<interleaved> by %[[COS]], %[[SIN]] at %arg1 {heads = 1 : i64}
  %f = arith.constant dense<[1.0, 0.0]> : tensor<2xf32>
  %0 = transformer.rope %x<half> by %f at %offset {heads = 1, max_positions = 3} : (tensor<?x4xf32>, tensor<2xf32>, index) -> tensor<?x4xf32>
  %1 = transformer.rope %0<interleaved> by %f at %offset {heads = 1, max_positions = 3} : (tensor<?x4xf32>, tensor<2xf32>, index) -> tensor<?x4xf32>
  return %0, %1 : tensor<?x4xf32>, tensor<?x4xf32>
}

// Positions and tables of all rows stay what they are.
// CHECK-LABEL: func.func @rotations(
// CHECK-SAME: %[[P:[a-z0-9]*]]: tensor<2x?xi64>, %[[C:[a-z0-9]*]]: !iquant.fixed<?x4xi32, 14>)
func.func @rotations(%x: tensor<2x?x8xf32>, %positions: tensor<2x?xi64>, %cosine: tensor<?x4xf32>) -> (tensor<2x?x8xf32>, tensor<2x?x8xf32>) {
  // CHECK: iquant.rope %arg0<half> by %{{.*}}, %{{.*}} at %[[P]] {heads = 2 : i64}
  // CHECK-NEXT: iquant.rotate_pairs %arg0<interleaved> by %[[C]], %[[C]] {heads = 2 : i64}
  %f = arith.constant dense<[1.0, 0.0]> : tensor<2xf32>
  %0 = transformer.rope %x<half> by %f at %positions {heads = 2, max_positions = 3} : (tensor<2x?x8xf32>, tensor<2xf32>, tensor<2x?xi64>) -> tensor<2x?x8xf32>
  %1 = transformer.rotate_pairs %x<interleaved> by %cosine, %cosine {heads = 2} : (tensor<2x?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<2x?x8xf32>
  return %0, %1 : tensor<2x?x8xf32>, tensor<2x?x8xf32>
}

// Queries, keys and values have one scale per head; one value that is both key
// and value is quantized once. 255/12/sqrt(2) is 61547 * 2^-12.
// CHECK-LABEL: func.func @attention(
func.func @attention(%q: tensor<2x?x8xf32>, %kv: tensor<2x?x4xf32>, %mask: tensor<2x?xi1>) -> tensor<2x?x8xf32> {
  // CHECK-DAG: %[[Q:.*]] = iquant.quantize %arg0 : !iquant.fixed<2x?x8xi32, 14> -> !iquant.dyn<2x?x8xsi8, 2>
  // CHECK-DAG: %[[KV:.*]] = iquant.quantize %arg1 : !iquant.fixed<2x?x4xi32, 14> -> !iquant.dyn<2x?x4xsi8, 2>
  // CHECK-NOT: iquant.quantize
  // CHECK: iquant.attention %[[Q]], %[[KV]], %[[KV]] mask %arg2
  // CHECK-SAME: {causal, heads = 4 : i64, kv_heads = 2 : i64, scale_exponent = 12 : i64, scale_multiplier = 61547 : i64}
  // CHECK-SAME: -> !iquant.fixed<2x?x8xi32, 14>
  %0 = transformer.attention %q, %kv, %kv mask %mask {heads = 4, kv_heads = 2, causal} : (tensor<2x?x8xf32>, tensor<2x?x4xf32>, tensor<2x?x4xf32>, tensor<2x?xi1>) -> tensor<2x?x8xf32>
  return %0 : tensor<2x?x8xf32>
}

// 255/12 * 12/255 is 1.
// CHECK-LABEL: func.func @given_scale(
func.func @given_scale(%q: tensor<3x2xf32>) -> tensor<3x2xf32> {
  // CHECK: iquant.attention %[[Q:.*]], %[[Q]], %[[Q]] {heads = 1 : i64, kv_heads = 1 : i64, scale_exponent = 15 : i64, scale_multiplier = 32768 : i64}
  %0 = transformer.attention %q, %q, %q {heads = 1, kv_heads = 1, scale = 0.04705882352941176} : (tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// The scale of a table has the factor on the scores in it: 3 codes span 3 and 6
// units, so a unit is 1 or 1/2 of a code, times 1/sqrt(4).
// CHECK-LABEL: func.func @clipped(
func.func @clipped(%q: tensor<3x8xf32>) -> tensor<3x8xf32> {
  // CHECK: iquant.attention %[[Q:.*]], %[[Q]], %[[Q]]
  // CHECK-NOT: scale_multiplier
  // CHECK-SAME: table = #iquant.table<bits = 2, multiplier = [32768, 32768], exponent = [16, 17], entries = [255, 94, 35, 0, 255, 35, 5, 0], rounding = dithered>
  %0 = transformer.attention %q, %q, %q {heads = 2, kv_heads = 2, clip = #transformer.clip<bits = 2, at = [-3.0, -6.0], floor = zero, rounding = dithered>} : (tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
  return %0 : tensor<3x8xf32>
}

// CHECK-LABEL: func.func @clipped_softmax(
func.func @clipped_softmax(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK: iquant.softmax %{{.*}} {table = #iquant.table<bits = 2, multiplier = [32768], exponent = [15], entries = [65280, 32640, 6528, 653]>}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-3.0], table = [1.0, 0.5, 0.1, 0.01], width = 16>} : tensor<?x8xf32>
  // CHECK: iquant.softmax %{{.*}} {table = #iquant.table<bits = 3, multiplier = [32768], exponent = [15], entries = [255, 94, 35, 13, 5, 2, 1, 0]>}
  %1 = transformer.softmax %0 {clip = #transformer.clip<bits = 3, at = [-7.0]>} : tensor<?x8xf32>
  // A unit is 16 of the 255 steps that thresholds count.
  // CHECK: iquant.softmax %{{.*}} {table = #iquant.table<bits = 2, multiplier = [32768], exponent = [11], entries = [255, 128, 26, 0], thresholds = [20, 70, 255]>}
  %2 = transformer.softmax %1 {clip = #transformer.clip<bits = 2, at = [-15.9375], table = [1.0, 0.5, 0.1, 0.0], thresholds = [20, 70, 255]>} : tensor<?x8xf32>
  return %2 : tensor<?x8xf32>
}

// What integers have without a clip.
// CHECK-LABEL: func.func @default_clip(
func.func @default_clip(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: iquant.softmax %arg0 : (!iquant.fixed<4x8xi32, 14>)
  // CHECK: iquant.attention
  // CHECK-NOT: table
  // CHECK-SAME: scale_multiplier
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 8, at = [-12.0]>} : tensor<4x8xf32>
  %1 = transformer.attention %0, %0, %0 {heads = 2, kv_heads = 2, clip = #transformer.clip<bits = 8, at = [-12.0]>} : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// CHECK-LABEL: func.func @softmax(
func.func @softmax(%x: tensor<?x32768xf32>) -> tensor<?x32768xf32> {
  // CHECK-NEXT: iquant.softmax %arg0 : (!iquant.fixed<?x32768xi32, 14>) -> !iquant.fixed<?x32768xi32, 14>
  %0 = transformer.softmax %x : tensor<?x32768xf32>
  return %0 : tensor<?x32768xf32>
}

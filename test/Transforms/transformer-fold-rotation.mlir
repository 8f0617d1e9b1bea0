// RUN: quant-opt %s --transformer-fold-rotation --split-input-file | FileCheck %s
// RUN: quant-opt %s --transformer-fold-rotation=seed=1 --split-input-file | FileCheck %s --check-prefix=SEED
// RUN: quant-opt %s --transformer-fold-rotation --split-input-file -o /dev/null \
// RUN:   --remarks-filter=transformer-fold-rotation --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK

// Table and head are one constant before, and two after; the norm's scale goes
// into the head on the way. Rows that were (1, 0, 0, 0) have four equal parts.
// CHECK-LABEL: func.func @tied
// CHECK: %[[HEAD:.*]] = arith.constant dense<{{\[}}[-1.000000e+00, -1.000000e+00, -1.000000e+00, -1.000000e+00], [1.000000e+00, -1.000000e+00, 1.000000e+00, -1.000000e+00]]>
// CHECK: %[[TABLE:.*]] = arith.constant dense<{{\[}}[-5.000000e-01, -5.000000e-01, -5.000000e-01, -5.000000e-01], [5.000000e-01, -5.000000e-01, 5.000000e-01, -5.000000e-01]]>
// CHECK: transformer.embedding %{{.*}}, %[[TABLE]]
// CHECK: transformer.rms_norm %{{.*}} {epsilon
// CHECK: transformer.linear %{{.*}}, %[[HEAD]]
// SEED-LABEL: func.func @tied
// SEED: arith.constant
// SEED-NOT: [-1.000000e+00, -1.000000e+00, -1.000000e+00, -1.000000e+00], [1.000000e+00, -1.000000e+00, 1.000000e+00, -1.000000e+00]
// SEED-SAME: tensor<2x4xf32>
// REMARK: [Passed] NormScaleFolded
// REMARK: fold-rotation.mlir:[[#@LINE+3]]:{{.*}} [Passed] Rotated | {{.*}}Remark="rotated its channels", rotations=1, values=2, width=4
func.func @tied(%ids: tensor<?xi32>) -> tensor<?x2xf32> {
  %table = arith.constant dense<[[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]> : tensor<2x4xf32>
  %x = transformer.embedding %ids, %table : (tensor<?xi32>, tensor<2x4xf32>) -> tensor<?x4xf32>
  %g = arith.constant dense<2.0> : tensor<4xf32>
  %n = transformer.rms_norm %x scale %g {epsilon = 1.0e-5} : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %0 = transformer.linear %n, %table : (tensor<?x4xf32>, tensor<2x4xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// -----

// Without the norm's scale, one constant serves both. Observers of what rotates
// lose their statistics, others do not.
// CHECK-LABEL: func.func @still_tied
// CHECK: %[[TABLE:.*]] = arith.constant
// CHECK-NOT: arith.constant
// CHECK: transformer.observe %{{.*}} "x" : tensor<?x4xf32>
// CHECK: transformer.linear %{{.*}}, %[[TABLE]]
// CHECK: transformer.observe %{{.*}} "y" {statistics
func.func @still_tied(%ids: tensor<?xi32>) -> tensor<?x2xf32> {
  %table = arith.constant dense<[[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]> : tensor<2x4xf32>
  %x = transformer.embedding %ids, %table : (tensor<?xi32>, tensor<2x4xf32>) -> tensor<?x4xf32>
  %o = transformer.observe %x "x" {statistics = #transformer.statistics<count = 1, min = dense<0.0> : tensor<4xf32>,
    max = dense<1.0> : tensor<4xf32>, mean = dense<0.5> : tensor<4xf32>, deviation = dense<0.5> : tensor<4xf32>,
    absmax = dense<1.0> : tensor<4xf32>>} : tensor<?x4xf32>
  %n = transformer.rms_norm %o {epsilon = 1.0e-5} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %0 = transformer.linear %n, %table : (tensor<?x4xf32>, tensor<2x4xf32>) -> tensor<?x2xf32>
  %1 = transformer.observe %0 "y" {statistics = #transformer.statistics<count = 1, min = dense<0.0> : tensor<2xf32>,
    max = dense<1.0> : tensor<2xf32>, mean = dense<0.5> : tensor<2xf32>, deviation = dense<0.5> : tensor<2xf32>,
    absmax = dense<1.0> : tensor<2xf32>>} : tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}

// -----

// Values rotate head by head, both query heads of a value head alike; queries
// and keys as well, as long as no rotary embedding stands between.
// REMARK: [[#@LINE+7]]:{{.*}} [Passed] Rotated | {{.*}}Remark="rotated its channels", rotations=2, values=2, width=2
// REMARK: [[#@LINE+10]]:{{.*}} [Passed] Rotated | {{.*}}Remark="rotated its channels", rotations=2, values=2, width=2
// CHECK-LABEL: func.func @heads
// CHECK-NOT: dense<1.000000e+00>
// CHECK: return
func.func @heads(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %wq = arith.constant dense<1.0> : tensor<8x2xf32>
  %q = transformer.linear %x, %wq : (tensor<?x2xf32>, tensor<8x2xf32>) -> tensor<?x8xf32>
  %wk = arith.constant dense<1.0> : tensor<4x2xf32>
  %k = transformer.linear %x, %wk : (tensor<?x2xf32>, tensor<4x2xf32>) -> tensor<?x4xf32>
  %wv = arith.constant dense<1.0> : tensor<4x2xf32>
  %v = transformer.linear %x, %wv : (tensor<?x2xf32>, tensor<4x2xf32>) -> tensor<?x4xf32>
  %a = transformer.attention %q, %k, %v {heads = 4 : i64, kv_heads = 2 : i64}
    : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  %wo = arith.constant dense<1.0> : tensor<2x8xf32>
  %0 = transformer.linear %a, %wo : (tensor<?x8xf32>, tensor<2x8xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// -----

// What is in the way: a rotary embedding, the scale of a norm whose result is
// part of the stream, a function's result, a weight that is no constant.
// CHECK-LABEL: func.func @declined
// CHECK-COUNT-5: arith.constant dense<1.000000e+00>
func.func @declined(%x: tensor<?x4xf32>, %f: tensor<2xf32>, %o: index, %w: tensor<4x4xf32>)
    -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) {
  %w0 = arith.constant dense<1.0> : tensor<4x4xf32>
  %w1 = arith.constant dense<1.0> : tensor<4x4xf32>
  %w2 = arith.constant dense<1.0> : tensor<4x4xf32>
  %w3 = arith.constant dense<1.0> : tensor<4x4xf32>
  %g = arith.constant dense<1.0> : tensor<4xf32>
  // REMARK: [[#@LINE+1]]:{{.*}} [Missed] NotRotated | {{.*}}"not rotated, since 'transformer.rope' neither passes nor absorbs a rotation, in function 'declined'"
  %q = transformer.linear %x, %w0 : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %r = transformer.rope %q<half> by %f at %o {heads = 1 : i64, max_positions = 8 : i64} : (tensor<?x4xf32>, tensor<2xf32>, index) -> tensor<?x4xf32>
  %0 = transformer.linear %q, %w0 : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %s = transformer.linear %r, %w1 : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  // REMARK: [[#@LINE+1]]:{{.*}} [Missed] NotRotated | {{.*}}"not rotated, since 'transformer.layer_norm' neither passes nor absorbs a rotation, in function 'declined'"
  %n = transformer.layer_norm %s scale %g {epsilon = 1.0e-5} : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %t = transformer.linear %n, %w2 : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %sum = transformer.add %n, %t : tensor<?x4xf32>
  // REMARK: [[#@LINE+1]]:{{.*}} [Missed] NotRotated | {{.*}}"not rotated, since 'transformer.linear' cannot take it into its constants: expects a constant, in function 'declined'"
  %u = transformer.linear %sum, %w3 : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %1 = transformer.linear %u, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %2 = transformer.linear %u, %w3 : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  return %0, %1, %2 : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// Nothing to do without places.
// CHECK-LABEL: func.func @nothing
// CHECK-NEXT: transformer.silu
func.func @nothing(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = transformer.silu %x : tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

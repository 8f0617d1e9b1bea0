// RUN: quant-opt %s | quant-opt | FileCheck %s
// RUN: quant-opt %s --mlir-print-op-generic | quant-opt | FileCheck %s
// RUN: quant-opt %s --emit-bytecode | quant-opt | FileCheck %s

// Every op and form survives printing, the generic syntax and bytecode.

// CHECK-LABEL: @embedding
func.func @embedding(%ids: tensor<?x5xi64>, %one: tensor<i32>, %table: tensor<9x8xf16>) {
  // CHECK: transformer.embedding %{{.*}}, %{{.*}} : (tensor<?x5xi64>, tensor<9x8xf16>) -> tensor<?x5x8xf16>
  %0 = transformer.embedding %ids, %table : (tensor<?x5xi64>, tensor<9x8xf16>) -> tensor<?x5x8xf16>
  // CHECK: transformer.embedding %{{.*}}, %{{.*}} : (tensor<i32>, tensor<9x8xf16>) -> tensor<8xf16>
  %1 = transformer.embedding %one, %table : (tensor<i32>, tensor<9x8xf16>) -> tensor<8xf16>
  return
}

// CHECK-LABEL: @linear
func.func @linear(%x: tensor<2x?x8xf32>, %row: tensor<8xf32>, %w: tensor<3x8xbf16>, %b: tensor<3xf32>) {
  // CHECK: transformer.linear %{{.*}}, %{{.*}} : (tensor<2x?x8xf32>, tensor<3x8xbf16>) -> tensor<2x?x3xf32>
  %0 = transformer.linear %x, %w : (tensor<2x?x8xf32>, tensor<3x8xbf16>) -> tensor<2x?x3xf32>
  // CHECK: transformer.linear %{{.*}}, %{{.*}} bias %{{.*}} : (tensor<2x?x8xf32>, tensor<3x8xbf16>, tensor<3xf32>) -> tensor<2x?x3xf32>
  %1 = transformer.linear %x, %w bias %b : (tensor<2x?x8xf32>, tensor<3x8xbf16>, tensor<3xf32>) -> tensor<2x?x3xf32>
  // CHECK: transformer.linear %{{.*}}, %{{.*}} : (tensor<8xf32>, tensor<3x8xbf16>) -> tensor<3xf32>
  %2 = transformer.linear %row, %w : (tensor<8xf32>, tensor<3x8xbf16>) -> tensor<3xf32>
  return
}

// CHECK-LABEL: @more_static_result
func.func @more_static_result(%x: tensor<2x?x8xf32>, %w: tensor<3x8xf32>) {
  // CHECK: transformer.linear %{{.*}}, %{{.*}} : (tensor<2x?x8xf32>, tensor<3x8xf32>) -> tensor<2x7x3xf32>
  %0 = transformer.linear %x, %w : (tensor<2x?x8xf32>, tensor<3x8xf32>) -> tensor<2x7x3xf32>
  return
}

// CHECK-LABEL: @rms_norm
func.func @rms_norm(%x: tensor<2x?x8xf32>, %g: tensor<8xf32>) {
  // CHECK: transformer.rms_norm %{{.*}} scale %{{.*}} {epsilon = 1.000000e-05 : f64} : (tensor<2x?x8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  %0 = transformer.rms_norm %x scale %g {epsilon = 1.0e-5} : (tensor<2x?x8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  // CHECK: transformer.rms_norm %{{.*}} {epsilon = 0.000000e+00 : f64} : (tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  %1 = transformer.rms_norm %x {epsilon = 0.0} : (tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  return
}

// CHECK-LABEL: @layer_norm
func.func @layer_norm(%x: tensor<2x?x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) {
  // CHECK: transformer.layer_norm %{{.*}} scale %{{.*}} shift %{{.*}} {epsilon = 1.000000e-05 : f64} : (tensor<2x?x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  %0 = transformer.layer_norm %x scale %g shift %b {epsilon = 1.0e-5} : (tensor<2x?x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  // CHECK: transformer.layer_norm %{{.*}} scale %{{.*}} {epsilon = 1.000000e-05 : f64} : (tensor<2x?x8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  %1 = transformer.layer_norm %x scale %g {epsilon = 1.0e-5} : (tensor<2x?x8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  // CHECK: transformer.layer_norm %{{.*}} shift %{{.*}} {epsilon = 1.000000e-05 : f64} : (tensor<2x?x8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  %2 = transformer.layer_norm %x shift %b {epsilon = 1.0e-5} : (tensor<2x?x8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  // CHECK: transformer.layer_norm %{{.*}} {epsilon = 0.000000e+00 : f64} : (tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  %3 = transformer.layer_norm %x {epsilon = 0.0} : (tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  return
}

// CHECK-LABEL: @rope
func.func @rope(%x: tensor<2x?x8xf32>, %f: tensor<2xf32>, %at: index, %rows: tensor<?xi64>, %all: tensor<2x?xi32>) {
  // CHECK: transformer.rope %{{.*}}<half> by %{{.*}} at %{{.*}} {heads = 2 : i64, max_positions = 16 : i64} : (tensor<2x?x8xf32>, tensor<2xf32>, index) -> tensor<2x?x8xf32>
  %0 = transformer.rope %x<half> by %f at %at {heads = 2, max_positions = 16} : (tensor<2x?x8xf32>, tensor<2xf32>, index) -> tensor<2x?x8xf32>
  // CHECK: transformer.rope %{{.*}}<interleaved> by %{{.*}} at %{{.*}} {heads = 2 : i64, max_positions = 16 : i64} : (tensor<2x?x8xf32>, tensor<2xf32>, index) -> tensor<2x?x8xf32>
  %1 = transformer.rope %x<interleaved> by %f at %at {heads = 2, max_positions = 16} : (tensor<2x?x8xf32>, tensor<2xf32>, index) -> tensor<2x?x8xf32>
  // CHECK: transformer.rope %{{.*}}<half> by %{{.*}} at %{{.*}} {heads = 2 : i64, max_positions = 16 : i64} : (tensor<2x?x8xf32>, tensor<2xf32>, tensor<?xi64>) -> tensor<2x?x8xf32>
  %2 = transformer.rope %x<half> by %f at %rows {heads = 2, max_positions = 16} : (tensor<2x?x8xf32>, tensor<2xf32>, tensor<?xi64>) -> tensor<2x?x8xf32>
  // CHECK: transformer.rope %{{.*}}<half> by %{{.*}} at %{{.*}} {heads = 2 : i64, max_positions = 16 : i64} : (tensor<2x?x8xf32>, tensor<2xf32>, tensor<2x?xi32>) -> tensor<2x?x8xf32>
  %3 = transformer.rope %x<half> by %f at %all {heads = 2, max_positions = 16} : (tensor<2x?x8xf32>, tensor<2xf32>, tensor<2x?xi32>) -> tensor<2x?x8xf32>
  return
}

// CHECK-LABEL: @rotate_pairs
func.func @rotate_pairs(%x: tensor<2x?x8xf32>, %rows: tensor<?x4xf32>, %all: tensor<2x?x4xf16>) {
  // CHECK: transformer.rotate_pairs %{{.*}}<half> by %{{.*}}, %{{.*}} {heads = 2 : i64} : (tensor<2x?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<2x?x8xf32>
  %0 = transformer.rotate_pairs %x<half> by %rows, %rows {heads = 2} : (tensor<2x?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<2x?x8xf32>
  // CHECK: transformer.rotate_pairs %{{.*}}<interleaved> by %{{.*}}, %{{.*}} {heads = 2 : i64} : (tensor<2x?x8xf32>, tensor<2x?x4xf16>, tensor<2x?x4xf16>) -> tensor<2x?x8xf32>
  %1 = transformer.rotate_pairs %x<interleaved> by %all, %all {heads = 2} : (tensor<2x?x8xf32>, tensor<2x?x4xf16>, tensor<2x?x4xf16>) -> tensor<2x?x8xf32>
  return
}

// CHECK-LABEL: @softmax
func.func @softmax(%x: tensor<2x?x8xf32>) {
  // CHECK: transformer.softmax %{{.*}} : tensor<2x?x8xf32>
  %0 = transformer.softmax %x : tensor<2x?x8xf32>
  // CHECK: transformer.softmax %{{.*}} {clip = #transformer.clip<bits = 2, at = [-3.500000e+00]>} : tensor<2x?x8xf32>
  %1 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-3.5], floor = exponential, rounding = nearest, width = 8>} : tensor<2x?x8xf32>
  // CHECK: {clip = #transformer.clip<bits = 8, at = [-1.200000e+01]>}
  %default = transformer.softmax %x {clip = #transformer.clip<bits = 8, at = [-12.0]>} : tensor<2x?x8xf32>
  // CHECK: {clip = #transformer.clip<bits = 3, at = [-6.000000e+00], floor = zero, rounding = dithered, width = 16>}
  %2 = transformer.softmax %x {clip = #transformer.clip<bits = 3, at = [-6.0], floor = zero, rounding = dithered, width = 16>} : tensor<2x?x8xf32>
  // CHECK: {clip = #transformer.clip<bits = 2, at = [-6.000000e+00], table = [1.000000e+00, 5.000000e-01, 2.500000e-01, 0.000000e+00]>}
  %3 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-6.0], table = [1.0, 0.5, 0.25, 0.0]>} : tensor<2x?x8xf32>
  // CHECK: table = [{{.*}}], thresholds = [20, 70, 255]>}
  %with_thresholds = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-6.0], table = [1.0, 0.5, 0.25, 0.0], thresholds = [20, 70, 255]>} : tensor<2x?x8xf32>
  return
}

// CHECK-LABEL: @update_cache
func.func @update_cache(%c: tensor<?x?x4xf32>, %r: tensor<2x3x4xf32>, %at: index) {
  // CHECK: transformer.update_cache %{{.*}}, %{{.*}} at %{{.*}} : (tensor<?x?x4xf32>, tensor<2x3x4xf32>, index) -> tensor<?x?x4xf32>
  %0 = transformer.update_cache %c, %r at %at : (tensor<?x?x4xf32>, tensor<2x3x4xf32>, index) -> tensor<?x?x4xf32>
  return
}

// CHECK-LABEL: @attention
func.func @attention(%q: tensor<?x8xf32>, %k: tensor<?x4xf32>, %m: tensor<?x?xi1>, %at: index) {
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} {causal, heads = 2 : i64, kv_heads = 1 : i64} : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  %0 = transformer.attention %q, %k, %k {causal, heads = 2, kv_heads = 1} : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} mask %{{.*}} {heads = 2 : i64, kv_heads = 1 : i64, scale = 2.500000e-01 : f64} : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x?xi1>) -> tensor<?x8xf32>
  %1 = transformer.attention %q, %k, %k mask %m {heads = 2, kv_heads = 1, scale = 0.25} : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x?xi1>) -> tensor<?x8xf32>
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} at %{{.*}} {causal, heads = 2 : i64, kv_heads = 1 : i64} : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>, index) -> tensor<?x8xf32>
  %2 = transformer.attention %q, %k, %k at %at {causal, heads = 2, kv_heads = 1} : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>, index) -> tensor<?x8xf32>
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} mask %{{.*}} at %{{.*}} {heads = 2 : i64, kv_heads = 1 : i64} : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x?xi1>, index) -> tensor<?x8xf32>
  %3 = transformer.attention %q, %k, %k mask %m at %at {heads = 2, kv_heads = 1} : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x?xi1>, index) -> tensor<?x8xf32>
  return
}

// CHECK-LABEL: @batched_attention
func.func @batched_attention(%q: tensor<2x3x8xf32>, %k: tensor<2x5x8xf32>, %keys: tensor<2x5xi1>, %pairs: tensor<2x3x5xi1>) {
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} mask %{{.*}} {heads = 2 : i64, kv_heads = 2 : i64} : (tensor<2x3x8xf32>, tensor<2x5x8xf32>, tensor<2x5x8xf32>, tensor<2x5xi1>) -> tensor<2x3x8xf32>
  %0 = transformer.attention %q, %k, %k mask %keys {heads = 2, kv_heads = 2} : (tensor<2x3x8xf32>, tensor<2x5x8xf32>, tensor<2x5x8xf32>, tensor<2x5xi1>) -> tensor<2x3x8xf32>
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} mask %{{.*}} {causal, heads = 2 : i64, kv_heads = 2 : i64} : (tensor<2x3x8xf32>, tensor<2x5x8xf32>, tensor<2x5x8xf32>, tensor<2x3x5xi1>) -> tensor<2x3x8xf32>
  %1 = transformer.attention %q, %k, %k mask %pairs {causal, heads = 2, kv_heads = 2} : (tensor<2x3x8xf32>, tensor<2x5x8xf32>, tensor<2x5x8xf32>, tensor<2x3x5xi1>) -> tensor<2x3x8xf32>
  return
}

// CHECK-LABEL: @mean_pool
func.func @mean_pool(%x: tensor<2x?x8xf32>, %m: tensor<2x?xi1>, %s: tensor<?x?xbf16>, %t: tensor<3xi1>) {
  // CHECK: transformer.mean_pool %{{.*}} mask %{{.*}} : (tensor<2x?x8xf32>, tensor<2x?xi1>) -> tensor<2x8xf32>
  %0 = transformer.mean_pool %x mask %m : (tensor<2x?x8xf32>, tensor<2x?xi1>) -> tensor<2x8xf32>
  // CHECK: transformer.mean_pool %{{.*}} mask %{{.*}} : (tensor<?x?xbf16>, tensor<3xi1>) -> tensor<?xbf16>
  %1 = transformer.mean_pool %s mask %t : (tensor<?x?xbf16>, tensor<3xi1>) -> tensor<?xbf16>
  return
}

// CHECK-LABEL: @elementwise
func.func @elementwise(%x: tensor<2x?x8xf32>, %y: tensor<2x?x8xf32>, %factors: tensor<8xbf16>) {
  // CHECK: transformer.swiglu %{{.*}}, %{{.*}} : tensor<2x?x8xf32>
  %0 = transformer.swiglu %x, %y : tensor<2x?x8xf32>
  // CHECK: transformer.silu %{{.*}} : tensor<2x?x8xf32>
  %1 = transformer.silu %x : tensor<2x?x8xf32>
  // CHECK: transformer.gelu %{{.*}}<erf> : tensor<2x?x8xf32>
  %2 = transformer.gelu %x<erf> : tensor<2x?x8xf32>
  // CHECK: transformer.gelu %{{.*}}<tanh> : tensor<2x?x8xf32>
  %3 = transformer.gelu %x<tanh> : tensor<2x?x8xf32>
  // CHECK: transformer.gelu %{{.*}}<sigmoid> : tensor<2x?x8xf32>
  %8 = transformer.gelu %x<sigmoid> : tensor<2x?x8xf32>
  // CHECK: transformer.relu %{{.*}} : tensor<2x?x8xf32>
  %9 = transformer.relu %x : tensor<2x?x8xf32>
  // CHECK: transformer.mul %{{.*}}, %{{.*}} : tensor<2x?x8xf32>
  %10 = transformer.mul %x, %y : tensor<2x?x8xf32>
  // CHECK: transformer.scale %{{.*}} by %{{.*}} : (tensor<2x?x8xf32>, tensor<8xbf16>) -> tensor<2x?x8xf32>
  %11 = transformer.scale %x by %factors : (tensor<2x?x8xf32>, tensor<8xbf16>) -> tensor<2x?x8xf32>
  // CHECK: transformer.add %{{.*}}, %{{.*}} : tensor<2x?x8xf32>
  %4 = transformer.add %x, %y : tensor<2x?x8xf32>
  // CHECK: transformer.clamp %{{.*}} to [1.500000e+00, 2.000000e+00] : tensor<2x?x8xf32>
  %6 = transformer.clamp %x to [1.5, 2.0] : tensor<2x?x8xf32>
  // CHECK: transformer.observe %{{.*}} "layers.0.input" : tensor<2x?x8xf32>
  %5 = transformer.observe %x "layers.0.input" : tensor<2x?x8xf32>
  return
}

// CHECK-LABEL: @statistics
func.func @statistics(%x: tensor<?x2xf32>) {
  // CHECK: transformer.observe %{{.*}} "x" {statistics = #transformer.statistics<count = 3, min = dense<-1.000000e+00> : tensor<2xf32>,
  // CHECK-SAME: absmax = dense<1.000000e+00> : tensor<2xf32>>} : tensor<?x2xf32>
  %0 = transformer.observe %x "x" {statistics = #transformer.statistics<
    count = 3, min = dense<-1.0> : tensor<2xf32>, max = dense<0.5> : tensor<2xf32>, mean = dense<0.0> : tensor<2xf32>,
    deviation = dense<0.25> : tensor<2xf32>, absmax = dense<1.0> : tensor<2xf32>>} : tensor<?x2xf32>
  // CHECK: transformer.attention {{.*}} scores = "scores", statistics = #transformer.statistics<count = 3,
  // CHECK-SAME: rows = dense<0.000000e+00> : tensor<4x1xf32>>}
  %1 = transformer.attention %x, %x, %x {heads = 1, kv_heads = 1, scores = "scores", statistics = #transformer.statistics<
    count = 3, min = dense<-1.0> : tensor<1xf32>, max = dense<0.0> : tensor<1xf32>, mean = dense<0.0> : tensor<1xf32>,
    deviation = dense<0.25> : tensor<1xf32>, absmax = dense<1.0> : tensor<1xf32>, rows = dense<0.0> : tensor<4x1xf32>>
  } : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  // CHECK: max = dense_resource<peaks> : tensor<2xf32>
  %2 = transformer.observe %x "y" {statistics = #transformer.statistics<
    count = 3, min = dense<0.0> : tensor<2xf32>, max = dense_resource<peaks> : tensor<2xf32>, mean = dense<0.0> : tensor<2xf32>,
    deviation = dense<0.25> : tensor<2xf32>, absmax = dense<1.0> : tensor<2xf32>>} : tensor<?x2xf32>
  return
}

// CHECK-LABEL: @argmax
func.func @argmax(%x: tensor<2x?x8xf32>, %row: tensor<8xf32>) {
  // CHECK: transformer.argmax %{{.*}} : (tensor<2x?x8xf32>) -> tensor<2x?xi32>
  %0 = transformer.argmax %x : (tensor<2x?x8xf32>) -> tensor<2x?xi32>
  // CHECK: transformer.argmax %{{.*}} : (tensor<8xf32>) -> tensor<i32>
  %1 = transformer.argmax %row : (tensor<8xf32>) -> tensor<i32>
  return
}

// The data of a resource inside an attribute.
// CHECK: peaks: "0x040000000000803F00000040"
{-# dialect_resources: { builtin: { peaks: "0x040000000000803F00000040" } } #-}

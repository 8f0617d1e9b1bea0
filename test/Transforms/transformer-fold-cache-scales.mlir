// RUN: quant-opt %s --transformer-fold-cache-scales --verify-diagnostics --split-input-file | FileCheck %s

// What is clamped already stays as it is.
// CHECK-LABEL: func.func @clamped(
// CHECK: %[[K:.*]] = transformer.clamp %arg0 to [1.000000e+00, 2.000000e+00]
// CHECK-NOT: transformer.clamp
// CHECK: transformer.attention %arg0, %[[K]], %[[K]]
func.func @clamped(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %k = transformer.clamp %x to [1.0, 2.0] : tensor<?x4xf32>
  %a = transformer.attention %x, %k, %k {heads = 2, kv_heads = 2} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %a : tensor<?x4xf32>
}

// -----

// Each head has its own range; a channel that was always 0 has the least one.
// CHECK-LABEL: func.func @heads(
// CHECK: transformer.clamp %{{.*}} to [4.000000e+00, 1.000000e-05]
func.func @heads(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %o = transformer.observe %x "x" {statistics = #transformer.statistics<count = 1,
      min = dense<0.0> : tensor<4xf32>, max = dense<[2.0, 4.0, 0.0, 0.0]> : tensor<4xf32>,
      mean = dense<0.0> : tensor<4xf32>, deviation = dense<0.0> : tensor<4xf32>,
      absmax = dense<[2.0, 4.0, 0.0, 0.0]> : tensor<4xf32>>} : tensor<?x4xf32>
  %a = transformer.attention %x, %o, %o {heads = 2, kv_heads = 2} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %a : tensor<?x4xf32>
}

// -----

func.func @unknown(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %k = transformer.silu %x : tensor<?x4xf32>
  // expected-error @below {{expects statistics of keys and values, but no observer has statistics of what 'transformer.silu' gives, in function 'unknown'}}
  %a = transformer.attention %x, %k, %k {heads = 2, kv_heads = 2} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %a : tensor<?x4xf32>
}

// -----

func.func @argument(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @below {{expects statistics of keys and values, but no observer has statistics of an argument}}
  %a = transformer.attention %x, %x, %x {heads = 2, kv_heads = 2} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %a : tensor<?x4xf32>
}

// RUN: quant-opt %s --convert-transformer-to-iquant | FileCheck %s

// Attention and caches read the codes of a clamp, whose ranges are in units of
// 2^-14; a range below one unit is one. Other readers get fixed point.
// CHECK-LABEL: func.func @readers(
func.func @readers(%x: tensor<?x4xf32>, %at: index, %cache: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) {
  // CHECK: %[[CODES:.*]] = iquant.quantize %arg0 {ranges = array<i32: 24576, 1>} : !iquant.fixed<?x4xi32, 14> -> !iquant.dyn<?x4xsi8, 2>
  // CHECK: %[[FIXED:.*]] = iquant.dequantize %[[CODES]]
  %c = transformer.clamp %x to [1.5, 1.0e-9] : tensor<?x4xf32>
  // CHECK: %[[CACHE:.*]] = iquant.update_cache %arg2, %[[CODES]] at %arg1
  %keys = transformer.update_cache %cache, %c at %at : (tensor<?x4xf32>, tensor<?x4xf32>, index) -> tensor<?x4xf32>
  // CHECK: iquant.attention %{{.*}}, %[[CACHE]], %[[CODES]]
  %a = transformer.attention %x, %keys, %c at %at {heads = 2, kv_heads = 2} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, index) -> tensor<?x4xf32>
  // CHECK: iquant.silu %[[FIXED]]
  %s = transformer.silu %c : tensor<?x4xf32>
  return %a, %s, %keys : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}

// What is read beside the clamp has scales of its own, and so has an attention
// whose heads are not those of the ranges.
// CHECK-LABEL: func.func @others(
func.func @others(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  // CHECK-DAG: %[[FREE:.*]] = iquant.quantize %arg0 : !iquant.fixed<?x4xi32, 14> -> !iquant.dyn<?x4xsi8, 4>
  // CHECK-DAG: %[[CODES:.*]] = iquant.quantize %arg0 {ranges = array<i32: 16384>}
  // CHECK-DAG: %[[FIXED:.*]] = iquant.dequantize %[[CODES]]
  // CHECK-DAG: %[[HALVES:.*]] = iquant.quantize %[[FIXED]] : !iquant.fixed<?x4xi32, 14> -> !iquant.dyn<?x4xsi8, 2>
  // CHECK: iquant.attention %[[FREE]], %[[CODES]], %[[FREE]]
  // CHECK: iquant.attention %{{.*}}, %[[HALVES]], %[[HALVES]]
  %c = transformer.clamp %x to [1.0] : tensor<?x4xf32>
  %a = transformer.attention %x, %c, %x {heads = 1, kv_heads = 1} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %b = transformer.attention %x, %c, %c {heads = 2, kv_heads = 2} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %a, %b : tensor<?x4xf32>, tensor<?x4xf32>
}

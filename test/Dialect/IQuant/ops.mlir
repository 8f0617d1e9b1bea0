// RUN: quant-opt %s | quant-opt | FileCheck %s
// RUN: quant-opt %s --mlir-print-op-generic | quant-opt | FileCheck %s
// RUN: quant-opt %s --emit-bytecode | quant-opt | FileCheck %s

// Every op and form survives printing, the generic syntax and bytecode.

// CHECK-LABEL: @compose
func.func @compose(%q: tensor<?x8xi8>, %s: tensor<?xi32>, %g: tensor<?x2xi32>, %f: tensor<?x8xi32>) {
  // CHECK: iquant.compose %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) -> !iquant.dyn<?x8xui8>
  %0 = iquant.compose %q, %s, %s, %s : (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) -> !iquant.dyn<?x8xui8>
  // CHECK: iquant.compose %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>) -> !iquant.dyn<?x8xsi8>
  %1 = iquant.compose %q, %s, %s : (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>) -> !iquant.dyn<?x8xsi8>
  // CHECK: iquant.compose %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x8xi8>, tensor<?x2xi32>, tensor<?x2xi32>) -> !iquant.dyn<?x8xsi8, 4>
  %2 = iquant.compose %q, %g, %g : (tensor<?x8xi8>, tensor<?x2xi32>, tensor<?x2xi32>) -> !iquant.dyn<?x8xsi8, 4>
  // CHECK: iquant.compose %{{.*}} : (tensor<?x8xi32>) -> !iquant.fixed<?x8xi32, 16>
  %3 = iquant.compose %f : (tensor<?x8xi32>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// CHECK-LABEL: @compose_weight
func.func @compose_weight(%q: tensor<3x8xi8>, %s: tensor<3xi32>) {
  // CHECK: iquant.compose %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : (tensor<3x8xi8>, tensor<3xi32>, tensor<3xi32>, tensor<3xi32>) -> !iquant.weight<3x8xsi8>
  %0 = iquant.compose %q, %s, %s, %s : (tensor<3x8xi8>, tensor<3xi32>, tensor<3xi32>, tensor<3xi32>) -> !iquant.weight<3x8xsi8>
  return
}

// CHECK-LABEL: @decompose
func.func @decompose(%d: !iquant.dyn<?x8xui8>, %w: !iquant.weight<3x8xsi8>, %f: !iquant.fixed<?x8xi32, 16>) {
  // CHECK: iquant.decompose %{{.*}} : (!iquant.dyn<?x8xui8>) -> (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
  %0:4 = iquant.decompose %d : (!iquant.dyn<?x8xui8>) -> (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
  // CHECK: iquant.decompose %{{.*}} : (!iquant.weight<3x8xsi8>) -> (tensor<3x8xi8>, tensor<3xi32>, tensor<3xi32>, tensor<3xi32>)
  %1:4 = iquant.decompose %w : (!iquant.weight<3x8xsi8>) -> (tensor<3x8xi8>, tensor<3xi32>, tensor<3xi32>, tensor<3xi32>)
  // CHECK: iquant.decompose %{{.*}} : (!iquant.fixed<?x8xi32, 16>) -> tensor<?x8xi32>
  %2 = iquant.decompose %f : (!iquant.fixed<?x8xi32, 16>) -> tensor<?x8xi32>
  return
}

// CHECK-LABEL: @conversions
func.func @conversions(%f: !iquant.fixed<?x8xi32, 16>, %d: !iquant.dyn<?x8xui8>, %g: !iquant.dyn<?x8xsi8, 4>) {
  // CHECK: iquant.quantize %{{.*}} : !iquant.fixed<?x8xi32, 16> -> !iquant.dyn<?x8xui8>
  %0 = iquant.quantize %f : !iquant.fixed<?x8xi32, 16> -> !iquant.dyn<?x8xui8>
  // CHECK: iquant.quantize %{{.*}} : !iquant.fixed<?x8xi32, 16> -> !iquant.dyn<?x8xsi8>
  %1 = iquant.quantize %f : !iquant.fixed<?x8xi32, 16> -> !iquant.dyn<?x8xsi8>
  // CHECK: iquant.quantize %{{.*}} : !iquant.fixed<?x8xi32, 16> -> !iquant.dyn<?x8xsi8, 4>
  %2 = iquant.quantize %f : !iquant.fixed<?x8xi32, 16> -> !iquant.dyn<?x8xsi8, 4>
  // CHECK: iquant.quantize %{{.*}} : !iquant.fixed<?x8xi32, 16> -> !iquant.dyn<?x8xui8, 4>
  %6 = iquant.quantize %f : !iquant.fixed<?x8xi32, 16> -> !iquant.dyn<?x8xui8, 4>
  // CHECK: iquant.dequantize %{{.*}} : !iquant.dyn<?x8xui8> -> !iquant.fixed<?x8xi32, 16>
  %3 = iquant.dequantize %d : !iquant.dyn<?x8xui8> -> !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.dequantize %{{.*}} : !iquant.dyn<?x8xsi8, 4> -> !iquant.fixed<?x8xi32, 16>
  %4 = iquant.dequantize %g : !iquant.dyn<?x8xsi8, 4> -> !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.rescale %{{.*}} : !iquant.fixed<?x8xi32, 16> -> !iquant.fixed<?x8xi32, 12>
  %5 = iquant.rescale %f : !iquant.fixed<?x8xi32, 16> -> !iquant.fixed<?x8xi32, 12>
  return
}

// CHECK-LABEL: @embedding
func.func @embedding(%ids: tensor<?x5xi64>, %table: !iquant.weight<3x8xsi8>) {
  // CHECK: iquant.embedding %{{.*}}, %{{.*}} : (tensor<?x5xi64>, !iquant.weight<3x8xsi8>) -> !iquant.fixed<?x5x8xi32, 16>
  %0 = iquant.embedding %ids, %table : (tensor<?x5xi64>, !iquant.weight<3x8xsi8>) -> !iquant.fixed<?x5x8xi32, 16>
  return
}

// CHECK-LABEL: @linear
func.func @linear(%x: !iquant.dyn<?x8xui8>, %s: !iquant.dyn<?x8xsi8>, %w: !iquant.weight<3x8xsi8>, %b: !iquant.fixed<3xi32, 16>, %grouped: !iquant.dyn<?x8xui8, 4>, %v: !iquant.weight<3x8xsi8, 4>) {
  // CHECK: iquant.linear %{{.*}}, %{{.*}} : (!iquant.dyn<?x8xui8>, !iquant.weight<3x8xsi8>) -> !iquant.fixed<?x3xi32, 16>
  %0 = iquant.linear %x, %w : (!iquant.dyn<?x8xui8>, !iquant.weight<3x8xsi8>) -> !iquant.fixed<?x3xi32, 16>
  // CHECK: iquant.linear %{{.*}}, %{{.*}} : (!iquant.dyn<?x8xsi8>, !iquant.weight<3x8xsi8>) -> !iquant.fixed<?x3xi32, 16>
  %1 = iquant.linear %s, %w : (!iquant.dyn<?x8xsi8>, !iquant.weight<3x8xsi8>) -> !iquant.fixed<?x3xi32, 16>
  // CHECK: iquant.linear %{{.*}}, %{{.*}} bias %{{.*}} : (!iquant.dyn<?x8xui8>, !iquant.weight<3x8xsi8>, !iquant.fixed<3xi32, 16>) -> !iquant.fixed<?x3xi32, 16>
  %2 = iquant.linear %x, %w bias %b : (!iquant.dyn<?x8xui8>, !iquant.weight<3x8xsi8>, !iquant.fixed<3xi32, 16>) -> !iquant.fixed<?x3xi32, 16>
  // CHECK: iquant.linear %{{.*}}, %{{.*}} : (!iquant.dyn<?x8xui8, 4>, !iquant.weight<3x8xsi8, 4>) -> !iquant.fixed<?x3xi32, 16>
  %3 = iquant.linear %grouped, %v : (!iquant.dyn<?x8xui8, 4>, !iquant.weight<3x8xsi8, 4>) -> !iquant.fixed<?x3xi32, 16>
  return
}

// CHECK-LABEL: @rms_norm
func.func @rms_norm(%x: !iquant.fixed<?x8xi32, 16>, %g: !iquant.fixed<8xi16, 14>) {
  // CHECK: iquant.rms_norm %{{.*}} scale %{{.*}} {epsilon = 43 : i64} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<8xi16, 14>) -> !iquant.dyn<?x8xui8>
  %0 = iquant.rms_norm %x scale %g {epsilon = 43} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<8xi16, 14>) -> !iquant.dyn<?x8xui8>
  // CHECK: iquant.rms_norm %{{.*}} {epsilon = 0 : i64} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.dyn<?x8xui8>
  %1 = iquant.rms_norm %x {epsilon = 0} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.dyn<?x8xui8>
  // CHECK: iquant.rms_norm %{{.*}} {epsilon = 0 : i64} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.dyn<?x8xui8, 4>
  %3 = iquant.rms_norm %x {epsilon = 0} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.dyn<?x8xui8, 4>
  // CHECK: iquant.rms_norm %{{.*}} {epsilon = 43 : i64} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  %2 = iquant.rms_norm %x {epsilon = 43} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// CHECK-LABEL: @layer_norm
func.func @layer_norm(%x: !iquant.fixed<?x8xi32, 16>, %g: !iquant.fixed<8xi16, 14>, %b: !iquant.fixed<8xi16, 14>) {
  // CHECK: iquant.layer_norm %{{.*}} scale %{{.*}} shift %{{.*}} {epsilon = 43 : i64} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<8xi16, 14>, !iquant.fixed<8xi16, 14>) -> !iquant.dyn<?x8xui8>
  %0 = iquant.layer_norm %x scale %g shift %b {epsilon = 43} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<8xi16, 14>, !iquant.fixed<8xi16, 14>) -> !iquant.dyn<?x8xui8>
  // CHECK: iquant.layer_norm %{{.*}} scale %{{.*}} {epsilon = 43 : i64} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<8xi16, 14>) -> !iquant.dyn<?x8xui8>
  %1 = iquant.layer_norm %x scale %g {epsilon = 43} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<8xi16, 14>) -> !iquant.dyn<?x8xui8>
  // CHECK: iquant.layer_norm %{{.*}} shift %{{.*}} {epsilon = 43 : i64} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<8xi16, 14>) -> !iquant.fixed<?x8xi32, 16>
  %2 = iquant.layer_norm %x shift %b {epsilon = 43} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<8xi16, 14>) -> !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.layer_norm %{{.*}} {epsilon = 0 : i64} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  %3 = iquant.layer_norm %x {epsilon = 0} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// CHECK-LABEL: @rope
func.func @rope(%x: !iquant.fixed<?x8xi32, 16>, %t: !iquant.fixed<16x2xi16, 14>, %at: index) {
  // CHECK: iquant.rope %{{.*}}<half> by %{{.*}}, %{{.*}} at %{{.*}} {heads = 2 : i64} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<16x2xi16, 14>, !iquant.fixed<16x2xi16, 14>, index) -> !iquant.fixed<?x8xi32, 16>
  %0 = iquant.rope %x<half> by %t, %t at %at {heads = 2} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<16x2xi16, 14>, !iquant.fixed<16x2xi16, 14>, index) -> !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.rope %{{.*}}<interleaved> by %{{.*}}, %{{.*}} at %{{.*}} {heads = 2 : i64} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<16x2xi16, 14>, !iquant.fixed<16x2xi16, 14>, index) -> !iquant.fixed<?x8xi32, 16>
  %1 = iquant.rope %x<interleaved> by %t, %t at %at {heads = 2} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<16x2xi16, 14>, !iquant.fixed<16x2xi16, 14>, index) -> !iquant.fixed<?x8xi32, 16>
  return
}

// CHECK-LABEL: @rope_at_positions
func.func @rope_at_positions(%x: !iquant.fixed<2x?x8xi32, 16>, %t: !iquant.fixed<16x2xi16, 14>, %rows: tensor<?xi64>, %all: tensor<2x?xi32>) {
  // CHECK: iquant.rope %{{.*}}<half> by %{{.*}}, %{{.*}} at %{{.*}} {heads = 2 : i64} : (!iquant.fixed<2x?x8xi32, 16>, !iquant.fixed<16x2xi16, 14>, !iquant.fixed<16x2xi16, 14>, tensor<?xi64>) -> !iquant.fixed<2x?x8xi32, 16>
  %0 = iquant.rope %x<half> by %t, %t at %rows {heads = 2} : (!iquant.fixed<2x?x8xi32, 16>, !iquant.fixed<16x2xi16, 14>, !iquant.fixed<16x2xi16, 14>, tensor<?xi64>) -> !iquant.fixed<2x?x8xi32, 16>
  // CHECK: iquant.rope %{{.*}}<half> by %{{.*}}, %{{.*}} at %{{.*}} {heads = 2 : i64} : (!iquant.fixed<2x?x8xi32, 16>, !iquant.fixed<16x2xi16, 14>, !iquant.fixed<16x2xi16, 14>, tensor<2x?xi32>) -> !iquant.fixed<2x?x8xi32, 16>
  %1 = iquant.rope %x<half> by %t, %t at %all {heads = 2} : (!iquant.fixed<2x?x8xi32, 16>, !iquant.fixed<16x2xi16, 14>, !iquant.fixed<16x2xi16, 14>, tensor<2x?xi32>) -> !iquant.fixed<2x?x8xi32, 16>
  return
}

// CHECK-LABEL: @rotate_pairs
func.func @rotate_pairs(%x: !iquant.fixed<2x?x8xi32, 16>, %rows: !iquant.fixed<?x4xi32, 14>, %all: !iquant.fixed<2x?x4xi32, 12>) {
  // CHECK: iquant.rotate_pairs %{{.*}}<half> by %{{.*}}, %{{.*}} {heads = 2 : i64} : (!iquant.fixed<2x?x8xi32, 16>, !iquant.fixed<?x4xi32, 14>, !iquant.fixed<?x4xi32, 14>) -> !iquant.fixed<2x?x8xi32, 16>
  %0 = iquant.rotate_pairs %x<half> by %rows, %rows {heads = 2} : (!iquant.fixed<2x?x8xi32, 16>, !iquant.fixed<?x4xi32, 14>, !iquant.fixed<?x4xi32, 14>) -> !iquant.fixed<2x?x8xi32, 16>
  // CHECK: iquant.rotate_pairs %{{.*}}<interleaved> by %{{.*}}, %{{.*}} {heads = 2 : i64} : (!iquant.fixed<2x?x8xi32, 16>, !iquant.fixed<2x?x4xi32, 12>, !iquant.fixed<2x?x4xi32, 12>) -> !iquant.fixed<2x?x8xi32, 16>
  %1 = iquant.rotate_pairs %x<interleaved> by %all, %all {heads = 2} : (!iquant.fixed<2x?x8xi32, 16>, !iquant.fixed<2x?x4xi32, 12>, !iquant.fixed<2x?x4xi32, 12>) -> !iquant.fixed<2x?x8xi32, 16>
  return
}

// CHECK-LABEL: @softmax
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // CHECK: iquant.softmax %{{.*}} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  %0 = iquant.softmax %x : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  // CHECK: entries = [255, 79, 25, 8], thresholds = [20, 70, 255]>}
  // CHECK: iquant.softmax %{{.*}} {table = #iquant.table<bits = 2, multiplier = [55924], exponent = [16], entries = [255, 79, 25, 8]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  %with_thresholds = iquant.softmax %x {table = #iquant.table<bits = 2, multiplier = [55924], exponent = [16], entries = [255, 79, 25, 8], thresholds = [20, 70, 255]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  %1 = iquant.softmax %x {table = #iquant.table<bits = 2, multiplier = [55924], exponent = [16], entries = [255, 79, 25, 8]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.softmax %{{.*}} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.dyn<?x8xui8>
  %2 = iquant.softmax %x : (!iquant.fixed<?x8xi32, 16>) -> !iquant.dyn<?x8xui8>
  // CHECK: iquant.softmax %{{.*}} {packed_sum = #iquant.packed_sum<counts>, table = #iquant.table<{{.*}}>}
  %3 = iquant.softmax %x {packed_sum = #iquant.packed_sum<counts>, table = #iquant.table<bits = 2, multiplier = [55924], exponent = [16], entries = [255, 79, 25, 8]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.softmax %{{.*}} {exponential = #iquant.exponential<di_exp>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  %4 = iquant.softmax %x {exponential = #iquant.exponential<di_exp>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.softmax %{{.*}} {exponential = #iquant.exponential<ibert>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.dyn<?x8xui8>
  %5 = iquant.softmax %x {exponential = #iquant.exponential<ibert>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.dyn<?x8xui8>
  return
}

// CHECK-LABEL: @update_cache
func.func @update_cache(%c: !iquant.dyn<?x?x4xsi8, 2>, %r: !iquant.dyn<2x3x4xsi8, 2>, %at: index) {
  // CHECK: iquant.update_cache %{{.*}}, %{{.*}} at %{{.*}} : (!iquant.dyn<?x?x4xsi8, 2>, !iquant.dyn<2x3x4xsi8, 2>, index) -> !iquant.dyn<?x?x4xsi8, 2>
  %0 = iquant.update_cache %c, %r at %at : (!iquant.dyn<?x?x4xsi8, 2>, !iquant.dyn<2x3x4xsi8, 2>, index) -> !iquant.dyn<?x?x4xsi8, 2>
  return
}

// CHECK-LABEL: @published
func.func @published(%q: !iquant.dyn<?x8xsi8, 4>, %x: !iquant.fixed<?x8xi32, 16>) {
  // CHECK: iquant.attention %{{.*}} {exponential = #iquant.exponential<di_clipped_guarded>, heads = 2 : i64
  %0 = iquant.attention %q, %q, %q {exponential = #iquant.exponential<di_clipped_guarded>, heads = 2, kv_heads = 2, scale_exponent = 16, scale_multiplier = 32768} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.swiglu %{{.*}}, %{{.*}} {sigmoid = #iquant.sigmoid<row_maximum>} :
  %1 = iquant.swiglu %x, %x {sigmoid = #iquant.sigmoid<row_maximum>} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.silu %{{.*}} {sigmoid = #iquant.sigmoid<row_maximum>} :
  %2 = iquant.silu %x {sigmoid = #iquant.sigmoid<row_maximum>} : !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.gelu %{{.*}}<ibert> :
  %3 = iquant.gelu %x<ibert> : !iquant.fixed<?x8xi32, 16>
  return
}

// CHECK-LABEL: @attention
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x4xsi8, 4>, %m: tensor<?x?xi1>, %at: index) {
  // CHECK: iquant.attention %{{.*}}, %{{.*}}, %{{.*}} {causal, heads = 2 : i64, kv_heads = 1 : i64, scale_exponent = 12 : i64, scale_multiplier = 43520 : i64} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, !iquant.dyn<?x4xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  %0 = iquant.attention %q, %k, %k {causal, heads = 2, kv_heads = 1, scale_exponent = 12, scale_multiplier = 43520} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, !iquant.dyn<?x4xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.attention %{{.*}}, %{{.*}}, %{{.*}} mask %{{.*}} {heads = 2 : i64, kv_heads = 1 : i64, scale_exponent = 12 : i64, scale_multiplier = 43520 : i64} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, tensor<?x?xi1>) -> !iquant.fixed<?x8xi32, 16>
  %1 = iquant.attention %q, %k, %k mask %m {heads = 2, kv_heads = 1, scale_exponent = 12, scale_multiplier = 43520} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, tensor<?x?xi1>) -> !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.attention %{{.*}}, %{{.*}}, %{{.*}} at %{{.*}} {causal, heads = 2 : i64, kv_heads = 1 : i64, scale_exponent = 12 : i64, scale_multiplier = 43520 : i64} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, index) -> !iquant.fixed<?x8xi32, 16>
  %2 = iquant.attention %q, %k, %k at %at {causal, heads = 2, kv_heads = 1, scale_exponent = 12, scale_multiplier = 43520} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, index) -> !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.attention %{{.*}}, %{{.*}}, %{{.*}} mask %{{.*}} at %{{.*}} {heads = 2 : i64
  %3 = iquant.attention %q, %k, %k mask %m at %at {heads = 2, kv_heads = 1, scale_exponent = 12, scale_multiplier = 43520} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, tensor<?x?xi1>, index) -> !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.attention %{{.*}}, %{{.*}}, %{{.*}} {heads = 2 : i64, kv_heads = 1 : i64, table = #iquant.table<bits = 2, multiplier = [55924, 43520], exponent = [16, 15], entries = [255, 79, 25, 0, 255, 60, 9, 0], rounding = dithered>}
  %4 = iquant.attention %q, %k, %k {heads = 2, kv_heads = 1, table = #iquant.table<bits = 2, multiplier = [55924, 43520], exponent = [16, 15], entries = [255, 79, 25, 0, 255, 60, 9, 0], rounding = dithered>} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, !iquant.dyn<?x4xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// CHECK-LABEL: @batched_attention
func.func @batched_attention(%q: !iquant.dyn<2x?x8xsi8, 4>, %m: tensor<2x?xi1>) {
  // CHECK: iquant.attention %{{.*}}, %{{.*}}, %{{.*}} mask %{{.*}} {heads = 2 : i64, kv_heads = 2 : i64, scale_exponent = 12 : i64, scale_multiplier = 43520 : i64} : (!iquant.dyn<2x?x8xsi8, 4>, !iquant.dyn<2x?x8xsi8, 4>, !iquant.dyn<2x?x8xsi8, 4>, tensor<2x?xi1>) -> !iquant.fixed<2x?x8xi32, 16>
  %0 = iquant.attention %q, %q, %q mask %m {heads = 2, kv_heads = 2, scale_exponent = 12, scale_multiplier = 43520} : (!iquant.dyn<2x?x8xsi8, 4>, !iquant.dyn<2x?x8xsi8, 4>, !iquant.dyn<2x?x8xsi8, 4>, tensor<2x?xi1>) -> !iquant.fixed<2x?x8xi32, 16>
  return
}

// CHECK-LABEL: @mean_pool
func.func @mean_pool(%x: !iquant.fixed<?x?x8xi32, 16>, %m: tensor<2x?xi1>) {
  // CHECK: iquant.mean_pool %{{.*}} mask %{{.*}} : (!iquant.fixed<?x?x8xi32, 16>, tensor<2x?xi1>) -> !iquant.fixed<?x8xi32, 16>
  %0 = iquant.mean_pool %x mask %m : (!iquant.fixed<?x?x8xi32, 16>, tensor<2x?xi1>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// CHECK-LABEL: @elementwise
func.func @elementwise(%x: !iquant.fixed<?x8xi32, 16>, %u: !iquant.fixed<?x8xi32, 12>, %factors: !iquant.fixed<8xi16, 10>) {
  // CHECK: iquant.swiglu %{{.*}}, %{{.*}} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<?x8xi32, 12>) -> !iquant.fixed<?x8xi32, 14>
  %0 = iquant.swiglu %x, %u : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<?x8xi32, 12>) -> !iquant.fixed<?x8xi32, 14>
  // CHECK: iquant.silu %{{.*}} : !iquant.fixed<?x8xi32, 16>
  %1 = iquant.silu %x : !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.gelu %{{.*}}<erf> : !iquant.fixed<?x8xi32, 16>
  %2 = iquant.gelu %x<erf> : !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.gelu %{{.*}}<tanh> : !iquant.fixed<?x8xi32, 16>
  %3 = iquant.gelu %x<tanh> : !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.gelu %{{.*}}<sigmoid> : !iquant.fixed<?x8xi32, 16>
  %5 = iquant.gelu %x<sigmoid> : !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.relu %{{.*}} : !iquant.fixed<?x8xi32, 16>
  %6 = iquant.relu %x : !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.mul %{{.*}}, %{{.*}} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<?x8xi32, 12>) -> !iquant.fixed<?x8xi32, 14>
  %7 = iquant.mul %x, %u : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<?x8xi32, 12>) -> !iquant.fixed<?x8xi32, 14>
  // CHECK: iquant.scale %{{.*}} by %{{.*}} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<8xi16, 10>) -> !iquant.fixed<?x8xi32, 16>
  %8 = iquant.scale %x by %factors : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<8xi16, 10>) -> !iquant.fixed<?x8xi32, 16>
  // CHECK: iquant.add %{{.*}}, %{{.*}} : !iquant.fixed<?x8xi32, 16>
  %4 = iquant.add %x, %x : !iquant.fixed<?x8xi32, 16>
  return
}

// CHECK-LABEL: @argmax
func.func @argmax(%x: !iquant.fixed<?x8xi32, 16>, %row: !iquant.fixed<8xi32, 16>) {
  // CHECK: iquant.argmax %{{.*}} : (!iquant.fixed<?x8xi32, 16>) -> tensor<?xi32>
  %0 = iquant.argmax %x : (!iquant.fixed<?x8xi32, 16>) -> tensor<?xi32>
  // CHECK: iquant.argmax %{{.*}} : (!iquant.fixed<8xi32, 16>) -> tensor<i32>
  %1 = iquant.argmax %row : (!iquant.fixed<8xi32, 16>) -> tensor<i32>
  return
}

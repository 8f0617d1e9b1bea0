// RUN: quant-opt %s --convert-iquant-to-linalg --canonicalize \
// RUN:   --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   --canonicalize --cse --canonicalize | FileCheck %s --implicit-check-not=memref.copy
// RUN: quant-opt %s --convert-iquant-to-linalg --canonicalize \
// RUN:   --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   --canonicalize --cse --canonicalize --convert-strided-copy-to-linalg --convert-linalg-to-loops --memref-expand --expand-strided-metadata --lower-affine \
// RUN:   --convert-scf-to-cf --convert-to-llvm --reconcile-unrealized-casts \
// RUN:   | FileCheck %s --check-prefix=LLVM --implicit-check-not=memref. --implicit-check-not=memrefCopy

// Every result has one place from the start, so upstream's bufferization copies
// nothing, and every loop reaches LLVM.

// The product is scaled where it stands, and both products of one shape have
// buffers of their own.
// CHECK-LABEL: func.func @linears(
// CHECK-COUNT-2: memref.alloc(%{{.*}}) {{.*}} : memref<?x8xi32>
// CHECK: return
// LLVM: llvm.func @linears
func.func @linears(%x: !iquant.dyn<?x16xui8>, %v: !iquant.weight<8x16xsi8>, %w: !iquant.weight<8x16xsi8>) -> (!iquant.fixed<?x8xi32, 14>, !iquant.fixed<?x8xi32, 14>) {
  %0 = iquant.linear %x, %v : (!iquant.dyn<?x16xui8>, !iquant.weight<8x16xsi8>) -> !iquant.fixed<?x8xi32, 14>
  %1 = iquant.linear %x, %w : (!iquant.dyn<?x16xui8>, !iquant.weight<8x16xsi8>) -> !iquant.fixed<?x8xi32, 14>
  return %0, %1 : !iquant.fixed<?x8xi32, 14>, !iquant.fixed<?x8xi32, 14>
}

// The sums of groups meet in one buffer.
// CHECK-LABEL: func.func @linear_of_groups(
// LLVM: llvm.func @linear_of_groups
func.func @linear_of_groups(%x: !iquant.fixed<?x16xi32, 14>, %w: !iquant.weight<8x16xsi8, 4>) -> !iquant.fixed<?x8xi32, 14> {
  %0 = iquant.rms_norm %x {epsilon = 2684 : i64} : (!iquant.fixed<?x16xi32, 14>) -> !iquant.dyn<?x16xui8, 4>
  %1 = iquant.linear %0, %w : (!iquant.dyn<?x16xui8, 4>, !iquant.weight<8x16xsi8, 4>) -> !iquant.fixed<?x8xi32, 14>
  return %1 : !iquant.fixed<?x8xi32, 14>
}

// CHECK-LABEL: func.func @linear_of_batches(
// CHECK: memref.reshape
// LLVM: llvm.func @linear_of_batches
func.func @linear_of_batches(%x: !iquant.dyn<?x?x16xsi8>, %w: !iquant.weight<8x16xsi8>) -> !iquant.fixed<?x?x8xi32, 14> {
  %0 = iquant.linear %x, %w : (!iquant.dyn<?x?x16xsi8>, !iquant.weight<8x16xsi8>) -> !iquant.fixed<?x?x8xi32, 14>
  return %0 : !iquant.fixed<?x?x8xi32, 14>
}

// CHECK-LABEL: func.func @linear_of_one_row(
// LLVM: llvm.func @linear_of_one_row
func.func @linear_of_one_row(%x: !iquant.dyn<16xui8>, %w: !iquant.weight<8x16xsi8>) -> !iquant.fixed<8xi32, 14> {
  %0 = iquant.linear %x, %w : (!iquant.dyn<16xui8>, !iquant.weight<8x16xsi8>) -> !iquant.fixed<8xi32, 14>
  return %0 : !iquant.fixed<8xi32, 14>
}

// CHECK-LABEL: func.func @embedding(
// LLVM: llvm.func @embedding
func.func @embedding(%ids: tensor<?xi32>, %t: !iquant.weight<100x16xsi8>) -> !iquant.fixed<?x16xi32, 14> {
  %0 = iquant.embedding %ids, %t : (tensor<?xi32>, !iquant.weight<100x16xsi8>) -> !iquant.fixed<?x16xi32, 14>
  return %0 : !iquant.fixed<?x16xi32, 14>
}

// CHECK-LABEL: func.func @quantize(
// LLVM: llvm.func @quantize
func.func @quantize(%x: !iquant.fixed<?x?x16xi32, 14>) -> (!iquant.dyn<?x?x16xui8>, !iquant.dyn<?x?x16xsi8, 4>) {
  %0 = iquant.quantize %x : !iquant.fixed<?x?x16xi32, 14> -> !iquant.dyn<?x?x16xui8>
  %1 = iquant.quantize %x : !iquant.fixed<?x?x16xi32, 14> -> !iquant.dyn<?x?x16xsi8, 4>
  return %0, %1 : !iquant.dyn<?x?x16xui8>, !iquant.dyn<?x?x16xsi8, 4>
}

// CHECK-LABEL: func.func @dequantize(
// LLVM: llvm.func @dequantize
func.func @dequantize(%x: !iquant.dyn<?x16xsi8, 4>) -> !iquant.fixed<?x16xi32, 14> {
  %0 = iquant.dequantize %x : !iquant.dyn<?x16xsi8, 4> -> !iquant.fixed<?x16xi32, 14>
  return %0 : !iquant.fixed<?x16xi32, 14>
}

// CHECK-LABEL: func.func @norms(
// LLVM: llvm.func @norms
func.func @norms(%x: !iquant.fixed<?x16xi32, 14>, %g: !iquant.fixed<16xi16, 13>, %b: !iquant.fixed<16xi16, 15>) -> (!iquant.dyn<?x16xui8>, !iquant.fixed<?x16xi32, 12>) {
  %0 = iquant.rms_norm %x scale %g {epsilon = 2684 : i64} : (!iquant.fixed<?x16xi32, 14>, !iquant.fixed<16xi16, 13>) -> !iquant.dyn<?x16xui8>
  %1 = iquant.layer_norm %x scale %g shift %b {epsilon = 2684 : i64} : (!iquant.fixed<?x16xi32, 14>, !iquant.fixed<16xi16, 13>, !iquant.fixed<16xi16, 15>) -> !iquant.fixed<?x16xi32, 12>
  return %0, %1 : !iquant.dyn<?x16xui8>, !iquant.fixed<?x16xi32, 12>
}

// CHECK-LABEL: func.func @elementwise(
// LLVM: llvm.func @elementwise
func.func @elementwise(%x: !iquant.fixed<?x16xi32, 14>) -> (!iquant.fixed<?x16xi32, 14>, tensor<?xi32>) {
  %0 = iquant.swiglu %x, %x : (!iquant.fixed<?x16xi32, 14>, !iquant.fixed<?x16xi32, 14>) -> !iquant.fixed<?x16xi32, 14>
  %1 = iquant.silu %0 : !iquant.fixed<?x16xi32, 14>
  %2 = iquant.gelu %1<erf> : !iquant.fixed<?x16xi32, 14>
  %3 = iquant.softmax %2 : (!iquant.fixed<?x16xi32, 14>) -> !iquant.fixed<?x16xi32, 14>
  %4 = iquant.add %3, %x : !iquant.fixed<?x16xi32, 14>
  %5 = iquant.rescale %4 : !iquant.fixed<?x16xi32, 14> -> !iquant.fixed<?x16xi32, 12>
  %6 = iquant.argmax %5 : (!iquant.fixed<?x16xi32, 12>) -> tensor<?xi32>
  return %4, %6 : !iquant.fixed<?x16xi32, 14>, tensor<?xi32>
}

// CHECK-LABEL: func.func @mean_pool(
// LLVM: llvm.func @mean_pool
func.func @mean_pool(%x: !iquant.fixed<?x?x16xi32, 14>, %mask: tensor<?x?xi1>) -> !iquant.fixed<?x16xi32, 14> {
  %0 = iquant.mean_pool %x mask %mask : (!iquant.fixed<?x?x16xi32, 14>, tensor<?x?xi1>) -> !iquant.fixed<?x16xi32, 14>
  return %0 : !iquant.fixed<?x16xi32, 14>
}

// CHECK-LABEL: func.func @rope(
// LLVM: llvm.func @rope
func.func @rope(%x: !iquant.fixed<?x?x16xi32, 14>, %c: !iquant.fixed<32x4xi16, 14>, %s: !iquant.fixed<32x4xi16, 14>, %at: index) -> !iquant.fixed<?x?x16xi32, 14> {
  %0 = iquant.rope %x<half> by %c, %s at %at {heads = 2 : i64} : (!iquant.fixed<?x?x16xi32, 14>, !iquant.fixed<32x4xi16, 14>, !iquant.fixed<32x4xi16, 14>, index) -> !iquant.fixed<?x?x16xi32, 14>
  %1 = iquant.rope %0<interleaved> by %c, %s at %at {heads = 2 : i64} : (!iquant.fixed<?x?x16xi32, 14>, !iquant.fixed<32x4xi16, 14>, !iquant.fixed<32x4xi16, 14>, index) -> !iquant.fixed<?x?x16xi32, 14>
  return %1 : !iquant.fixed<?x?x16xi32, 14>
}

// Blocks write their part of the result in place. Queries of heads that share their
// keys are rows of one matrix: a copy, the only one.
// CHECK-LABEL: func.func @attention(
// CHECK: %[[OUT:.*]] = memref.alloc(%{{.*}}) {{.*}} : memref<?x?x32xi32>
// CHECK: scf.for
// CHECK: memref.subview %[[OUT]]
// CHECK: memref.copy {{.*}} : memref<?x2x8xi8, strided<[32, 8, 1], offset: ?>> to memref<?x2x8xi8>
// CHECK: return %[[OUT]]
// LLVM: llvm.func @attention
func.func @attention(%q: !iquant.dyn<?x?x32xsi8, 8>, %k: !iquant.dyn<?x?x16xsi8, 8>, %v: !iquant.dyn<?x?x16xsi8, 8>, %mask: tensor<?x?x?xi1>) -> !iquant.fixed<?x?x32xi32, 14> {
  %0 = iquant.attention %q, %k, %v mask %mask {heads = 4 : i64, kv_heads = 2 : i64, scale_multiplier = 40000 : i64, scale_exponent = 13 : i64, causal} : (!iquant.dyn<?x?x32xsi8, 8>, !iquant.dyn<?x?x16xsi8, 8>, !iquant.dyn<?x?x16xsi8, 8>, tensor<?x?x?xi1>) -> !iquant.fixed<?x?x32xi32, 14>
  return %0 : !iquant.fixed<?x?x32xi32, 14>
}

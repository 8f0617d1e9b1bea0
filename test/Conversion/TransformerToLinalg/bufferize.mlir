// RUN: quant-opt %s --convert-transformer-to-linalg --canonicalize --cse \
// RUN:   --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   --canonicalize --cse --canonicalize | FileCheck %s
// RUN: quant-opt %s --iquant-to-cpu-pipeline | FileCheck %s --check-prefix=LLVM

// Every activation is written in place, and all of it goes down to LLVM.
// CHECK-LABEL: func.func @layer
// CHECK-NOT: memref.copy {{.*}}x8xf32
// CHECK-NOT: memref.copy {{.*}} strided
// LLVM: llvm.func @layer
func.func @layer(%ids: tensor<?x?xi32>, %offset: index, %mask: tensor<?x?xi1>, %w: tensor<8x8xf32>, %g: tensor<8xf32>) -> (tensor<?x?x8xf32>, tensor<?x?xi32>, tensor<?x8xf32>) {
  %f = arith.constant dense<[1.0, 0.5]> : tensor<2xf32>
  %x = transformer.embedding %ids, %w : (tensor<?x?xi32>, tensor<8x8xf32>) -> tensor<?x?x8xf32>
  %n = transformer.rms_norm %x scale %g {epsilon = 1.0e-5} : (tensor<?x?x8xf32>, tensor<8xf32>) -> tensor<?x?x8xf32>
  %q = transformer.linear %n, %w bias %g : (tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>) -> tensor<?x?x8xf32>
  %r = transformer.rope %q<half> by %f at %offset {heads = 2, max_positions = 64} : (tensor<?x?x8xf32>, tensor<2xf32>, index) -> tensor<?x?x8xf32>
  %a = transformer.attention %r, %n, %x mask %mask {heads = 2, kv_heads = 2, causal} : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?xi1>) -> tensor<?x?x8xf32>
  %s = transformer.softmax %a : tensor<?x?x8xf32>
  %h = transformer.gelu %s<erf> : tensor<?x?x8xf32>
  %u = transformer.swiglu %h, %a : tensor<?x?x8xf32>
  %sum = transformer.add %u, %x : tensor<?x?x8xf32>
  %t = transformer.argmax %sum : (tensor<?x?x8xf32>) -> tensor<?x?xi32>
  %m = transformer.mean_pool %sum mask %mask : (tensor<?x?x8xf32>, tensor<?x?xi1>) -> tensor<?x8xf32>
  return %sum, %t, %m : tensor<?x?x8xf32>, tensor<?x?xi32>, tensor<?x8xf32>
}

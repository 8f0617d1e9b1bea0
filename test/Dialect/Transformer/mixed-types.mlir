// RUN: quant-opt %s | quant-opt | FileCheck %s

// Parameters keep the float type of their checkpoint, activations have one of
// their own.

// CHECK-LABEL: @bf16_parameters
func.func @bf16_parameters(%ids: tensor<?x?xi32>, %table: tensor<7x4xbf16>, %scale: tensor<4xbf16>)
    -> tensor<?x?x7xf32> {
  // CHECK: transformer.embedding %{{.*}} : (tensor<?x?xi32>, tensor<7x4xbf16>) -> tensor<?x?x4xf32>
  %0 = transformer.embedding %ids, %table : (tensor<?x?xi32>, tensor<7x4xbf16>) -> tensor<?x?x4xf32>
  // CHECK: transformer.rms_norm %{{.*}} : (tensor<?x?x4xf32>, tensor<4xbf16>) -> tensor<?x?x4xf32>
  %1 = transformer.rms_norm %0 scale %scale {epsilon = 1.0e-5} : (tensor<?x?x4xf32>, tensor<4xbf16>) -> tensor<?x?x4xf32>
  // CHECK: transformer.linear %{{.*}} : (tensor<?x?x4xf32>, tensor<7x4xbf16>) -> tensor<?x?x7xf32>
  %2 = transformer.linear %1, %table : (tensor<?x?x4xf32>, tensor<7x4xbf16>) -> tensor<?x?x7xf32>
  return %2 : tensor<?x?x7xf32>
}

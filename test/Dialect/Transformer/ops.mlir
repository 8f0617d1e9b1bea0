// RUN: quant-opt %s | quant-opt | FileCheck %s
// RUN: quant-opt %s --mlir-print-op-generic | quant-opt | FileCheck %s

// CHECK-LABEL: @rms_norm
func.func @rms_norm(%x: tensor<2x?x8xf32>, %g: tensor<8xf32>) -> (tensor<2x?x8xf32>, tensor<2x?x8xf32>) {
  // CHECK: transformer.rms_norm %{{.*}} scale %{{.*}} {epsilon = 1.000000e-05 : f64} : (tensor<2x?x8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  %0 = transformer.rms_norm %x scale %g {epsilon = 1.0e-5} : (tensor<2x?x8xf32>, tensor<8xf32>) -> tensor<2x?x8xf32>
  // CHECK: transformer.rms_norm %{{.*}} {epsilon = 0.000000e+00 : f64} : (tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  %1 = transformer.rms_norm %x {epsilon = 0.0} : (tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  return %0, %1 : tensor<2x?x8xf32>, tensor<2x?x8xf32>
}

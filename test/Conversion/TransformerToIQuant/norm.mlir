// RUN: quant-opt %s --convert-transformer-to-iquant | FileCheck %s
// RUN: quant-opt %s --convert-transformer-to-iquant="exponent=10" | FileCheck %s --check-prefix=TEN

// All users are linears: the norm gives their codes.
// CHECK-LABEL: func.func @fused(
// TEN-LABEL: func.func @fused(
func.func @fused(%x: tensor<?x4xf32>) -> (tensor<?x1xf32>, tensor<?x1xf32>) {
  // The scale takes the largest exponent that fits 16 bits.
  // CHECK: %[[C:.*]] = arith.constant dense<[8192, -16384, 4096, 24576]> : tensor<4xi16>
  // CHECK: %[[S:.*]] = iquant.compose %[[C]] : (tensor<4xi16>) -> !iquant.fixed<4xi16, 13>
  // 0.5 in units of 2^-28, and of 2^-20.
  // CHECK: %[[Q:.*]] = iquant.rms_norm %arg0 scale %[[S]] {epsilon = 134217728 : i64} : (!iquant.fixed<?x4xi32, 14>, !iquant.fixed<4xi16, 13>) -> !iquant.dyn<?x4xui8>
  // CHECK-NEXT: iquant.linear %[[Q]]
  // CHECK-NEXT: iquant.linear %[[Q]]
  // TEN: iquant.rms_norm %arg0 scale %{{.*}} {epsilon = 524288 : i64} : (!iquant.fixed<?x4xi32, 10>, {{.*}}) -> !iquant.dyn<?x4xui8>
  %s = arith.constant dense<[1.0, -2.0, 0.5, 3.0]> : tensor<4xf32>
  %w = arith.constant dense<1.0> : tensor<1x4xf32>
  %n = transformer.rms_norm %x scale %s {epsilon = 0.5} : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %0 = transformer.linear %n, %w : (tensor<?x4xf32>, tensor<1x4xf32>) -> tensor<?x1xf32>
  %named = transformer.observe %n "input" : tensor<?x4xf32>
  %1 = transformer.linear %named, %w : (tensor<?x4xf32>, tensor<1x4xf32>) -> tensor<?x1xf32>
  return %0, %1 : tensor<?x1xf32>, tensor<?x1xf32>
}

// Another user needs the values: quantization stays a separate op.
// CHECK-LABEL: func.func @not_fused(
func.func @not_fused(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x1xf32>) {
  // CHECK: %[[N:.*]] = iquant.layer_norm %arg0 scale %[[S:.*]] shift %[[S]] {epsilon = 0 : i64} : {{.*}} -> !iquant.fixed<?x4xi32, 14>
  // CHECK: %[[Q:.*]] = iquant.quantize %[[N]] : !iquant.fixed<?x4xi32, 14> -> !iquant.dyn<?x4xui8>
  // CHECK: %[[R:.*]] = iquant.linear %[[Q]]
  // CHECK: return %[[N]], %[[R]]
  %s = arith.constant dense<1.0> : tensor<4xf32>
  %w = arith.constant dense<1.0> : tensor<1x4xf32>
  %n = transformer.layer_norm %x scale %s shift %s {epsilon = 1.0e-12} : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %0 = transformer.linear %n, %w : (tensor<?x4xf32>, tensor<1x4xf32>) -> tensor<?x1xf32>
  return %n, %0 : tensor<?x4xf32>, tensor<?x1xf32>
}

// CHECK-LABEL: func.func @no_parameters(
func.func @no_parameters(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  // CHECK-NEXT: %[[A:.*]] = iquant.rms_norm %arg0 {epsilon = 0 : i64} : (!iquant.fixed<?x4xi32, 14>) -> !iquant.fixed<?x4xi32, 14>
  // CHECK-NEXT: %[[B:.*]] = iquant.layer_norm %[[A]] {epsilon = 0 : i64} : (!iquant.fixed<?x4xi32, 14>) -> !iquant.fixed<?x4xi32, 14>
  %0 = transformer.rms_norm %x {epsilon = 0.0} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = transformer.layer_norm %0 {epsilon = 0.0} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0, %1 : tensor<?x4xf32>, tensor<?x4xf32>
}

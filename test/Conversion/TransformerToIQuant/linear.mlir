// RUN: quant-opt %s --convert-transformer-to-iquant | FileCheck %s

// The scale of the first channel is 1.0 / 127, of the second that of zeros; a
// code is the weight over the scale, rounded half away from zero.
// CHECK-LABEL: func.func @linear(
// CHECK-SAME: %[[X:.*]]: !iquant.fixed<?x4xi32, 14>) -> !iquant.fixed<?x2xi32, 14>
func.func @linear(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  // CHECK-DAG: %[[CODES:.*]] = arith.constant dense<{{\[\[}}64, -32, 127, 0], [0, 0, 0, 0]]> : tensor<2x4xi8>
  // CHECK-DAG: %[[M:.*]] = arith.constant dense<[33026, 32768]> : tensor<2xi32>
  // CHECK-DAG: %[[E:.*]] = arith.constant dense<[22, 15]> : tensor<2xi32>
  // CHECK-DAG: %[[S:.*]] = arith.constant dense<[159, 0]> : tensor<2xi32>
  // CHECK-DAG: %[[W:.*]] = iquant.compose %[[CODES]], %[[M]], %[[E]], %[[S]] : {{.*}} -> !iquant.weight<2x4xsi8>
  // CHECK-DAG: %[[Q:.*]] = iquant.quantize %[[X]] : !iquant.fixed<?x4xi32, 14> -> !iquant.dyn<?x4xui8>
  // CHECK: %[[R:.*]] = iquant.linear %[[Q]], %[[W]] : {{.*}} -> !iquant.fixed<?x2xi32, 14>
  // CHECK: return %[[R]]
  %w = arith.constant dense<[[0.5, -0.25, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]]> : tensor<2x4xf32>
  %0 = transformer.linear %x, %w : (tensor<?x4xf32>, tensor<2x4xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// A bias has the exponent of the result and is rounded half away from zero.
// CHECK-LABEL: func.func @bias(
func.func @bias(%x: tensor<3x2xf32>) -> tensor<3x3xf32> {
  // CHECK: %[[C:.*]] = arith.constant dense<[16384, -1, 2147483647]> : tensor<3xi32>
  // CHECK: %[[B:.*]] = iquant.compose %[[C]] : (tensor<3xi32>) -> !iquant.fixed<3xi32, 14>
  // CHECK: iquant.linear %{{.*}}, %{{.*}} bias %[[B]]
  %w = arith.constant dense<1.0> : tensor<3x2xf32>
  %b = arith.constant dense<[1.0, -0.000030517578125, 1.0e9]> : tensor<3xf32>
  %0 = transformer.linear %x, %w bias %b : (tensor<3x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<3x3xf32>
  return %0 : tensor<3x3xf32>
}

// Linears of one value share its quantization and, when they have them in
// common, their weights.
// CHECK-LABEL: func.func @shared(
func.func @shared(%x: tensor<3x2xf32>) -> (tensor<3x2xf32>, tensor<3x2xf32>) {
  // CHECK: %[[Q:.*]] = iquant.quantize
  // CHECK-NOT: iquant.quantize
  // CHECK: %[[W:.*]] = iquant.compose {{.*}} -> !iquant.weight<2x2xsi8>
  // CHECK-NEXT: iquant.linear %[[Q]], %[[W]]
  // CHECK-NEXT: iquant.linear %[[Q]], %[[W]]
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %same = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = transformer.linear %x, %w : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %1 = transformer.linear %x, %same : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  return %0, %1 : tensor<3x2xf32>, tensor<3x2xf32>
}

// A table that is also the head's weight becomes one constant.
// CHECK-LABEL: func.func @tied(
func.func @tied(%ids: tensor<1x?xi64>) -> tensor<1x?x3xf32> {
  // CHECK: %[[T:.*]] = iquant.compose {{.*}} -> !iquant.weight<3x2xsi8>
  // CHECK-NOT: iquant.compose
  // CHECK: %[[X:.*]] = iquant.embedding %{{.*}}, %[[T]] : (tensor<1x?xi64>, !iquant.weight<3x2xsi8>) -> !iquant.fixed<1x?x2xi32, 14>
  // CHECK-DAG: %[[Q:.*]] = iquant.quantize %[[X]]
  // CHECK: iquant.linear %[[Q]], %[[T]]
  %t = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %0 = transformer.embedding %ids, %t : (tensor<1x?xi64>, tensor<3x2xf32>) -> tensor<1x?x2xf32>
  %1 = transformer.linear %0, %t : (tensor<1x?x2xf32>, tensor<3x2xf32>) -> tensor<1x?x3xf32>
  return %1 : tensor<1x?x3xf32>
}

// Every float type and storage of a weight gives the same codes.
// CHECK-LABEL: func.func @element_types(
func.func @element_types(%x: tensor<1x2xf32>) {
  // CHECK: arith.constant dense<{{\[\[}}64, -127]]> : tensor<1x2xi8>
  // CHECK-NEXT: arith.constant dense<33026> : tensor<1xi32>
  // CHECK-NEXT: arith.constant dense<21> : tensor<1xi32>
  // CHECK-NEXT: arith.constant dense<-63> : tensor<1xi32>
  // CHECK: arith.constant dense<{{\[\[}}64, -127]]> : tensor<1x2xi8>
  // CHECK: arith.constant dense<{{\[\[}}64, -127]]> : tensor<1x2xi8>
  // CHECK: arith.constant dense<{{\[\[}}64, -127]]> : tensor<1x2xi8>
  // CHECK: arith.constant dense<{{\[\[}}64, -127]]> : tensor<1x2xi8>
  // CHECK: arith.constant dense<127> : tensor<1x2xi8>
  %f16 = arith.constant dense<[[1.0, -2.0]]> : tensor<1x2xf16>
  %bf16 = arith.constant dense<[[1.0, -2.0]]> : tensor<1x2xbf16>
  %f32 = arith.constant dense<[[1.0, -2.0]]> : tensor<1x2xf32>
  %f64 = arith.constant dense<[[1.0, -2.0]]> : tensor<1x2xf64>
  %resource = arith.constant dense_resource<weight> : tensor<1x2xf32>
  %splat = arith.constant dense<3.0> : tensor<1x2xf32>
  %0 = transformer.linear %x, %f16 : (tensor<1x2xf32>, tensor<1x2xf16>) -> tensor<1x1xf32>
  %1 = transformer.linear %x, %bf16 : (tensor<1x2xf32>, tensor<1x2xbf16>) -> tensor<1x1xf32>
  %2 = transformer.linear %x, %f32 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  %3 = transformer.linear %x, %f64 : (tensor<1x2xf32>, tensor<1x2xf64>) -> tensor<1x1xf32>
  %4 = transformer.linear %x, %resource : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  %5 = transformer.linear %x, %splat : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  return
}

// Large constants become resources, named after what they come from.
// CHECK-LABEL: func.func @large(
func.func @large(%ids: tensor<?xi32>) -> tensor<?x1xbf16> {
  // CHECK: arith.constant dense_resource<parameter.codes> : tensor<2048x1xi8>
  // CHECK: arith.constant dense_resource<parameter.multipliers> : tensor<2048xi32>
  // CHECK: arith.constant dense_resource<parameter.exponents> : tensor<2048xi32>
  // CHECK: arith.constant dense_resource<parameter.code_sums> : tensor<2048xi32>
  %t = arith.constant dense<1.0> : tensor<2048x1xbf16>
  %0 = transformer.embedding %ids, %t : (tensor<?xi32>, tensor<2048x1xbf16>) -> tensor<?x1xbf16>
  return %0 : tensor<?x1xbf16>
}

// CHECK: parameter.code_sums: "0x{{(40000000)?}}7F0000007F000000
// CHECK-NOT: weight:

{-#
  dialect_resources: {
    builtin: {
      weight: "0x040000000000803F000000C0"
    }
  }
#-}

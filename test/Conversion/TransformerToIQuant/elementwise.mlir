// RUN: quant-opt %s --convert-transformer-to-iquant | FileCheck %s

// CHECK-LABEL: func.func @elementwise(
func.func @elementwise(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> tensor<?xi32> {
  // CHECK-NEXT: %[[SWIGLU:.*]] = iquant.swiglu %arg0, %arg1 : (!iquant.fixed<?x4xi32, 14>, !iquant.fixed<?x4xi32, 14>) -> !iquant.fixed<?x4xi32, 14>
  // CHECK-NEXT: %[[SILU:.*]] = iquant.silu %[[SWIGLU]] : !iquant.fixed<?x4xi32, 14>
  // CHECK-NEXT: %[[ERF:.*]] = iquant.gelu %[[SILU]]<erf>
  // CHECK-NEXT: %[[TANH:.*]] = iquant.gelu %[[ERF]]<tanh>
  // CHECK-NEXT: %[[SUM:.*]] = iquant.add %[[TANH]], %arg0 : !iquant.fixed<?x4xi32, 14>
  // CHECK-NEXT: %[[ARGMAX:.*]] = iquant.argmax %[[SUM]] : (!iquant.fixed<?x4xi32, 14>) -> tensor<?xi32>
  // CHECK-NEXT: return %[[ARGMAX]]
  %0 = transformer.swiglu %x, %y : tensor<?x4xf32>
  %1 = transformer.silu %0 : tensor<?x4xf32>
  %2 = transformer.gelu %1<erf> : tensor<?x4xf32>
  %3 = transformer.gelu %2<tanh> : tensor<?x4xf32>
  %4 = transformer.observe %3 "hidden" : tensor<?x4xf32>
  %5 = transformer.add %4, %x : tensor<?x4xf32>
  %6 = transformer.argmax %5 : (tensor<?x4xf32>) -> tensor<?xi32>
  return %6 : tensor<?xi32>
}

// CHECK-LABEL: func.func @products(
func.func @products(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK-DAG: %[[CODES:.*]] = arith.constant dense<[6144, 12288, -24576, 0]> : tensor<4xi16>
  // CHECK-DAG: %[[FACTORS:.*]] = iquant.compose %[[CODES]] : (tensor<4xi16>) -> !iquant.fixed<4xi16, 13>
  // CHECK-DAG: %[[RELU:.*]] = iquant.relu %arg0 : !iquant.fixed<?x4xi32, 14>
  // CHECK: %[[GELU:.*]] = iquant.gelu %[[RELU]]<sigmoid>
  // CHECK-NEXT: %[[MUL:.*]] = iquant.mul %[[GELU]], %arg1 : (!iquant.fixed<?x4xi32, 14>, !iquant.fixed<?x4xi32, 14>) -> !iquant.fixed<?x4xi32, 14>
  // CHECK-NEXT: %[[SCALE:.*]] = iquant.scale %[[MUL]] by %[[FACTORS]]
  // CHECK-NEXT: return %[[SCALE]]
  %factors = arith.constant dense<[0.75, 1.5, -3.0, 0.0]> : tensor<4xf32>
  %0 = transformer.relu %x : tensor<?x4xf32>
  %1 = transformer.gelu %0<sigmoid> : tensor<?x4xf32>
  %2 = transformer.mul %1, %y : tensor<?x4xf32>
  %3 = transformer.scale %2 by %factors : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return %3 : tensor<?x4xf32>
}

// The unit of a mean is that of its rows, so a norm before it gives fixed point.
// CHECK-LABEL: func.func @mean_pool(
func.func @mean_pool(%x: tensor<2x?x4xf32>, %mask: tensor<2x?xi1>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[NORM:.*]] = iquant.layer_norm %arg0 {{.*}} -> !iquant.fixed<2x?x4xi32, 14>
  // CHECK-NEXT: %[[MEAN:.*]] = iquant.mean_pool %[[NORM]] mask %arg1 : (!iquant.fixed<2x?x4xi32, 14>, tensor<2x?xi1>) -> !iquant.fixed<2x4xi32, 14>
  // CHECK-NEXT: return %[[MEAN]]
  %0 = transformer.layer_norm %x {epsilon = 1.0e-5} : (tensor<2x?x4xf32>) -> tensor<2x?x4xf32>
  %1 = transformer.mean_pool %0 mask %mask : (tensor<2x?x4xf32>, tensor<2x?xi1>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// What a mask of floats masks.
// CHECK-LABEL: func.func @mask(
func.func @mask(%x: tensor<2x3xf32>) -> tensor<2x3xi1> {
  // CHECK-DAG: %[[LIMIT:.*]] = arith.constant dense<-163840000> : tensor<2x3xi32>
  // CHECK: %[[CODES:.*]] = iquant.decompose %arg0
  // CHECK: arith.cmpi sgt, %[[CODES]], %{{.*}} : tensor<2x3xi32>
  %limit = arith.constant dense<-1.0e4> : tensor<2x3xf32>
  %0 = arith.cmpf ogt, %x, %limit : tensor<2x3xf32>
  return %0 : tensor<2x3xi1>
}

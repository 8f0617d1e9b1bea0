// RUN: quant-opt %s --convert-transformer-to-linalg --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @elementwise(
func.func @elementwise(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: %[[SWIGLU:.*]] = linalg.generic {{.*}} ins(%arg0, %arg1 : tensor<?x4xf32>, tensor<?x4xf32>)
  // CHECK: %[[NEGATIVE:.*]] = arith.negf %[[GATE:.*]] : f32
  // CHECK: %[[E:.*]] = math.exp %[[NEGATIVE]]
  // CHECK: %[[D:.*]] = arith.addf %[[E]], %{{.*}}
  // CHECK: %[[SILU:.*]] = arith.divf %[[GATE]], %[[D]]
  // CHECK: arith.mulf %[[SILU]]
  // CHECK: %[[ONLY_SILU:.*]] = linalg.generic {{.*}} ins(%[[SWIGLU]] : tensor<?x4xf32>)
  // CHECK: math.exp
  // CHECK: %[[ERF:.*]] = linalg.generic {{.*}} ins(%[[ONLY_SILU]] : tensor<?x4xf32>)
  // CHECK: math.erf
  // CHECK: %[[TANH:.*]] = linalg.generic {{.*}} ins(%[[ERF]] : tensor<?x4xf32>)
  // CHECK: math.tanh
  // CHECK: %[[SUM:.*]] = linalg.generic {{.*}} ins(%[[TANH]], %arg0 :
  // CHECK: arith.addf
  // CHECK: return %[[SUM]]
  %0 = transformer.swiglu %x, %y : tensor<?x4xf32>
  %1 = transformer.silu %0 : tensor<?x4xf32>
  %2 = transformer.gelu %1<erf> : tensor<?x4xf32>
  %3 = transformer.gelu %2<tanh> : tensor<?x4xf32>
  %4 = transformer.observe %3 "hidden" : tensor<?x4xf32>
  %5 = transformer.add %4, %x : tensor<?x4xf32>
  return %5 : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @products(
func.func @products(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>, %factors: tensor<4xbf16>) -> tensor<?x4xf32> {
  // CHECK: %[[RELU:.*]] = linalg.generic {{.*}} ins(%arg0 : tensor<?x4xf32>)
  // CHECK: %[[MORE:.*]] = arith.cmpf ogt, %[[IN:.*]], %{{.*}} : f32
  // CHECK: arith.select %[[MORE]], %[[IN]], %{{.*}} : f32
  // CHECK: %[[GELU:.*]] = linalg.generic {{.*}} ins(%[[RELU]] : tensor<?x4xf32>)
  // CHECK: math.exp
  // CHECK: %[[MUL:.*]] = linalg.generic {{.*}} ins(%[[GELU]], %arg1 : tensor<?x4xf32>, tensor<?x4xf32>)
  // CHECK: arith.mulf
  // CHECK: %[[SCALE:.*]] = linalg.generic {{.*}} ins(%[[MUL]], %arg2 : tensor<?x4xf32>, tensor<4xbf16>)
  // CHECK: arith.extf
  // CHECK: arith.mulf
  // CHECK: return %[[SCALE]]
  %0 = transformer.relu %x : tensor<?x4xf32>
  %1 = transformer.gelu %0<sigmoid> : tensor<?x4xf32>
  %2 = transformer.mul %1, %y : tensor<?x4xf32>
  %3 = transformer.scale %2 by %factors : (tensor<?x4xf32>, tensor<4xbf16>) -> tensor<?x4xf32>
  return %3 : tensor<?x4xf32>
}

// The first of equal elements stays.
// CHECK-LABEL: func.func @argmax(
func.func @argmax(%x: tensor<?x4xf32>) -> tensor<?xi32> {
  // CHECK: %[[R:.*]]:2 = linalg.generic {{.*}} ins(%arg0 : tensor<?x4xf32>) outs(%{{.*}}, %{{.*}} : tensor<?xf32>, tensor<?xi32>)
  // CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %[[BEST:.*]]: f32, %[[INDEX:.*]]: i32):
  // CHECK: %[[IS_BETTER:.*]] = arith.cmpf ogt, %[[X]], %[[BEST]]
  // CHECK: arith.select %[[IS_BETTER]], %[[X]], %[[BEST]]
  // CHECK: arith.select %[[IS_BETTER]], %{{.*}}, %[[INDEX]]
  // CHECK: return %[[R]]#1
  %0 = transformer.argmax %x : (tensor<?x4xf32>) -> tensor<?xi32>
  return %0 : tensor<?xi32>
}

// A row that is not valid is not added, whatever it holds; no valid row counts
// as one.
// CHECK-LABEL: func.func @mean_pool(
func.func @mean_pool(%x: tensor<?x?x4xbf16>, %mask: tensor<?x?xi1>) -> tensor<?x4xbf16> {
  // CHECK: %[[COUNT:.*]] = linalg.generic {{.*}} ins(%arg1 : tensor<?x?xi1>) outs(%{{.*}} : tensor<?xf32>)
  // CHECK: %[[SUM:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "reduction", "parallel"]} ins(%arg0, %arg1 : tensor<?x?x4xbf16>, tensor<?x?xi1>) outs(%{{.*}} : tensor<?x4xf32>)
  // CHECK-NEXT: ^bb0(%[[X:.*]]: bf16, %[[VALID:.*]]: i1, %[[S:.*]]: f32):
  // CHECK: %[[T:.*]] = arith.addf %[[S]], %{{.*}} fastmath<reassoc>
  // CHECK: arith.select %[[VALID]], %[[T]], %[[S]]
  // CHECK: linalg.generic {{.*}} ins(%[[SUM]], %[[COUNT]] : tensor<?x4xf32>, tensor<?xf32>) outs(%{{.*}} : tensor<?x4xbf16>)
  // CHECK: %[[MORE:.*]] = arith.cmpf ogt, %[[N:.*]], %{{.*}} : f32
  // CHECK: %[[D:.*]] = arith.select %[[MORE]], %[[N]], %{{.*}} : f32
  // CHECK: arith.divf %{{.*}}, %[[D]]
  %0 = transformer.mean_pool %x mask %mask : (tensor<?x?x4xbf16>, tensor<?x?xi1>) -> tensor<?x4xbf16>
  return %0 : tensor<?x4xbf16>
}

// Does nothing to other dialects.
// CHECK-LABEL: func.func @others(
func.func @others(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: %[[R:.*]] = math.exp %arg0 : tensor<?x4xf32>
  // CHECK-NEXT: return %[[R]]
  %0 = math.exp %x : tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

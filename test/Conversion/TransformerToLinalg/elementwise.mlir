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

// Does nothing to other dialects.
// CHECK-LABEL: func.func @others(
func.func @others(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: %[[R:.*]] = math.exp %arg0 : tensor<?x4xf32>
  // CHECK-NEXT: return %[[R]]
  %0 = math.exp %x : tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

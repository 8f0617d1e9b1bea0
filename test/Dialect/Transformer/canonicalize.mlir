// RUN: quant-opt %s --canonicalize | FileCheck %s
// RUN: quant-opt %s --cse | FileCheck %s --check-prefix=CSE

// CHECK-LABEL: @unused
func.func @unused(%x: tensor<?x8xf32>) {
  // CHECK-NEXT: return
  %0 = transformer.silu %x : tensor<?x8xf32>
  %1 = transformer.observe %0 "unused" : tensor<?x8xf32>
  return
}

// An observer that something reads has to survive until calibration.
// CHECK-LABEL: @observed
func.func @observed(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK-NEXT: transformer.observe
  %0 = transformer.observe %x "input" : tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// Addition commutes, so constants go to the right and equal sums are one.
// CHECK-LABEL: @add
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<8xf32>
// CSE-LABEL: @add
func.func @add(%x: tensor<8xf32>, %y: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) {
  // CHECK: %[[ONE:.*]] = arith.constant
  %one = arith.constant dense<1.0> : tensor<8xf32>
  // CHECK: transformer.add %[[X]], %[[ONE]]
  %0 = transformer.add %one, %x : tensor<8xf32>
  // CSE: transformer.add %cst, %{{.*}} : tensor<8xf32>
  // CSE-NEXT: %[[SUM:.*]] = transformer.add %{{.*}}, %{{.*}} : tensor<8xf32>
  // CSE-NEXT: return %{{.*}}, %[[SUM]], %[[SUM]]
  %1 = transformer.add %x, %y : tensor<8xf32>
  %2 = transformer.add %y, %x : tensor<8xf32>
  return %0, %1, %2 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
}

// RUN: quant-opt %s --allow-unregistered-dialect --convert-transformer-to-iquant -verify-diagnostics
// RUN: quant-opt %s --allow-unregistered-dialect --convert-transformer-to-iquant=float-islands | FileCheck %s

// Ops that nobody registered have no dialect.
// CHECK-LABEL: @unknown
func.func @unknown(%x: tensor<2xf32>) -> tensor<2xf32> {
  // CHECK: arith.sitofp
  // CHECK: "other.op"(%{{.*}}) : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: arith.fptosi
  // expected-error @below {{'other.op' op has no integer form for its type tensor<2xf32>}}
  %0 = "other.op"(%x) : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

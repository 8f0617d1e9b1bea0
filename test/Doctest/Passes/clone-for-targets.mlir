// RUN: quant-opt %s --clone-for-targets="triple=aarch64-linux-gnu cpu=generic+dotprod,generic" | FileCheck %s

// A module for each, in one for any processor.
func.func @f(%x: tensor<4xi8>) -> tensor<4xi8> {
  return %x : tensor<4xi8>
}

// CHECK: module attributes {llvm.target = #llvm.target<triple = "aarch64-unknown-linux-gnu", chip = "generic",
// CHECK: module @"generic+dotprod" attributes {llvm.target = #llvm.target<{{.*}}"+dotprod"
// CHECK: func.func @f(
// CHECK: module @generic attributes {llvm.target = #llvm.target<
// CHECK-NOT: "+dotprod"
// CHECK: func.func @f(

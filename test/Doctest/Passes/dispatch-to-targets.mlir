// RUN: quant-opt %s --dispatch-to-targets | FileCheck %s

module attributes {llvm.target = #llvm.target<triple = "x86_64-linux-gnu", chip = "x86-64">} {
  module @haswell attributes {llvm.target = #llvm.target<triple = "x86_64-linux-gnu", chip = "haswell", features = <["+avx2"]>>} {
    func.func @f(%x: memref<8xi32>) {
      return
    }
  }
  module @"x86-64" attributes {llvm.target = #llvm.target<triple = "x86_64-linux-gnu", chip = "x86-64">} {
    func.func @f(%x: memref<8xi32>) {
      return
    }
  }
}

// CHECK: func.func @f(%[[X:.*]]: memref<8xi32>, %[[TARGET:.*]]: index) {
// CHECK: scf.index_switch %[[TARGET]]
// CHECK: case 0 {
// CHECK: call @f.haswell(%[[X]])
// CHECK: default {
// CHECK: call @"f.x86-64"(%[[X]])
// CHECK: func.func private @f.haswell(%{{.*}}: memref<8xi32>) attributes {target_cpu = "haswell", target_features = #llvm.target_features<["+avx2"]>}
// CHECK: func.func private @"f.x86-64"(%{{.*}}: memref<8xi32>) attributes {target_cpu = "x86-64", target_features = #llvm.target_features<[]>}

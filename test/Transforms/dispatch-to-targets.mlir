// RUN: quant-opt %s --dispatch-to-targets -split-input-file -verify-diagnostics | FileCheck %s

#a = #llvm.target<triple = "t", chip = "a", features = <["+x", "+y"]>>
#b = #llvm.target<triple = "t", chip = "b">
#c = #llvm.target<triple = "t", chip = "">

// Results, calls, constants and what is elsewhere.
// CHECK: module attributes {iquant.targets = [#llvm.target<triple = "t", chip = "a", features = <["+x", "+y"]>>, #llvm.target<triple = "t", chip = "b">, #llvm.target<triple = "t", chip = "">]}
module {
  // CHECK: func.func @f(%[[X:.*]]: memref<2xi8> {transformer.cache = "k"}, %[[TARGET:.*]]: index) -> (memref<2xi8> {iquant.type = i8}, i1) attributes {transformer.context_length = 9 : i64}
  // CHECK: %[[R:.*]]:2 = scf.index_switch %[[TARGET]] -> memref<2xi8>, i1
  // CHECK: case 0 {
  // CHECK: %[[CALL:.*]]:2 = func.call @f.a(%[[X]])
  // CHECK: scf.yield %[[CALL]]#0, %[[CALL]]#1
  // CHECK: case 1 {
  // CHECK: func.call @f.b(%[[X]])
  // CHECK: default {
  // CHECK: func.call @f.c(%[[X]])
  // CHECK: return %[[R]]#0, %[[R]]#1
  // CHECK: memref.global "private" constant @__constant.a : memref<2xi8> = dense<[1, 2]>
  // CHECK: func.func private @outside()
  // CHECK: func.func private @f.a(%{{.*}}: memref<2xi8> {transformer.cache = "k"}) -> (memref<2xi8> {iquant.type = i8}, i1) attributes {target_cpu = "a", target_features = #llvm.target_features<["+x", "+y"]>
  // CHECK: call @outside()
  // CHECK: memref.get_global @__constant.a
  // CHECK: call @helper.a()
  // CHECK: func.func private @helper.a() -> i1 attributes {target_cpu = "a", target_features = #llvm.target_features<["+x", "+y"]>}
  // CHECK: memref.global "private" constant @__constant.b : memref<2xi8> = dense<[2, 1]>
  // CHECK-NOT: func.func private @outside
  // CHECK: func.func private @f.b({{.*}} attributes {target_cpu = "b", target_features = #llvm.target_features<[]>
  // CHECK: memref.get_global @__constant.b
  // CHECK: func.func private @f.c(
  module @a attributes {llvm.target = #a} {
    memref.global "private" constant @__constant : memref<2xi8> = dense<[1, 2]>
    func.func private @outside()
    func.func @f(%x: memref<2xi8> {transformer.cache = "k"}) -> (memref<2xi8> {iquant.type = i8}, i1) attributes {transformer.context_length = 9 : i64} {
      call @outside() : () -> ()
      %c = memref.get_global @__constant : memref<2xi8>
      %r = call @helper() : () -> i1
      return %c, %r : memref<2xi8>, i1
    }
    func.func private @helper() -> i1 {
      %true = arith.constant true
      return %true : i1
    }
  }
  module @b attributes {llvm.target = #b} {
    memref.global "private" constant @__constant : memref<2xi8> = dense<[2, 1]>
    func.func private @outside()
    func.func @f(%x: memref<2xi8> {transformer.cache = "k"}) -> (memref<2xi8> {iquant.type = i8}, i1) attributes {transformer.context_length = 9 : i64} {
      call @outside() : () -> ()
      %c = memref.get_global @__constant : memref<2xi8>
      %true = arith.constant true
      return %c, %true : memref<2xi8>, i1
    }
  }
  module @c attributes {llvm.target = #c} {
    func.func @f(%x: memref<2xi8> {transformer.cache = "k"}) -> (memref<2xi8> {iquant.type = i8}, i1) {
      %true = arith.constant true
      return %x, %true : memref<2xi8>, i1
    }
  }
}

// -----

// Other modules, and those without a target, are nobody's.
// CHECK-LABEL: module @none
// CHECK-NEXT: func.func @f()
// CHECK: module @inner {
// CHECK-NEXT: func.func @f()
module @none {
  func.func @f() {
    return
  }
  module @inner {
    func.func @f() {
      return
    }
  }
}

// -----

module {
  module @a attributes {llvm.target = #llvm.target<triple = "t", chip = "a">} {
    // expected-error @below {{expects the same type for all targets, got '(memref<2xi8>) -> ()', and for 'b' '(memref<4xi8>) -> ()'}}
    func.func @f(%cache: memref<2xi8>) {
      return
    }
  }
  module @b attributes {llvm.target = #llvm.target<triple = "t", chip = "b">} {
    func.func @f(%cache: memref<4xi8>) {
      return
    }
  }
}

// -----

module {
  module @a attributes {llvm.target = #llvm.target<triple = "t", chip = "a">} {
    // expected-error @below {{expects a function for 'b', too}}
    func.func @f() {
      return
    }
  }
  module @b attributes {llvm.target = #llvm.target<triple = "t", chip = "b">} {
  }
}

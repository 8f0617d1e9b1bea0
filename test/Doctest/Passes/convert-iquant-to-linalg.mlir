// RUN: quant-opt %s --convert-iquant-to-linalg --canonicalize --cse | FileCheck %s

// A saturating sum becomes one loop nest on the codes; what the integers mean
// stays with the function.
func.func @sum(%x: !iquant.fixed<?x4xi32, 14>, %y: !iquant.fixed<?x4xi32, 14>) -> !iquant.fixed<?x4xi32, 14> {
  %sum = iquant.add %x, %y : !iquant.fixed<?x4xi32, 14>
  return %sum : !iquant.fixed<?x4xi32, 14>
}

// A value of `!iquant.dyn` becomes codes, multipliers, exponents and zero points.
func.func @identity(%x: !iquant.dyn<?x4xui8>) -> !iquant.dyn<?x4xui8> {
  return %x : !iquant.dyn<?x4xui8>
}

// CHECK-LABEL: func.func @sum(
// CHECK-SAME: %[[X:[^ ]*]]: tensor<?x4xi32> {iquant.type = !iquant.fixed<?x4xi32, 14>}
// CHECK-SAME: %[[Y:[^ ]*]]: tensor<?x4xi32> {iquant.type = !iquant.fixed<?x4xi32, 14>}
// CHECK: linalg.generic {{.*}} ins(%[[X]], %[[Y]] : tensor<?x4xi32>, tensor<?x4xi32>)
// CHECK: %[[WIDE:.*]] = arith.addi %{{.*}}, %{{.*}} : i64
// CHECK: %[[LOW:.*]] = arith.maxsi %[[WIDE]], %c-2147483648_i64
// CHECK: %[[HIGH:.*]] = arith.minsi %[[LOW]], %c2147483647_i64
// CHECK: arith.trunci %[[HIGH]] : i64 to i32

// CHECK-LABEL: func.func @identity(
// CHECK-SAME: tensor<?x4xi8> {iquant.type = !iquant.dyn<?x4xui8>}, %{{.*}}: tensor<?xi32>, %{{.*}}: tensor<?xi32>, %{{.*}}: tensor<?xi32>)

// RUN: quant-opt %s --convert-iquant-to-linalg --canonicalize | FileCheck %s

// A value of `!iquant.fixed` becomes the tensor of its codes; the rule of the
// op, here F1, becomes integer arithmetic on every element.
func.func @rescale(%x: !iquant.fixed<?x4xi32, 16>) -> !iquant.fixed<?x4xi32, 12> {
  %y = iquant.rescale %x : !iquant.fixed<?x4xi32, 16> -> !iquant.fixed<?x4xi32, 12>
  return %y : !iquant.fixed<?x4xi32, 12>
}

// A value of `!iquant.dyn` becomes codes, multipliers, exponents and zero points.
func.func @identity(%x: !iquant.dyn<?x4xui8>) -> !iquant.dyn<?x4xui8> {
  return %x : !iquant.dyn<?x4xui8>
}

// CHECK-LABEL: func.func @rescale(
// CHECK-SAME: %[[X:.*]]: tensor<?x4xi32> {iquant.type = !iquant.fixed<?x4xi32, 16>}) -> (tensor<?x4xi32> {iquant.type = !iquant.fixed<?x4xi32, 12>})
// CHECK: linalg.generic {{.*}} ins(%[[X]] : tensor<?x4xi32>)
// CHECK: arith.shrsi
// CHECK: arith.addi
// CHECK-LABEL: func.func @identity(
// CHECK-SAME: tensor<?x4xi8> {iquant.type = !iquant.dyn<?x4xui8>}, %{{.*}}: tensor<?xi32>, %{{.*}}: tensor<?xi32>, %{{.*}}: tensor<?xi32>)

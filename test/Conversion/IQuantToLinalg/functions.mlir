// RUN: quant-opt %s --convert-iquant-to-linalg --split-input-file | FileCheck %s --implicit-check-not='{{ = iquant[.]}}'

// A value becomes its components; the first keeps the attributes and the type.
// CHECK-LABEL: func.func private @external(
// CHECK-SAME: tensor<?x4xi8> {iquant.type = !iquant.dyn<?x4xui8>, test.name = "x"}, tensor<?xi32> {test.name = "x"}, tensor<?xi32> {test.name = "x"}, tensor<?xi32> {test.name = "x"}, index)
// CHECK-SAME: -> (tensor<4xi32> {iquant.type = !iquant.fixed<4xi32, 14>, test.name = "y"}, i32)
func.func private @external(!iquant.dyn<?x4xui8> {test.name = "x"}, index) -> (!iquant.fixed<4xi32, 14> {test.name = "y"}, i32)

// CHECK-LABEL: func.func @caller(
// CHECK-SAME: %[[Q:.*]]: tensor<?x4xi8> {{.*}}, %[[M:.*]]: tensor<?xi32>, %[[E:.*]]: tensor<?xi32>, %[[Z:.*]]: tensor<?xi32>, %[[I:.*]]: index)
func.func @caller(%x: !iquant.dyn<?x4xui8>, %i: index) -> !iquant.fixed<4xi32, 14> {
  // CHECK: %[[R:.*]]:2 = call @external(%[[Q]], %[[M]], %[[E]], %[[Z]], %[[I]])
  // CHECK: return %[[R]]#0 : tensor<4xi32>
  %0, %1 = call @external(%x, %i) : (!iquant.dyn<?x4xui8>, index) -> (!iquant.fixed<4xi32, 14>, i32)
  return %0 : !iquant.fixed<4xi32, 14>
}

// -----

// Composing and taking apart leaves nothing behind.
// CHECK-LABEL: func.func @components(
// CHECK-SAME: %[[Q:[^ ]*]]: tensor<2x4xi8>, %[[M:[^ ]*]]: tensor<2xi32>, %[[E:[^ ]*]]: tensor<2xi32>)
func.func @components(%q: tensor<2x4xi8>, %m: tensor<2xi32>, %e: tensor<2xi32>) -> (tensor<2xi32>, tensor<2x4xi8>) {
  // CHECK-NEXT: return %[[E]], %[[Q]]
  %0 = iquant.compose %q, %m, %e : (tensor<2x4xi8>, tensor<2xi32>, tensor<2xi32>) -> !iquant.dyn<2x4xsi8>
  %1:3 = iquant.decompose %0 : (!iquant.dyn<2x4xsi8>) -> (tensor<2x4xi8>, tensor<2xi32>, tensor<2xi32>)
  return %1#2, %1#0 : tensor<2xi32>, tensor<2x4xi8>
}

// -----

// Loops and conditions carry components.
// CHECK-LABEL: func.func @loop(
func.func @loop(%x: !iquant.fixed<?x4xi32, 14>, %n: index, %c: i1) -> !iquant.fixed<?x4xi32, 14> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // CHECK: scf.for {{.*}} iter_args(%[[A:.*]] = %{{.*}}) -> (tensor<?x4xi32>)
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> !iquant.fixed<?x4xi32, 14> {
    // CHECK: scf.if {{.*}} -> (tensor<?x4xi32>)
    %s = scf.if %c -> !iquant.fixed<?x4xi32, 14> {
      %0 = iquant.add %a, %x : !iquant.fixed<?x4xi32, 14>
      scf.yield %0 : !iquant.fixed<?x4xi32, 14>
    } else {
      scf.yield %a : !iquant.fixed<?x4xi32, 14>
    }
    scf.yield %s : !iquant.fixed<?x4xi32, 14>
  }
  return %r : !iquant.fixed<?x4xi32, 14>
}

// -----

// Sizes that the op leaves open come from its operands.
// CHECK-LABEL: func.func @cast(
func.func @cast(%x: !iquant.fixed<3x?xi32, 14>) -> !iquant.dyn<?x4xsi8, 2> {
  // CHECK: tensor.cast %{{.*}} : tensor<3x?xi32> to tensor<3x4xi32>
  // CHECK: tensor.cast %{{.*}} : tensor<3x4xi8> to tensor<?x4xi8>
  %0 = iquant.quantize %x : !iquant.fixed<3x?xi32, 14> -> !iquant.dyn<?x4xsi8, 2>
  return %0 : !iquant.dyn<?x4xsi8, 2>
}

// -----

// What has no value of an iquant type stays as it is.
// CHECK-LABEL: func.func @untouched(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>) -> tensor<4xf32> {
// CHECK-NEXT: %[[Y:.*]] = arith.addf %[[X]], %[[X]]
// CHECK-NEXT: return %[[Y]]
func.func @untouched(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = arith.addf %x, %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// RUN: quant-opt %s | quant-opt | FileCheck %s
// RUN: quant-opt %s --emit-bytecode | quant-opt | FileCheck %s

// CHECK: @fixed(!iquant.fixed<i32, 0>, !iquant.fixed<8xi16, 30>, !iquant.fixed<2x?x8xi32, 16>)
func.func private @fixed(!iquant.fixed<i32, 0>, !iquant.fixed<8xi16, 30>, !iquant.fixed<2x?x8xi32, 16>)

// CHECK: @dyn(!iquant.dyn<8xui8>, !iquant.dyn<?x?x8xsi8>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xui8, 8>)
func.func private @dyn(!iquant.dyn<8xui8>, !iquant.dyn<?x?x8xsi8>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xui8, 8>)

// CHECK: @weight(!iquant.weight<1536x576xsi8>, !iquant.weight<1536x576xsi8, 288>)
func.func private @weight(!iquant.weight<1536x576xsi8>, !iquant.weight<1536x576xsi8, 288>)

// CHECK: @tiled(!iquant.weight<6x3xsi8, #iquant.tiles<4x2>>, !iquant.weight<6x4xsi8, 2, #iquant.tiles<4x2>>)
func.func private @tiled(!iquant.weight<6x3xsi8, #iquant.tiles<4x2>>, !iquant.weight<6x4xsi8, 2, #iquant.tiles<4x2>>)

// A group as wide as the row is another type than a row without groups: its
// exponents have one dimension more. `ui8` groups share the row's multiplier.
// CHECK-LABEL: @components
func.func @components(%row: !iquant.dyn<?x8xui8>, %group: !iquant.dyn<?x8xui8, 8>, %signed: !iquant.dyn<?x8xsi8, 4>, %weight: !iquant.weight<3x8xsi8, 4>) {
  // CHECK: -> (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
  %0:4 = iquant.decompose %row : (!iquant.dyn<?x8xui8>) -> (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
  // CHECK: -> (tensor<?x8xi8>, tensor<?xi32>, tensor<?x1xi32>, tensor<?x1xi32>)
  %1:4 = iquant.decompose %group : (!iquant.dyn<?x8xui8, 8>) -> (tensor<?x8xi8>, tensor<?xi32>, tensor<?x1xi32>, tensor<?x1xi32>)
  // CHECK: -> (tensor<?x8xi8>, tensor<?x2xi32>, tensor<?x2xi32>)
  %2:3 = iquant.decompose %signed : (!iquant.dyn<?x8xsi8, 4>) -> (tensor<?x8xi8>, tensor<?x2xi32>, tensor<?x2xi32>)
  // CHECK: -> (tensor<3x8xi8>, tensor<3xi32>, tensor<3xi32>, tensor<3x2xi32>)
  %3:4 = iquant.decompose %weight : (!iquant.weight<3x8xsi8, 4>) -> (tensor<3x8xi8>, tensor<3xi32>, tensor<3xi32>, tensor<3x2xi32>)
  return
}

// Tiles are whole: two of four for six output channels, two of two for three
// input channels.
// CHECK-LABEL: @tiles
func.func @tiles(%weight: !iquant.weight<6x3xsi8, #iquant.tiles<4x2>>) {
  // CHECK: -> (tensor<2x2x4x2xi8>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>)
  %0:4 = iquant.decompose %weight : (!iquant.weight<6x3xsi8, #iquant.tiles<4x2>>) -> (tensor<2x2x4x2xi8>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>)
  return
}

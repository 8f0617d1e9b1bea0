// RUN: quant-opt %s | quant-opt | FileCheck %s
// RUN: quant-opt %s --emit-bytecode | quant-opt | FileCheck %s

// CHECK: @fixed(!iquant.fixed<i32, 0>, !iquant.fixed<8xi16, 30>, !iquant.fixed<2x?x8xi32, 16>)
func.func private @fixed(!iquant.fixed<i32, 0>, !iquant.fixed<8xi16, 30>, !iquant.fixed<2x?x8xi32, 16>)

// CHECK: @dyn(!iquant.dyn<8xui8>, !iquant.dyn<?x?x8xsi8>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xui8, 8>)
func.func private @dyn(!iquant.dyn<8xui8>, !iquant.dyn<?x?x8xsi8>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xui8, 8>)

// CHECK: @weight(!iquant.weight<1536x576xsi8>)
func.func private @weight(!iquant.weight<1536x576xsi8>)

// A group as wide as the row is another type than one scale per row: its
// scales have one dimension more.
// CHECK-LABEL: @components
func.func @components(%row: !iquant.dyn<?x8xui8>, %group: !iquant.dyn<?x8xui8, 8>) {
  // CHECK: -> (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
  %0:4 = iquant.decompose %row : (!iquant.dyn<?x8xui8>) -> (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
  // CHECK: -> (tensor<?x8xi8>, tensor<?x1xi32>, tensor<?x1xi32>, tensor<?x1xi32>)
  %1:4 = iquant.decompose %group : (!iquant.dyn<?x8xui8, 8>) -> (tensor<?x8xi8>, tensor<?x1xi32>, tensor<?x1xi32>, tensor<?x1xi32>)
  return
}

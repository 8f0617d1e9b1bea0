// RUN: quant-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: @compose_of_decompose
// CHECK-SAME: (%[[X:.*]]: !iquant.dyn<?x8xui8>)
func.func @compose_of_decompose(%x: !iquant.dyn<?x8xui8>) -> !iquant.dyn<?x8xui8> {
  // CHECK-NEXT: return %[[X]]
  %0:4 = iquant.decompose %x : (!iquant.dyn<?x8xui8>) -> (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
  %1 = iquant.compose %0#0, %0#1, %0#2, %0#3 : (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) -> !iquant.dyn<?x8xui8>
  return %1 : !iquant.dyn<?x8xui8>
}

// CHECK-LABEL: @decompose_of_compose
// CHECK-SAME: (%[[Q:.*]]: tensor<?x8xi8>, %[[M:.*]]: tensor<?xi32>, %[[E:.*]]: tensor<?xi32>)
func.func @decompose_of_compose(%q: tensor<?x8xi8>, %m: tensor<?xi32>, %e: tensor<?xi32>) -> (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>) {
  // CHECK-NEXT: return %[[Q]], %[[M]], %[[E]]
  %0 = iquant.compose %q, %m, %e : (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>) -> !iquant.dyn<?x8xsi8>
  %1:3 = iquant.decompose %0 : (!iquant.dyn<?x8xsi8>) -> (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>)
  return %1#0, %1#1, %1#2 : tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>
}

// Multiplier and exponent change places: another value, which must stay.
// CHECK-LABEL: @compose_of_other_order
func.func @compose_of_other_order(%x: !iquant.dyn<?x8xsi8>) -> !iquant.dyn<?x8xsi8> {
  // CHECK: %[[PARTS:.*]]:3 = iquant.decompose
  // CHECK-NEXT: iquant.compose %[[PARTS]]#0, %[[PARTS]]#2, %[[PARTS]]#1
  %0:3 = iquant.decompose %x : (!iquant.dyn<?x8xsi8>) -> (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>)
  %1 = iquant.compose %0#0, %0#2, %0#1 : (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>) -> !iquant.dyn<?x8xsi8>
  return %1 : !iquant.dyn<?x8xsi8>
}

// The same integers under another exponent are another value.
// CHECK-LABEL: @compose_of_other_type
func.func @compose_of_other_type(%x: !iquant.fixed<8xi32, 16>) -> !iquant.fixed<8xi32, 12> {
  // CHECK: iquant.decompose
  // CHECK-NEXT: iquant.compose
  %0 = iquant.decompose %x : (!iquant.fixed<8xi32, 16>) -> tensor<8xi32>
  %1 = iquant.compose %0 : (tensor<8xi32>) -> !iquant.fixed<8xi32, 12>
  return %1 : !iquant.fixed<8xi32, 12>
}

// CHECK-LABEL: @rescale_to_the_same_type
// CHECK-SAME: (%[[X:.*]]: !iquant.fixed<?x8xi32, 16>)
func.func @rescale_to_the_same_type(%x: !iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16> {
  // CHECK-NEXT: return %[[X]]
  %0 = iquant.rescale %x : !iquant.fixed<?x8xi32, 16> -> !iquant.fixed<?x8xi32, 16>
  return %0 : !iquant.fixed<?x8xi32, 16>
}

// Down and up again rounds, so the pair must stay.
// CHECK-LABEL: @rescale_there_and_back
func.func @rescale_there_and_back(%x: !iquant.fixed<8xi32, 16>) -> !iquant.fixed<8xi32, 16> {
  // CHECK-COUNT-2: iquant.rescale
  %0 = iquant.rescale %x : !iquant.fixed<8xi32, 16> -> !iquant.fixed<8xi32, 12>
  %1 = iquant.rescale %0 : !iquant.fixed<8xi32, 12> -> !iquant.fixed<8xi32, 16>
  return %1 : !iquant.fixed<8xi32, 16>
}

// Nor is quantizing and coming back the identity.
// CHECK-LABEL: @quantize_and_back
func.func @quantize_and_back(%x: !iquant.fixed<8xi32, 16>) -> !iquant.fixed<8xi32, 16> {
  // CHECK: iquant.quantize
  // CHECK-NEXT: iquant.dequantize
  %0 = iquant.quantize %x : !iquant.fixed<8xi32, 16> -> !iquant.dyn<8xui8>
  %1 = iquant.dequantize %0 : !iquant.dyn<8xui8> -> !iquant.fixed<8xi32, 16>
  return %1 : !iquant.fixed<8xi32, 16>
}

// CHECK-LABEL: @unused
func.func @unused(%x: !iquant.fixed<8xi32, 16>) {
  // CHECK-NEXT: return
  %0 = iquant.silu %x : !iquant.fixed<8xi32, 16>
  return
}

// RUN: quant-opt %s --split-input-file --verify-diagnostics

// Each case is headed by the op or type and the number of the constraint that
// it breaks; scripts/check-constraints.py checks that none is missing.

// !iquant.fixed C1
// expected-error @+1 {{expects fixed-point elements of type i16 or i32, got 'i8'}}
func.func private @fixed(!iquant.fixed<?x8xi8, 16>)

// -----

// !iquant.fixed C1
// expected-error @+1 {{expects fixed-point elements of type i16 or i32, got 'si32'}}
func.func private @fixed(!iquant.fixed<?x8xsi32, 16>)

// -----

// !iquant.fixed C1
// expected-error @+1 {{expects fixed-point elements of type i16 or i32, got 'f32'}}
func.func private @fixed(!iquant.fixed<?x8xf32, 16>)

// -----

// !iquant.fixed C2
// expected-error @+1 {{expects a fixed-point exponent in 0 .. 30, got 31}}
func.func private @fixed(!iquant.fixed<?x8xi32, 31>)

// -----

// !iquant.fixed C2
// expected-error @+1 {{expects a fixed-point exponent in 0 .. 30, got -1}}
func.func private @fixed(!iquant.fixed<?x8xi32, -1>)

// -----

// !iquant.dyn C1
// expected-error @+1 {{expects dynamically quantized elements of type ui8 or si8, got 'i8'}}
func.func private @dyn(!iquant.dyn<?x8xi8>)

// -----

// !iquant.dyn C1
// expected-error @+1 {{expects dynamically quantized elements of type ui8 or si8, got 'si4'}}
func.func private @dyn(!iquant.dyn<?x8xsi4>)

// -----

// !iquant.dyn C1
// expected-error @+1 {{expects an integer element type, got 'f32'}}
func.func private @dyn(!iquant.dyn<?x8xf32>)

// -----

// !iquant.dyn C2
// expected-error @+1 {{expects a dynamically quantized type of rank 1 or more with a static number of channels, got 8x?xui8}}
func.func private @dyn(!iquant.dyn<8x?xui8>)

// -----

// !iquant.dyn C2
// expected-error @+1 {{expects a dynamically quantized type of rank 1 or more with a static number of channels, got ui8}}
func.func private @dyn(!iquant.dyn<ui8>)

// -----

// !iquant.dyn C3
// expected-error @+1 {{expects a group size that is positive and divides the 8 channels, got 3}}
func.func private @dyn(!iquant.dyn<?x8xsi8, 3>)

// -----

// !iquant.dyn C3
// expected-error @+1 {{expects a group size that is positive and divides the 8 channels, got -4}}
func.func private @dyn(!iquant.dyn<?x8xsi8, -4>)

// -----

// !iquant.dyn C3
// expected-error @+1 {{expects a group size that is positive, got 0}}
func.func private @dyn(!iquant.dyn<?x8xsi8, 0>)

// -----

// !iquant.dyn C3
// expected-error @+1 {{expects a group size that is positive and divides the 0 channels, got 4}}
func.func private @dyn(!iquant.dyn<?x0xui8, 4>)

// -----

// !iquant.weight C1
// expected-error @+1 {{expects weight codes of type si8, got 'ui8'}}
func.func private @weight(!iquant.weight<3x8xui8>)

// -----

// !iquant.weight C1
// expected-error @+1 {{expects an integer element type, got 'f32'}}
func.func private @weight(!iquant.weight<3x8xf32>)

// -----

// !iquant.weight C2
// expected-error @+1 {{expects a weight of two static, positive sizes, got 3x?xsi8}}
func.func private @weight(!iquant.weight<3x?xsi8>)

// -----

// !iquant.weight C2
// expected-error @+1 {{expects a weight of two static, positive sizes, got 0x8xsi8}}
func.func private @weight(!iquant.weight<0x8xsi8>)

// -----

// !iquant.weight C2
// expected-error @+1 {{expects a weight of two static, positive sizes, got 3x8x1xsi8}}
func.func private @weight(!iquant.weight<3x8x1xsi8>)

// -----

// !iquant.weight C3
// expected-error @+1 {{expects a group size that is positive and divides the 8 channels, got 3}}
func.func private @weight(!iquant.weight<3x8xsi8, 3>)

// -----

// !iquant.weight C3
// expected-error @+1 {{expects a group size that is positive, got 0}}
func.func private @weight(!iquant.weight<3x8xsi8, 0>)

// -----

// !iquant.weight C4
// expected-error @+1 {{expects tiles of 1 .. 64 output and 1 .. 64 input channels, got 0 and 4}}
func.func private @weight(!iquant.weight<3x8xsi8, #iquant.tiles<0x4>>)

// -----

// !iquant.weight C4
// expected-error @+1 {{expects tiles of 1 .. 64 output and 1 .. 64 input channels, got 16 and 65}}
func.func private @weight(!iquant.weight<3x8xsi8, #iquant.tiles<16x65>>)

// -----

// !iquant.weight C5
// expected-error @+1 {{expects groups of whole tiles, got groups of 2 and tiles of 4 input channels}}
func.func private @weight(!iquant.weight<3x8xsi8, 2, #iquant.tiles<16x4>>)

// -----

// expected-error @+1 {{expects two tile sizes, got 3}}
func.func private @weight(!iquant.weight<3x8xsi8, #iquant.tiles<16x4x2>>)

// -----

// expected-error @+1 {{expects a group size, or nothing, after the shape}}
func.func private @dyn(!iquant.dyn<3x8xui8, #iquant.tiles<16x4>>)

// -----

// iquant.compose C1
func.func @compose(%q: tensor<?x8xi8>, %m: tensor<?xi32>) {
  // expected-error @+1 {{expects the components of '!iquant.dyn<?x8xsi8>', 'tensor<?x8xi8>', 'tensor<?xi32>', 'tensor<?xi32>', got 'tensor<?x8xi8>', 'tensor<?xi32>'}}
  %0 = iquant.compose %q, %m : (tensor<?x8xi8>, tensor<?xi32>) -> !iquant.dyn<?x8xsi8>
  return
}

// -----

// iquant.compose C1
func.func @compose(%q: tensor<?x8xi16>) {
  // expected-error @+1 {{expects the components of '!iquant.fixed<?x8xi32, 16>', 'tensor<?x8xi32>', got 'tensor<?x8xi16>'}}
  %0 = iquant.compose %q : (tensor<?x8xi16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.decompose C1
func.func @decompose(%x: !iquant.weight<3x8xsi8>) {
  // expected-error @+1 {{expects the components of '!iquant.weight<3x8xsi8>', 'tensor<3x8xi8>', 'tensor<3xi32>', 'tensor<3xi32>', 'tensor<3xi32>', got 'tensor<3x8xi8>', 'tensor<3xi32>', 'tensor<3xi32>'}}
  %0:3 = iquant.decompose %x : (!iquant.weight<3x8xsi8>) -> (tensor<3x8xi8>, tensor<3xi32>, tensor<3xi32>)
  return
}

// -----

// iquant.quantize C1
func.func @quantize(%x: !iquant.fixed<2x8xi32, 16>) {
  // expected-error @+1 {{expects operands and result of one shape, got [2, 8] and [2, 4]}}
  %0 = iquant.quantize %x : !iquant.fixed<2x8xi32, 16> -> !iquant.dyn<2x4xui8>
  return
}

// -----

// iquant.quantize C2
func.func @quantize_fixed_range_of_row(%x: !iquant.fixed<2x8xi32, 16>) {
  // expected-error @+1 {{expects si8 codes in groups to have fixed ranges, got '!iquant.dyn<2x8xsi8>'}}
  %0 = iquant.quantize %x {ranges = array<i32: 1>} : !iquant.fixed<2x8xi32, 16> -> !iquant.dyn<2x8xsi8>
  return
}

// -----

// iquant.quantize C2
func.func @quantize_fixed_range_of_unsigned(%x: !iquant.fixed<2x8xi32, 16>) {
  // expected-error @+1 {{expects si8 codes in groups to have fixed ranges, got '!iquant.dyn<2x8xui8, 4>'}}
  %0 = iquant.quantize %x {ranges = array<i32: 1, 1>} : !iquant.fixed<2x8xi32, 16> -> !iquant.dyn<2x8xui8, 4>
  return
}

// -----

// iquant.quantize C2
func.func @quantize_number_of_ranges(%x: !iquant.fixed<2x8xi32, 16>) {
  // expected-error @+1 {{expects a range for each of 2 groups, got 1}}
  %0 = iquant.quantize %x {ranges = array<i32: 1>} : !iquant.fixed<2x8xi32, 16> -> !iquant.dyn<2x8xsi8, 4>
  return
}

// -----

// iquant.quantize C2
func.func @quantize_range_of_zero(%x: !iquant.fixed<2x8xi32, 16>) {
  // expected-error @+1 {{expects positive ranges, got 0}}
  %0 = iquant.quantize %x {ranges = array<i32: 1, 0>} : !iquant.fixed<2x8xi32, 16> -> !iquant.dyn<2x8xsi8, 4>
  return
}

// -----

// iquant.dequantize C1
func.func @dequantize(%x: !iquant.dyn<?x8xui8>) {
  // expected-error @+1 {{expects operands and result of one shape, got [?, 8] and [8]}}
  %0 = iquant.dequantize %x : !iquant.dyn<?x8xui8> -> !iquant.fixed<8xi32, 16>
  return
}

// -----

// iquant.rescale C1
func.func @rescale(%x: !iquant.fixed<3x8xi32, 16>) {
  // expected-error @+1 {{expects operands and result of one shape, got [3, 8] and [4, 8]}}
  %0 = iquant.rescale %x : !iquant.fixed<3x8xi32, 16> -> !iquant.fixed<4x8xi32, 12>
  return
}

// -----

// iquant.embedding C1
func.func @embedding(%i: tensor<5xi32>, %t: !iquant.weight<9x8xsi8>) {
  // expected-error @+1 {{expects a result of shape [5, 8], got [5, 9]}}
  %0 = iquant.embedding %i, %t : (tensor<5xi32>, !iquant.weight<9x8xsi8>) -> !iquant.fixed<5x9xi32, 16>
  return
}

// -----

// iquant.linear C1
func.func @linear(%x: !iquant.dyn<?x4xui8>, %w: !iquant.weight<3x8xsi8>) {
  // expected-error @+1 {{expects an input of 8 channels, as the weight has, got 4}}
  %0 = iquant.linear %x, %w : (!iquant.dyn<?x4xui8>, !iquant.weight<3x8xsi8>) -> !iquant.fixed<?x3xi32, 16>
  return
}

// -----

// iquant.linear C2
func.func @linear(%x: !iquant.dyn<?x8xsi8, 4>, %w: !iquant.weight<3x8xsi8>) {
  // expected-error @+1 {{expects an si8 input with one scale per row, got groups of 4}}
  %0 = iquant.linear %x, %w : (!iquant.dyn<?x8xsi8, 4>, !iquant.weight<3x8xsi8>) -> !iquant.fixed<?x3xi32, 16>
  return
}

// -----

// iquant.linear C2
func.func @linear(%x: !iquant.dyn<?x8xui8, 4>, %w: !iquant.weight<3x8xsi8, 2>) {
  // expected-error @+1 {{expects input and weight in the same groups, got '!iquant.dyn<?x8xui8, 4>' and '!iquant.weight<3x8xsi8, 2>'}}
  %0 = iquant.linear %x, %w : (!iquant.dyn<?x8xui8, 4>, !iquant.weight<3x8xsi8, 2>) -> !iquant.fixed<?x3xi32, 16>
  return
}

// -----

// iquant.linear C2
func.func @linear(%x: !iquant.dyn<?x8xui8>, %w: !iquant.weight<3x8xsi8, 8>) {
  // expected-error @+1 {{expects input and weight in the same groups, got '!iquant.dyn<?x8xui8>' and '!iquant.weight<3x8xsi8, 8>'}}
  %0 = iquant.linear %x, %w : (!iquant.dyn<?x8xui8>, !iquant.weight<3x8xsi8, 8>) -> !iquant.fixed<?x3xi32, 16>
  return
}

// -----

// iquant.linear C3
func.func @linear(%x: !iquant.dyn<2x8xui8>, %w: !iquant.weight<3x8xsi8>) {
  // expected-error @+1 {{expects a result of shape [2, 3], got [2, 8]}}
  %0 = iquant.linear %x, %w : (!iquant.dyn<2x8xui8>, !iquant.weight<3x8xsi8>) -> !iquant.fixed<2x8xi32, 16>
  return
}

// -----

// iquant.linear C4
func.func @linear(%x: !iquant.dyn<2x8xui8>, %w: !iquant.weight<3x8xsi8>, %b: !iquant.fixed<8xi32, 16>) {
  // expected-error @+1 {{expects a bias of shape [3], got [8]}}
  %0 = iquant.linear %x, %w bias %b : (!iquant.dyn<2x8xui8>, !iquant.weight<3x8xsi8>, !iquant.fixed<8xi32, 16>) -> !iquant.fixed<2x3xi32, 16>
  return
}

// -----

// iquant.linear C4
func.func @linear(%x: !iquant.dyn<2x8xui8>, %w: !iquant.weight<3x8xsi8>, %b: !iquant.fixed<?xi32, 16>) {
  // expected-error @+1 {{expects a bias of shape [3], got [?]}}
  %0 = iquant.linear %x, %w bias %b : (!iquant.dyn<2x8xui8>, !iquant.weight<3x8xsi8>, !iquant.fixed<?xi32, 16>) -> !iquant.fixed<2x3xi32, 16>
  return
}

// -----

// iquant.linear C4
func.func @linear(%x: !iquant.dyn<2x8xui8>, %w: !iquant.weight<3x8xsi8>, %b: !iquant.fixed<3xi32, 12>) {
  // expected-error @+1 {{expects a bias with the result's exponent 16, got 12}}
  %0 = iquant.linear %x, %w bias %b : (!iquant.dyn<2x8xui8>, !iquant.weight<3x8xsi8>, !iquant.fixed<3xi32, 12>) -> !iquant.fixed<2x3xi32, 16>
  return
}

// -----

// iquant.linear C4
func.func @linear(%x: !iquant.dyn<2x8xui8>, %w: !iquant.weight<3x8xsi8>, %b: !iquant.fixed<3xi16, 16>) {
  // expected-error @+1 {{operand #2 must be fixed-point type of i32 elements, but got '!iquant.fixed<3xi16, 16>'}}
  %0 = iquant.linear %x, %w bias %b : (!iquant.dyn<2x8xui8>, !iquant.weight<3x8xsi8>, !iquant.fixed<3xi16, 16>) -> !iquant.fixed<2x3xi32, 16>
  return
}

// -----

// iquant.rms_norm C1
func.func @rms_norm(%x: !iquant.fixed<2x8xi32, 16>) {
  // expected-error @+1 {{expects operands and result of one shape, got [2, 8] and [2, 4]}}
  %0 = iquant.rms_norm %x {epsilon = 1} : (!iquant.fixed<2x8xi32, 16>) -> !iquant.dyn<2x4xui8>
  return
}

// -----

// iquant.rms_norm C1
func.func @rms_norm(%x: !iquant.fixed<2x?xi32, 16>) {
  // expected-error @+1 {{expects a static number of channels of at most 65536, got [2, ?]}}
  %0 = iquant.rms_norm %x {epsilon = 1} : (!iquant.fixed<2x?xi32, 16>) -> !iquant.fixed<2x?xi32, 16>
  return
}

// -----

// iquant.rms_norm C1
func.func @rms_norm(%x: !iquant.fixed<65537xi32, 16>) {
  // expected-error @+1 {{expects a static number of channels of at most 65536, got [65537]}}
  %0 = iquant.rms_norm %x {epsilon = 1} : (!iquant.fixed<65537xi32, 16>) -> !iquant.fixed<65537xi32, 16>
  return
}

// -----

// iquant.rms_norm C2
func.func @rms_norm(%x: !iquant.fixed<2x8xi32, 16>, %g: !iquant.fixed<4xi16, 14>) {
  // expected-error @+1 {{expects a scale of shape [8], got [4]}}
  %0 = iquant.rms_norm %x scale %g {epsilon = 1} : (!iquant.fixed<2x8xi32, 16>, !iquant.fixed<4xi16, 14>) -> !iquant.dyn<2x8xui8>
  return
}

// -----

// iquant.rms_norm C2
func.func @rms_norm(%x: !iquant.fixed<2x8xi32, 16>, %g: !iquant.fixed<8xi32, 14>) {
  // expected-error @+1 {{operand #1 must be fixed-point type of i16 elements, but got '!iquant.fixed<8xi32, 14>'}}
  %0 = iquant.rms_norm %x scale %g {epsilon = 1} : (!iquant.fixed<2x8xi32, 16>, !iquant.fixed<8xi32, 14>) -> !iquant.dyn<2x8xui8>
  return
}

// -----

// iquant.rms_norm C3
func.func @rms_norm(%x: !iquant.fixed<2x8xi32, 16>) {
  // expected-error @+1 {{expects a quantized result of ui8 codes, got '!iquant.dyn<2x8xsi8>'}}
  %0 = iquant.rms_norm %x {epsilon = 1} : (!iquant.fixed<2x8xi32, 16>) -> !iquant.dyn<2x8xsi8>
  return
}

// -----

// iquant.rms_norm C4
func.func @rms_norm(%x: !iquant.fixed<2x8xi32, 16>) {
  // expected-error @+1 {{attribute 'epsilon' failed to satisfy constraint: 64-bit signless integer attribute whose value is non-negative whose maximum value is 1073741823}}
  %0 = iquant.rms_norm %x {epsilon = -1} : (!iquant.fixed<2x8xi32, 16>) -> !iquant.dyn<2x8xui8>
  return
}

// -----

// iquant.rms_norm C4
func.func @rms_norm(%x: !iquant.fixed<2x8xi32, 16>) {
  // expected-error @+1 {{attribute 'epsilon' failed to satisfy constraint: 64-bit signless integer attribute whose value is non-negative whose maximum value is 1073741823}}
  %0 = iquant.rms_norm %x {epsilon = 1073741824} : (!iquant.fixed<2x8xi32, 16>) -> !iquant.dyn<2x8xui8>
  return
}

// -----

// iquant.layer_norm C1
func.func @layer_norm(%x: !iquant.fixed<2x8xi32, 16>) {
  // expected-error @+1 {{expects operands and result of one shape, got [2, 8] and [2, 4]}}
  %0 = iquant.layer_norm %x {epsilon = 1} : (!iquant.fixed<2x8xi32, 16>) -> !iquant.dyn<2x4xui8>
  return
}

// -----

// iquant.layer_norm C1
func.func @layer_norm(%x: !iquant.fixed<2x?xi32, 16>) {
  // expected-error @+1 {{expects a static number of channels of at most 65536, got [2, ?]}}
  %0 = iquant.layer_norm %x {epsilon = 1} : (!iquant.fixed<2x?xi32, 16>) -> !iquant.fixed<2x?xi32, 16>
  return
}

// -----

// iquant.layer_norm C1
func.func @layer_norm(%x: !iquant.fixed<65537xi32, 16>) {
  // expected-error @+1 {{expects a static number of channels of at most 65536, got [65537]}}
  %0 = iquant.layer_norm %x {epsilon = 1} : (!iquant.fixed<65537xi32, 16>) -> !iquant.fixed<65537xi32, 16>
  return
}

// -----

// iquant.layer_norm C2
func.func @layer_norm(%x: !iquant.fixed<2x8xi32, 16>, %g: !iquant.fixed<4xi16, 14>) {
  // expected-error @+1 {{expects a scale of shape [8], got [4]}}
  %0 = iquant.layer_norm %x scale %g {epsilon = 1} : (!iquant.fixed<2x8xi32, 16>, !iquant.fixed<4xi16, 14>) -> !iquant.dyn<2x8xui8>
  return
}

// -----

// iquant.layer_norm C2
func.func @layer_norm(%x: !iquant.fixed<2x8xi32, 16>, %g: !iquant.fixed<8xi32, 14>) {
  // expected-error @+1 {{operand #1 must be fixed-point type of i16 elements, but got '!iquant.fixed<8xi32, 14>'}}
  %0 = iquant.layer_norm %x scale %g {epsilon = 1} : (!iquant.fixed<2x8xi32, 16>, !iquant.fixed<8xi32, 14>) -> !iquant.dyn<2x8xui8>
  return
}

// -----

// iquant.layer_norm C3
func.func @layer_norm(%x: !iquant.fixed<2x8xi32, 16>, %b: !iquant.fixed<4xi16, 14>) {
  // expected-error @+1 {{expects a shift of shape [8], got [4]}}
  %0 = iquant.layer_norm %x shift %b {epsilon = 1} : (!iquant.fixed<2x8xi32, 16>, !iquant.fixed<4xi16, 14>) -> !iquant.dyn<2x8xui8>
  return
}

// -----

// iquant.layer_norm C3
func.func @layer_norm(%x: !iquant.fixed<2x8xi32, 16>, %b: !iquant.fixed<8xi32, 14>) {
  // expected-error @+1 {{must be fixed-point type of i16 elements, but got '!iquant.fixed<8xi32, 14>'}}
  %0 = iquant.layer_norm %x shift %b {epsilon = 1} : (!iquant.fixed<2x8xi32, 16>, !iquant.fixed<8xi32, 14>) -> !iquant.dyn<2x8xui8>
  return
}

// -----

// iquant.layer_norm C4
func.func @layer_norm(%x: !iquant.fixed<2x8xi32, 16>) {
  // expected-error @+1 {{expects a quantized result of ui8 codes, got '!iquant.dyn<2x8xsi8>'}}
  %0 = iquant.layer_norm %x {epsilon = 1} : (!iquant.fixed<2x8xi32, 16>) -> !iquant.dyn<2x8xsi8>
  return
}

// -----

// iquant.layer_norm C5
func.func @layer_norm(%x: !iquant.fixed<2x8xi32, 16>) {
  // expected-error @+1 {{attribute 'epsilon' failed to satisfy constraint: 64-bit signless integer attribute whose value is non-negative whose maximum value is 1073741823}}
  %0 = iquant.layer_norm %x {epsilon = -1} : (!iquant.fixed<2x8xi32, 16>) -> !iquant.dyn<2x8xui8>
  return
}

// -----

// iquant.layer_norm C5
func.func @layer_norm(%x: !iquant.fixed<2x8xi32, 16>) {
  // expected-error @+1 {{attribute 'epsilon' failed to satisfy constraint: 64-bit signless integer attribute whose value is non-negative whose maximum value is 1073741823}}
  %0 = iquant.layer_norm %x {epsilon = 1073741824} : (!iquant.fixed<2x8xi32, 16>) -> !iquant.dyn<2x8xui8>
  return
}

// -----

// iquant.rope C1
func.func @rope(%x: !iquant.fixed<8xi32, 16>, %c: !iquant.fixed<16x2xi16, 14>, %s: !iquant.fixed<16x2xi16, 14>, %at: index) {
  // expected-error @+1 {{expects an input of rank 2 or more, got '!iquant.fixed<8xi32, 16>'}}
  %0 = iquant.rope %x<half> by %c, %s at %at {heads = 2} : (!iquant.fixed<8xi32, 16>, !iquant.fixed<16x2xi16, 14>, !iquant.fixed<16x2xi16, 14>, index) -> !iquant.fixed<8xi32, 16>
  return
}

// -----

// iquant.rope C2
func.func @rope(%x: !iquant.fixed<?x6xi32, 16>, %c: !iquant.fixed<16x2xi16, 14>, %s: !iquant.fixed<16x2xi16, 14>, %at: index) {
  // expected-error @+1 {{expects a static number of channels that is a multiple of twice its 2 heads, got '!iquant.fixed<?x6xi32, 16>'}}
  %0 = iquant.rope %x<half> by %c, %s at %at {heads = 2} : (!iquant.fixed<?x6xi32, 16>, !iquant.fixed<16x2xi16, 14>, !iquant.fixed<16x2xi16, 14>, index) -> !iquant.fixed<?x6xi32, 16>
  return
}

// -----

// iquant.rope C2
func.func @rope(%x: !iquant.fixed<4x?xi32, 16>, %c: !iquant.fixed<16x2xi16, 14>, %s: !iquant.fixed<16x2xi16, 14>, %at: index) {
  // expected-error @+1 {{expects a static number of channels that is a multiple of twice its 2 heads, got '!iquant.fixed<4x?xi32, 16>'}}
  %0 = iquant.rope %x<half> by %c, %s at %at {heads = 2} : (!iquant.fixed<4x?xi32, 16>, !iquant.fixed<16x2xi16, 14>, !iquant.fixed<16x2xi16, 14>, index) -> !iquant.fixed<4x?xi32, 16>
  return
}

// -----

// iquant.rope C3
func.func @rope(%x: !iquant.fixed<?x8xi32, 16>, %c: !iquant.fixed<16x4xi16, 14>, %s: !iquant.fixed<16x4xi16, 14>, %at: index) {
  // expected-error @+1 {{expects two tables of one type and of shape [positions, 2], got '!iquant.fixed<16x4xi16, 14>' and '!iquant.fixed<16x4xi16, 14>'}}
  %0 = iquant.rope %x<half> by %c, %s at %at {heads = 2} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<16x4xi16, 14>, !iquant.fixed<16x4xi16, 14>, index) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.rope C3
func.func @rope(%x: !iquant.fixed<?x8xi32, 16>, %c: !iquant.fixed<16x2xi16, 14>, %s: !iquant.fixed<16x2xi16, 13>, %at: index) {
  // expected-error @+1 {{expects two tables of one type and of shape [positions, 2], got '!iquant.fixed<16x2xi16, 14>' and '!iquant.fixed<16x2xi16, 13>'}}
  %0 = iquant.rope %x<half> by %c, %s at %at {heads = 2} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<16x2xi16, 14>, !iquant.fixed<16x2xi16, 13>, index) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.rope C3
func.func @rope(%x: !iquant.fixed<?x8xi32, 16>, %c: !iquant.fixed<0x2xi16, 14>, %s: !iquant.fixed<0x2xi16, 14>, %at: index) {
  // expected-error @+1 {{expects two tables of one type and of shape [positions, 2], got '!iquant.fixed<0x2xi16, 14>' and '!iquant.fixed<0x2xi16, 14>'}}
  %0 = iquant.rope %x<half> by %c, %s at %at {heads = 2} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<0x2xi16, 14>, !iquant.fixed<0x2xi16, 14>, index) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.rope C4
func.func @rope(%x: !iquant.fixed<?x8xi32, 16>, %c: !iquant.fixed<16x2xi16, 14>, %s: !iquant.fixed<16x2xi16, 14>, %at: index) {
  // expected-error @+1 {{attribute 'heads' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = iquant.rope %x<half> by %c, %s at %at {heads = 0} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<16x2xi16, 14>, !iquant.fixed<16x2xi16, 14>, index) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.rope C5
func.func @rope(%x: !iquant.fixed<?x8xi32, 16>, %c: !iquant.fixed<16x2xi16, 14>, %s: !iquant.fixed<16x2xi16, 14>, %at: index) {
  // expected-error @+1 {{failed to verify that all of {input, result} have same type}}
  %0 = iquant.rope %x<half> by %c, %s at %at {heads = 2} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<16x2xi16, 14>, !iquant.fixed<16x2xi16, 14>, index) -> !iquant.fixed<?x8xi32, 12>
  return
}

// -----

// iquant.rope C6
func.func @rope(%x: !iquant.fixed<3x?x8xi32, 16>, %c: !iquant.fixed<16x2xi16, 14>, %at: tensor<2x?xi64>) {
  // expected-error @+1 {{expects a position per row of '!iquant.fixed<3x?x8xi32, 16>', got 'tensor<2x?xi64>'}}
  %0 = iquant.rope %x<half> by %c, %c at %at {heads = 2} : (!iquant.fixed<3x?x8xi32, 16>, !iquant.fixed<16x2xi16, 14>, !iquant.fixed<16x2xi16, 14>, tensor<2x?xi64>) -> !iquant.fixed<3x?x8xi32, 16>
  return
}

// -----

// iquant.rotate_pairs C1
func.func @rotate_pairs(%x: !iquant.fixed<8xi32, 16>, %c: !iquant.fixed<4xi32, 16>, %s: !iquant.fixed<4xi32, 16>) {
  // expected-error @+1 {{expects an input of rank 2 or more, got '!iquant.fixed<8xi32, 16>'}}
  %0 = iquant.rotate_pairs %x<half> by %c, %s {heads = 2} : (!iquant.fixed<8xi32, 16>, !iquant.fixed<4xi32, 16>, !iquant.fixed<4xi32, 16>) -> !iquant.fixed<8xi32, 16>
  return
}

// -----

// iquant.rotate_pairs C2
func.func @rotate_pairs(%x: !iquant.fixed<?x6xi32, 16>, %c: !iquant.fixed<?x3xi32, 16>, %s: !iquant.fixed<?x3xi32, 16>) {
  // expected-error @+1 {{expects a static number of channels that is a multiple of twice its 2 heads, got '!iquant.fixed<?x6xi32, 16>'}}
  %0 = iquant.rotate_pairs %x<half> by %c, %s {heads = 2} : (!iquant.fixed<?x6xi32, 16>, !iquant.fixed<?x3xi32, 16>, !iquant.fixed<?x3xi32, 16>) -> !iquant.fixed<?x6xi32, 16>
  return
}

// -----

// iquant.rotate_pairs C2
func.func @rotate_pairs(%x: !iquant.fixed<4x?xi32, 16>, %c: !iquant.fixed<4x3xi32, 16>, %s: !iquant.fixed<4x3xi32, 16>) {
  // expected-error @+1 {{expects a static number of channels that is a multiple of twice its 2 heads, got '!iquant.fixed<4x?xi32, 16>'}}
  %0 = iquant.rotate_pairs %x<half> by %c, %s {heads = 2} : (!iquant.fixed<4x?xi32, 16>, !iquant.fixed<4x3xi32, 16>, !iquant.fixed<4x3xi32, 16>) -> !iquant.fixed<4x?xi32, 16>
  return
}

// -----

// iquant.rotate_pairs C3
func.func @rotate_pairs(%x: !iquant.fixed<3x?x8xi32, 16>, %c: !iquant.fixed<?x2xi32, 16>, %s: !iquant.fixed<?x2xi32, 16>) {
  // expected-error @+1 {{expects 4 cosines per row of '!iquant.fixed<3x?x8xi32, 16>', got '!iquant.fixed<?x2xi32, 16>'}}
  %0 = iquant.rotate_pairs %x<half> by %c, %s {heads = 2} : (!iquant.fixed<3x?x8xi32, 16>, !iquant.fixed<?x2xi32, 16>, !iquant.fixed<?x2xi32, 16>) -> !iquant.fixed<3x?x8xi32, 16>
  return
}

// -----

// iquant.rotate_pairs C3
func.func @rotate_pairs(%x: !iquant.fixed<3x?x8xi32, 16>, %c: !iquant.fixed<2x?x4xi32, 16>, %s: !iquant.fixed<2x?x4xi32, 16>) {
  // expected-error @+1 {{expects 4 cosines per row of '!iquant.fixed<3x?x8xi32, 16>', got '!iquant.fixed<2x?x4xi32, 16>'}}
  %0 = iquant.rotate_pairs %x<half> by %c, %s {heads = 2} : (!iquant.fixed<3x?x8xi32, 16>, !iquant.fixed<2x?x4xi32, 16>, !iquant.fixed<2x?x4xi32, 16>) -> !iquant.fixed<3x?x8xi32, 16>
  return
}

// -----

// iquant.rotate_pairs C4
func.func @rotate_pairs(%x: !iquant.fixed<?x8xi32, 16>, %c: !iquant.fixed<?x4xi32, 16>, %s: !iquant.fixed<?x4xi32, 12>) {
  // expected-error @+1 {{failed to verify that all of {cosine, sine} have same type}}
  %0 = iquant.rotate_pairs %x<half> by %c, %s {heads = 2} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<?x4xi32, 16>, !iquant.fixed<?x4xi32, 12>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.rotate_pairs C5
func.func @rotate_pairs(%x: !iquant.fixed<?x8xi32, 16>, %c: !iquant.fixed<?x4xi32, 16>, %s: !iquant.fixed<?x4xi32, 16>) {
  // expected-error @+1 {{attribute 'heads' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = iquant.rotate_pairs %x<half> by %c, %s {heads = 0} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<?x4xi32, 16>, !iquant.fixed<?x4xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.rotate_pairs C6
func.func @rotate_pairs(%x: !iquant.fixed<?x8xi32, 16>, %c: !iquant.fixed<?x4xi32, 16>, %s: !iquant.fixed<?x4xi32, 16>) {
  // expected-error @+1 {{failed to verify that all of {input, result} have same type}}
  %0 = iquant.rotate_pairs %x<half> by %c, %s {heads = 2} : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<?x4xi32, 16>, !iquant.fixed<?x4xi32, 16>) -> !iquant.fixed<3x8xi32, 16>
  return
}

// -----

// iquant.softmax C1
func.func @softmax(%x: !iquant.fixed<4x?xi32, 16>) {
  // expected-error @+1 {{expects a static number of channels in 1 .. 32768, got [4, ?]}}
  %0 = iquant.softmax %x : (!iquant.fixed<4x?xi32, 16>) -> !iquant.fixed<4x?xi32, 16>
  return
}

// -----

// iquant.softmax C1
func.func @softmax(%x: !iquant.fixed<4x0xi32, 16>) {
  // expected-error @+1 {{expects a static number of channels in 1 .. 32768, got [4, 0]}}
  %0 = iquant.softmax %x : (!iquant.fixed<4x0xi32, 16>) -> !iquant.fixed<4x0xi32, 16>
  return
}

// -----

// iquant.softmax C1
func.func @softmax(%x: !iquant.fixed<4x32769xi32, 16>) {
  // expected-error @+1 {{expects a static number of channels in 1 .. 32768, got [4, 32769]}}
  %0 = iquant.softmax %x : (!iquant.fixed<4x32769xi32, 16>) -> !iquant.fixed<4x32769xi32, 16>
  return
}

// -----

// iquant.softmax C1
func.func @softmax(%x: !iquant.fixed<i32, 16>) {
  // expected-error @+1 {{expects a static number of channels in 1 .. 32768, got []}}
  %0 = iquant.softmax %x : (!iquant.fixed<i32, 16>) -> !iquant.fixed<i32, 16>
  return
}

// -----

// iquant.softmax C2
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects a result with the operand's exponent 16, got 15}}
  %0 = iquant.softmax %x : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 15>
  return
}

// -----

// iquant.softmax C2
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects operands and result of one shape, got [?, 8] and [?, 4]}}
  %0 = iquant.softmax %x : (!iquant.fixed<?x8xi32, 16>) -> !iquant.dyn<?x4xui8>
  return
}

// -----

// iquant.softmax C4
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects a quantized result of ui8 codes without groups, got '!iquant.dyn<?x8xsi8>'}}
  %0 = iquant.softmax %x : (!iquant.fixed<?x8xi32, 16>) -> !iquant.dyn<?x8xsi8>
  return
}

// -----

// iquant.softmax C4
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects a quantized result of ui8 codes without groups, got '!iquant.dyn<?x8xui8, 4>'}}
  %0 = iquant.softmax %x : (!iquant.fixed<?x8xi32, 16>) -> !iquant.dyn<?x8xui8, 4>
  return
}

// -----

// iquant.update_cache C1
func.func @update_cache(%c: !iquant.dyn<?x8xsi8, 4>, %r: !iquant.dyn<1x?x8xsi8, 4>, %at: index) {
  // expected-error @+1 {{expects cache and rows of one rank, 2 or 3, got '!iquant.dyn<?x8xsi8, 4>' and '!iquant.dyn<1x?x8xsi8, 4>'}}
  %0 = iquant.update_cache %c, %r at %at : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<1x?x8xsi8, 4>, index) -> !iquant.dyn<?x8xsi8, 4>
  return
}

// -----

// iquant.update_cache C1
func.func @update_cache(%c: !iquant.dyn<8xsi8, 4>, %r: !iquant.dyn<8xsi8, 4>, %at: index) {
  // expected-error @+1 {{expects cache and rows of one rank, 2 or 3, got '!iquant.dyn<8xsi8, 4>' and '!iquant.dyn<8xsi8, 4>'}}
  %0 = iquant.update_cache %c, %r at %at : (!iquant.dyn<8xsi8, 4>, !iquant.dyn<8xsi8, 4>, index) -> !iquant.dyn<8xsi8, 4>
  return
}

// -----

// iquant.update_cache C2
func.func @update_cache(%c: !iquant.dyn<?x8xsi8, 4>, %r: !iquant.dyn<?x8xui8, 4>, %at: index) {
  // expected-error @+1 {{expects rows with the elements, groups, channels and batch of the cache, got '!iquant.dyn<?x8xui8, 4>' for '!iquant.dyn<?x8xsi8, 4>'}}
  %0 = iquant.update_cache %c, %r at %at : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xui8, 4>, index) -> !iquant.dyn<?x8xsi8, 4>
  return
}

// -----

// iquant.update_cache C2
func.func @update_cache(%c: !iquant.dyn<?x8xsi8, 4>, %r: !iquant.dyn<?x8xsi8, 2>, %at: index) {
  // expected-error @+1 {{expects rows with the elements, groups, channels and batch of the cache, got '!iquant.dyn<?x8xsi8, 2>' for '!iquant.dyn<?x8xsi8, 4>'}}
  %0 = iquant.update_cache %c, %r at %at : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 2>, index) -> !iquant.dyn<?x8xsi8, 4>
  return
}

// -----

// iquant.update_cache C2
func.func @update_cache(%c: !iquant.dyn<?x8xsi8, 4>, %r: !iquant.dyn<?x4xsi8, 4>, %at: index) {
  // expected-error @+1 {{expects rows with the elements, groups, channels and batch of the cache, got '!iquant.dyn<?x4xsi8, 4>' for '!iquant.dyn<?x8xsi8, 4>'}}
  %0 = iquant.update_cache %c, %r at %at : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, index) -> !iquant.dyn<?x8xsi8, 4>
  return
}

// -----

// iquant.update_cache C2
func.func @update_cache(%c: !iquant.dyn<2x?x8xsi8, 4>, %r: !iquant.dyn<3x?x8xsi8, 4>, %at: index) {
  // expected-error @+1 {{expects rows with the elements, groups, channels and batch of the cache, got '!iquant.dyn<3x?x8xsi8, 4>' for '!iquant.dyn<2x?x8xsi8, 4>'}}
  %0 = iquant.update_cache %c, %r at %at : (!iquant.dyn<2x?x8xsi8, 4>, !iquant.dyn<3x?x8xsi8, 4>, index) -> !iquant.dyn<2x?x8xsi8, 4>
  return
}

// -----

// iquant.update_cache C3
func.func @update_cache(%c: !iquant.dyn<4x8xsi8, 4>, %r: !iquant.dyn<5x8xsi8, 4>, %at: index) {
  // expected-error @+1 {{expects no more rows than the 4 of the cache, got 5}}
  %0 = iquant.update_cache %c, %r at %at : (!iquant.dyn<4x8xsi8, 4>, !iquant.dyn<5x8xsi8, 4>, index) -> !iquant.dyn<4x8xsi8, 4>
  return
}

// -----

// iquant.update_cache C4
func.func @update_cache(%c: !iquant.dyn<?x8xsi8, 4>, %r: !iquant.dyn<5x8xsi8, 4>, %at: index) {
  // expected-error @+1 {{failed to verify that all of {cache, result} have same type}}
  %0 = iquant.update_cache %c, %r at %at : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<5x8xsi8, 4>, index) -> !iquant.dyn<9x8xsi8, 4>
  return
}

// -----

// iquant.attention C1
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<1x?x8xsi8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{expects query, key and value of one rank, 2 or 3, got '!iquant.dyn<?x8xsi8, 4>', '!iquant.dyn<1x?x8xsi8, 4>' and '!iquant.dyn<?x8xsi8, 4>'}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<1x?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C1
func.func @attention(%q: !iquant.dyn<8xsi8, 4>, %k: !iquant.dyn<8xsi8, 4>, %v: !iquant.dyn<8xsi8, 4>) {
  // expected-error @+1 {{expects query, key and value of one rank, 2 or 3, got '!iquant.dyn<8xsi8, 4>', '!iquant.dyn<8xsi8, 4>' and '!iquant.dyn<8xsi8, 4>'}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<8xsi8, 4>, !iquant.dyn<8xsi8, 4>, !iquant.dyn<8xsi8, 4>) -> !iquant.fixed<8xi32, 16>
  return
}

// -----

// iquant.attention C1
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x8xui8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{expects query, key and value of si8 codes, got '!iquant.dyn<?x8xsi8, 4>', '!iquant.dyn<?x8xui8, 4>' and '!iquant.dyn<?x8xsi8, 4>'}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xui8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C2
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{expects query channels that are a multiple of the heads, and heads that are a multiple of the key and value heads, got 8 channels, 3 heads and 3 key and value heads}}
  %0 = iquant.attention %q, %k, %v {heads = 3, kv_heads = 3, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C2
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{expects query channels that are a multiple of the heads, and heads that are a multiple of the key and value heads, got 8 channels, 4 heads and 3 key and value heads}}
  %0 = iquant.attention %q, %k, %v {heads = 4, kv_heads = 3, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C3
func.func @attention(%q: !iquant.dyn<?x8xsi8>, %k: !iquant.dyn<?x8xsi8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{expects a query in groups of 4 channels, one per head, got '!iquant.dyn<?x8xsi8>'}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<?x8xsi8>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C3
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 2>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{expects a key in groups of 4 channels, one per head, got '!iquant.dyn<?x8xsi8, 2>'}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 2>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C3
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>, %v: !iquant.dyn<?x8xsi8>) {
  // expected-error @+1 {{expects a value in groups of 4 channels, one per head, got '!iquant.dyn<?x8xsi8>'}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C4
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>, %v: !iquant.dyn<?x4xsi8, 4>) {
  // expected-error @+1 {{expects a value of 2 heads of 4 channels, 8 in all, got 4}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x4xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C4
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x4xsi8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{expects a key of 2 heads of 4 channels, 8 in all, got 4}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C4
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{expects a key of 1 heads of 4 channels, 4 in all, got 8}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 1, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C5
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<4x8xsi8, 4>, %v: !iquant.dyn<5x8xsi8, 4>) {
  // expected-error @+1 {{expects key and value of one shape, got [4, 8] and [5, 8]}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<4x8xsi8, 4>, !iquant.dyn<5x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C6
func.func @attention(%q: !iquant.dyn<2x3x8xsi8, 4>, %k: !iquant.dyn<2x5x8xsi8, 4>, %v: !iquant.dyn<2x5x8xsi8, 4>, %m: tensor<2x3xi1>) {
  // expected-error @+1 {{expects a mask of one element per key, [2, 5], or per query and key, [2, 3, 5], got [2, 3]}}
  %0 = iquant.attention %q, %k, %v mask %m {heads = 2, kv_heads = 2, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<2x3x8xsi8, 4>, !iquant.dyn<2x5x8xsi8, 4>, !iquant.dyn<2x5x8xsi8, 4>, tensor<2x3xi1>) -> !iquant.fixed<2x3x8xi32, 16>
  return
}

// -----

// iquant.attention C7
func.func @attention(%q: !iquant.dyn<3x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{expects a result of shape [3, 8], got [4, 8]}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<3x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<4x8xi32, 16>
  return
}

// -----

// iquant.attention C8
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{expects a score scale with a multiplier in 32768 .. 65535, got 32767}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 32767, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C8
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{expects a score scale with a multiplier in 32768 .. 65535, got 65536}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 65536, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C8
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{expects a score scale with a multiplier in 32768 .. 65535, got -1}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = -1, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C9
func.func @attention(%q: !iquant.dyn<6x8xsi8, 4>, %k: !iquant.dyn<5x8xsi8, 4>, %v: !iquant.dyn<5x8xsi8, 4>) {
  // expected-error @+1 {{expects a causal attention to have no more queries than keys, got 6 queries and 5 keys}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 46341, scale_exponent = 16, causal} : (!iquant.dyn<6x8xsi8, 4>, !iquant.dyn<5x8xsi8, 4>, !iquant.dyn<5x8xsi8, 4>) -> !iquant.fixed<6x8xi32, 16>
  return
}

// -----

// iquant.attention C10
func.func @attention(%q: !iquant.dyn<2x3x8xsi8, 4>, %k: !iquant.dyn<3x5x8xsi8, 4>, %v: !iquant.dyn<3x5x8xsi8, 4>) {
  // expected-error @+1 {{expects query and key of one batch size, got [2, 3, 8] and [3, 5, 8]}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<2x3x8xsi8, 4>, !iquant.dyn<3x5x8xsi8, 4>, !iquant.dyn<3x5x8xsi8, 4>) -> !iquant.fixed<2x3x8xi32, 16>
  return
}

// -----

// iquant.attention C11
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{attribute 'heads' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = iquant.attention %q, %k, %v {heads = 0, kv_heads = 1, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C11
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{attribute 'kv_heads' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = -2, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C12
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{expects a score scale with an exponent in 0 .. 62, got -1}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 46341, scale_exponent = -1} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C12
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
  // expected-error @+1 {{expects a score scale with an exponent in 0 .. 62, got 63}}
  %0 = iquant.attention %q, %k, %v {heads = 2, kv_heads = 2, scale_multiplier = 46341, scale_exponent = 63} : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.swiglu C1
func.func @swiglu(%g: !iquant.fixed<3x8xi32, 16>, %u: !iquant.fixed<3x4xi32, 16>) {
  // expected-error @+1 {{expects operands and result of one shape, got [3, 8] and [3, 4]}}
  %0 = iquant.swiglu %g, %u : (!iquant.fixed<3x8xi32, 16>, !iquant.fixed<3x4xi32, 16>) -> !iquant.fixed<3x8xi32, 16>
  return
}

// -----

// iquant.swiglu C1
func.func @swiglu(%g: !iquant.fixed<3x8xi32, 16>, %u: !iquant.fixed<3x8xi32, 16>) {
  // expected-error @+1 {{expects operands and result of one shape, got [3, 8] and [3, 4]}}
  %0 = iquant.swiglu %g, %u : (!iquant.fixed<3x8xi32, 16>, !iquant.fixed<3x8xi32, 16>) -> !iquant.fixed<3x4xi32, 16>
  return
}

// -----

// iquant.silu C1
func.func @silu(%x: !iquant.fixed<3x8xi32, 16>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = "iquant.silu"(%x) : (!iquant.fixed<3x8xi32, 16>) -> !iquant.fixed<3x8xi32, 12>
  return
}

// -----

// iquant.gelu C1
func.func @gelu(%x: !iquant.fixed<3x8xi32, 16>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = "iquant.gelu"(%x) {form = #iquant.gelu_form<tanh>} : (!iquant.fixed<3x8xi32, 16>) -> !iquant.fixed<3x8xi32, 12>
  return
}

// -----

// iquant.relu C1
func.func @relu(%x: !iquant.fixed<3x8xi32, 16>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = "iquant.relu"(%x) : (!iquant.fixed<3x8xi32, 16>) -> !iquant.fixed<3x8xi32, 12>
  return
}

// -----

// iquant.mul C1
func.func @mul(%g: !iquant.fixed<3x8xi32, 16>, %u: !iquant.fixed<3x4xi32, 16>) {
  // expected-error @+1 {{expects operands and result of one shape, got [3, 8] and [3, 4]}}
  %0 = iquant.mul %g, %u : (!iquant.fixed<3x8xi32, 16>, !iquant.fixed<3x4xi32, 16>) -> !iquant.fixed<3x8xi32, 16>
  return
}

// -----

// iquant.mul C1
func.func @mul(%g: !iquant.fixed<3x8xi32, 16>, %u: !iquant.fixed<3x8xi32, 16>) {
  // expected-error @+1 {{expects operands and result of one shape, got [3, 8] and [3, 4]}}
  %0 = iquant.mul %g, %u : (!iquant.fixed<3x8xi32, 16>, !iquant.fixed<3x8xi32, 16>) -> !iquant.fixed<3x4xi32, 16>
  return
}

// -----

// iquant.scale C1
func.func @scale(%x: !iquant.fixed<3x8xi32, 16>, %f: !iquant.fixed<4xi16, 10>) {
  // expected-error @+1 {{expects factors of shape [8], got [4]}}
  %0 = iquant.scale %x by %f : (!iquant.fixed<3x8xi32, 16>, !iquant.fixed<4xi16, 10>) -> !iquant.fixed<3x8xi32, 16>
  return
}

// -----

// iquant.scale C1
func.func @scale(%x: !iquant.fixed<i32, 16>, %f: !iquant.fixed<4xi16, 10>) {
  // expected-error @+1 {{expects an input of rank 1 or more, got []}}
  %0 = iquant.scale %x by %f : (!iquant.fixed<i32, 16>, !iquant.fixed<4xi16, 10>) -> !iquant.fixed<i32, 16>
  return
}

// -----

// iquant.scale C2
func.func @scale(%x: !iquant.fixed<3x8xi32, 16>, %f: !iquant.fixed<8xi16, 10>) {
  // expected-error @+1 {{failed to verify that all of {input, result} have same type}}
  %0 = "iquant.scale"(%x, %f) : (!iquant.fixed<3x8xi32, 16>, !iquant.fixed<8xi16, 10>) -> !iquant.fixed<3x8xi32, 12>
  return
}

// -----

// iquant.add C1
func.func @add(%x: !iquant.fixed<3x8xi32, 16>, %y: !iquant.fixed<3x8xi32, 12>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = "iquant.add"(%x, %y) : (!iquant.fixed<3x8xi32, 16>, !iquant.fixed<3x8xi32, 12>) -> !iquant.fixed<3x8xi32, 16>
  return
}

// -----

// iquant.mean_pool C1
func.func @mean_pool(%x: !iquant.fixed<8xi32, 16>, %m: tensor<i1>) {
  // expected-error@+1 {{expects an input of rank 2 or more, got [8]}}
  %0 = iquant.mean_pool %x mask %m : (!iquant.fixed<8xi32, 16>, tensor<i1>) -> !iquant.fixed<8xi32, 16>
  return
}

// -----

// iquant.mean_pool C2
func.func @mean_pool(%x: !iquant.fixed<2x?x8xi32, 16>, %m: tensor<3x?xi1>) {
  // expected-error@+1 {{expects a mask of shape [2, ?], got [3, ?]}}
  %0 = iquant.mean_pool %x mask %m : (!iquant.fixed<2x?x8xi32, 16>, tensor<3x?xi1>) -> !iquant.fixed<2x8xi32, 16>
  return
}

// -----

// iquant.mean_pool C3
func.func @mean_pool(%x: !iquant.fixed<2x?x8xi32, 16>, %m: tensor<2x?xi1>) {
  // expected-error@+1 {{expects a result of shape [2, 8], got [2, 4]}}
  %0 = iquant.mean_pool %x mask %m : (!iquant.fixed<2x?x8xi32, 16>, tensor<2x?xi1>) -> !iquant.fixed<2x4xi32, 16>
  return
}

// -----

// iquant.mean_pool C4
func.func @mean_pool(%x: !iquant.fixed<2x?x8xi32, 16>, %m: tensor<2x?xi1>) {
  // expected-error@+1 {{expects a result with the input's exponent 16, got 14}}
  %0 = iquant.mean_pool %x mask %m : (!iquant.fixed<2x?x8xi32, 16>, tensor<2x?xi1>) -> !iquant.fixed<2x8xi32, 14>
  return
}

// -----

// iquant.argmax C1
func.func @argmax(%x: !iquant.fixed<4x?xi32, 16>) {
  // expected-error @+1 {{expects a static, positive number of channels, got [4, ?]}}
  %0 = iquant.argmax %x : (!iquant.fixed<4x?xi32, 16>) -> tensor<4xi32>
  return
}

// -----

// iquant.argmax C1
func.func @argmax(%x: !iquant.fixed<4x0xi32, 16>) {
  // expected-error @+1 {{expects a static, positive number of channels, got [4, 0]}}
  %0 = iquant.argmax %x : (!iquant.fixed<4x0xi32, 16>) -> tensor<4xi32>
  return
}

// -----

// iquant.argmax C1
func.func @argmax(%x: !iquant.fixed<i32, 16>) {
  // expected-error @+1 {{expects a static, positive number of channels, got []}}
  %0 = iquant.argmax %x : (!iquant.fixed<i32, 16>) -> tensor<i32>
  return
}

// -----

// iquant.argmax C2
func.func @argmax(%x: !iquant.fixed<3x8xi32, 16>) {
  // expected-error @+1 {{expects a result of shape [3], got [8]}}
  %0 = iquant.argmax %x : (!iquant.fixed<3x8xi32, 16>) -> tensor<8xi32>
  return
}

// -----

func.func @f(%x: !iquant.fixed<3x8xi16, 14>) {
  // expected-error @+1 {{operand #0 must be fixed-point type of i32 elements, but got '!iquant.fixed<3x8xi16, 14>'}}
  %0 = iquant.silu %x : !iquant.fixed<3x8xi16, 14>
  return
}

// -----

// #iquant.table C1
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects codes of 2, 3, 4 or 5 bits, got 8}}
  %0 = iquant.softmax %x {table = #iquant.table<bits = 8, multiplier = [40000], exponent = [16], entries = [255, 79, 25, 8]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// #iquant.table C2
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects as many exponents as multipliers, one or more, got 2 and 1}}
  %0 = iquant.softmax %x {table = #iquant.table<bits = 2, multiplier = [40000], exponent = [16, 16], entries = [255, 79, 25, 8]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// #iquant.table C2
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects as many exponents as multipliers, one or more, got 0 and 0}}
  %0 = iquant.softmax %x {table = #iquant.table<bits = 2, multiplier = [], exponent = [], entries = []>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// #iquant.table C3
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects 8 entries for each of 1 multipliers, got 4}}
  %0 = iquant.softmax %x {table = #iquant.table<bits = 3, multiplier = [40000], exponent = [16], entries = [255, 79, 25, 8]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// #iquant.table C4
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects multipliers in 32768 .. 65535, got 32767}}
  %0 = iquant.softmax %x {table = #iquant.table<bits = 2, multiplier = [32767], exponent = [16], entries = [255, 79, 25, 8]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// #iquant.table C5
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects exponents in 0 .. 62, got 63}}
  %0 = iquant.softmax %x {table = #iquant.table<bits = 2, multiplier = [40000], exponent = [63], entries = [255, 79, 25, 8]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// #iquant.table C6
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects entry 0 of a head in 1 .. 65280, got 0}}
  %0 = iquant.softmax %x {table = #iquant.table<bits = 2, multiplier = [40000], exponent = [16], entries = [0, 79, 25, 8]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// #iquant.table C6
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects entry 3 of a head in 0 .. 65280, got 65281}}
  %0 = iquant.softmax %x {table = #iquant.table<bits = 2, multiplier = [40000], exponent = [16], entries = [255, 79, 25, 65281]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// #iquant.table C7
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects 3 thresholds for each of 1 multipliers, got 4}}
  %0 = iquant.softmax %x {table = #iquant.table<bits = 2, multiplier = [40000], exponent = [16], entries = [255, 79, 25, 8], thresholds = [1, 2, 3, 4]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// #iquant.table C8
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects a threshold in 1 .. 255, got 0}}
  %0 = iquant.softmax %x {table = #iquant.table<bits = 2, multiplier = [40000], exponent = [16], entries = [255, 79, 25, 8], thresholds = [0, 2, 3]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// #iquant.table C8
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects a threshold in 3 .. 255, got 256}}
  %0 = iquant.softmax %x {table = #iquant.table<bits = 2, multiplier = [40000], exponent = [16], entries = [255, 79, 25, 8], thresholds = [1, 2, 256]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.softmax C3
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects a table of one head, got 2}}
  %0 = iquant.softmax %x {table = #iquant.table<bits = 2, multiplier = [40000, 40000], exponent = [16, 16], entries = [255, 79, 25, 8, 255, 79, 25, 8]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C13
func.func @attention(%q: !iquant.dyn<?x8xsi8, 2>) {
  // expected-error @+1 {{expects multiplier and exponent of a score scale, or a table, got both}}
  %0 = iquant.attention %q, %q, %q {heads = 4, kv_heads = 4, scale_multiplier = 46341, scale_exponent = 16, table = #iquant.table<bits = 2, multiplier = [40000], exponent = [16], entries = [255, 79, 25, 8]>} : (!iquant.dyn<?x8xsi8, 2>, !iquant.dyn<?x8xsi8, 2>, !iquant.dyn<?x8xsi8, 2>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C13
func.func @attention(%q: !iquant.dyn<?x8xsi8, 2>) {
  // expected-error @+1 {{expects multiplier and exponent of a score scale, or a table, got neither in full}}
  %0 = iquant.attention %q, %q, %q {heads = 4, kv_heads = 4, scale_multiplier = 46341} : (!iquant.dyn<?x8xsi8, 2>, !iquant.dyn<?x8xsi8, 2>, !iquant.dyn<?x8xsi8, 2>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C14
func.func @attention(%q: !iquant.dyn<?x8xsi8, 2>) {
  // expected-error @+1 {{expects a table of 1 or 4 heads, got 2}}
  %0 = iquant.attention %q, %q, %q {heads = 4, kv_heads = 4, table = #iquant.table<bits = 2, multiplier = [40000, 40000], exponent = [16, 16], entries = [255, 79, 25, 8, 255, 79, 25, 8]>} : (!iquant.dyn<?x8xsi8, 2>, !iquant.dyn<?x8xsi8, 2>, !iquant.dyn<?x8xsi8, 2>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.softmax C5
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects a table with a packed sum by counts, got none}}
  %0 = iquant.softmax %x {packed_sum = #iquant.packed_sum<counts>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C15
func.func @attention(%q: !iquant.dyn<?x8xsi8, 2>) {
  // expected-error @+1 {{expects a table with a packed sum by table, got none}}
  %0 = iquant.attention %q, %q, %q {heads = 4, kv_heads = 4, packed_sum = #iquant.packed_sum<table>, scale_multiplier = 46341, scale_exponent = 16} : (!iquant.dyn<?x8xsi8, 2>, !iquant.dyn<?x8xsi8, 2>, !iquant.dyn<?x8xsi8, 2>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.softmax C6
func.func @softmax(%x: !iquant.fixed<?x8xi32, 16>) {
  // expected-error @+1 {{expects no table beside the exponential di_exp, got one of 2 bits}}
  %0 = iquant.softmax %x {exponential = #iquant.exponential<di_exp>, table = #iquant.table<bits = 2, multiplier = [40000], exponent = [16], entries = [255, 79, 25, 8]>} : (!iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.attention C16
func.func @attention(%q: !iquant.dyn<?x8xsi8, 2>) {
  // expected-error @+1 {{expects no table beside the exponential ibert, got one of 2 bits}}
  %0 = iquant.attention %q, %q, %q {exponential = #iquant.exponential<ibert>, heads = 4, kv_heads = 4, table = #iquant.table<bits = 2, multiplier = [40000], exponent = [16], entries = [255, 79, 25, 8]>} : (!iquant.dyn<?x8xsi8, 2>, !iquant.dyn<?x8xsi8, 2>, !iquant.dyn<?x8xsi8, 2>) -> !iquant.fixed<?x8xi32, 16>
  return
}

// -----

// iquant.silu C2
func.func @silu(%x: !iquant.fixed<i32, 16>) {
  // expected-error @+1 {{expects channels for the sigmoid by row_maximum, got '!iquant.fixed<i32, 16>'}}
  %0 = iquant.silu %x {sigmoid = #iquant.sigmoid<row_maximum>} : !iquant.fixed<i32, 16>
  return
}

// -----

// iquant.swiglu C2
func.func @swiglu(%x: !iquant.fixed<i32, 16>) {
  // expected-error @+1 {{expects channels for the sigmoid by row_maximum, got '!iquant.fixed<i32, 16>'}}
  %0 = iquant.swiglu %x, %x {sigmoid = #iquant.sigmoid<row_maximum>} : (!iquant.fixed<i32, 16>, !iquant.fixed<i32, 16>) -> !iquant.fixed<i32, 16>
  return
}

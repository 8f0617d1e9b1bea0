// RUN: quant-opt %s --split-input-file --verify-diagnostics

// Each case is headed by the op and the number of the constraint that it
// breaks; scripts/check-constraints.py checks that none is missing.

// transformer.embedding C1
func.func @embedding(%ids: tensor<?xi32>, %table: tensor<9xf32>) {
  // expected-error @+1 {{'transformer.embedding' op expects a table of rank 2, got 'tensor<9xf32>'}}
  %0 = transformer.embedding %ids, %table : (tensor<?xi32>, tensor<9xf32>) -> tensor<?x9xf32>
  return
}

// -----

// transformer.embedding C2
func.func @embedding(%ids: tensor<?xi32>, %table: tensor<?x4xf32>) {
  // expected-error @+1 {{expects a table of static, positive sizes, got 'tensor<?x4xf32>'}}
  %0 = transformer.embedding %ids, %table : (tensor<?xi32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

// transformer.embedding C2
func.func @embedding(%ids: tensor<?xi32>, %table: tensor<0x4xf32>) {
  // expected-error @+1 {{expects a table of static, positive sizes, got 'tensor<0x4xf32>'}}
  %0 = transformer.embedding %ids, %table : (tensor<?xi32>, tensor<0x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

// transformer.embedding C3
func.func @embedding(%ids: tensor<3xi32>, %table: tensor<9x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<3x4xf32>' are incompatible with return type(s) of operation 'tensor<3x5xf32>'}}
  %0 = transformer.embedding %ids, %table : (tensor<3xi32>, tensor<9x4xf32>) -> tensor<3x5xf32>
  return
}

// -----

// transformer.linear C1
func.func @linear(%x: tensor<?x4xf32>, %w: tensor<3x4x1xf32>) {
  // expected-error @+1 {{expects a weight of rank 2 and static sizes, got 'tensor<3x4x1xf32>'}}
  %0 = transformer.linear %x, %w : (tensor<?x4xf32>, tensor<3x4x1xf32>) -> tensor<?x3xf32>
  return
}

// -----

// transformer.linear C1
func.func @linear(%x: tensor<?x4xf32>, %w: tensor<?x4xf32>) {
  // expected-error @+1 {{expects a weight of rank 2 and static sizes, got 'tensor<?x4xf32>'}}
  %0 = transformer.linear %x, %w : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x3xf32>
  return
}

// -----

// transformer.linear C2
func.func @linear(%x: tensor<?x5xf32>, %w: tensor<3x4xf32>) {
  // expected-error @+1 {{expects an input of 4 channels, as the weight has, got 5}}
  %0 = transformer.linear %x, %w : (tensor<?x5xf32>, tensor<3x4xf32>) -> tensor<?x3xf32>
  return
}

// -----

// transformer.linear C2
func.func @linear(%x: tensor<f32>, %w: tensor<3x4xf32>) {
  // expected-error @+1 {{expects an input of 4 channels, as the weight has, got ?}}
  %0 = transformer.linear %x, %w : (tensor<f32>, tensor<3x4xf32>) -> tensor<f32>
  return
}

// -----

// transformer.linear C3
func.func @linear(%x: tensor<?x4xf32>, %w: tensor<3x4xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{expects a bias of shape [3], got 'tensor<4xf32>'}}
  %0 = transformer.linear %x, %w bias %b : (tensor<?x4xf32>, tensor<3x4xf32>, tensor<4xf32>) -> tensor<?x3xf32>
  return
}

// -----

// transformer.linear C4
func.func @linear(%x: tensor<2x4xf32>, %w: tensor<3x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<2x3xf32>' are incompatible with return type(s) of operation 'tensor<2x4xf32>'}}
  %0 = transformer.linear %x, %w : (tensor<2x4xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

// transformer.linear C4
func.func @linear(%x: tensor<2x4xf32>, %w: tensor<3x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<2x3xf32>' are incompatible with return type(s) of operation 'tensor<2x3xf16>'}}
  %0 = transformer.linear %x, %w : (tensor<2x4xf32>, tensor<3x4xf32>) -> tensor<2x3xf16>
  return
}

// -----

// transformer.rms_norm C1
func.func @rms_norm(%x: tensor<4x?xf32>) {
  // expected-error @+1 {{expects a static number of channels, got 'tensor<4x?xf32>'}}
  %0 = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<4x?xf32>) -> tensor<4x?xf32>
  return
}

// -----

// transformer.rms_norm C2
func.func @rms_norm(%x: tensor<?x4xf32>, %g: tensor<3xf32>) {
  // expected-error @+1 {{expects a scale of shape [4], got 'tensor<3xf32>'}}
  %0 = transformer.rms_norm %x scale %g {epsilon = 1.0e-5} : (tensor<?x4xf32>, tensor<3xf32>) -> tensor<?x4xf32>
  return
}

// -----

// transformer.rms_norm C3
func.func @rms_norm(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{attribute 'epsilon' failed to satisfy constraint: 64-bit float attribute whose value is finite and not negative}}
  %0 = transformer.rms_norm %x {epsilon = -1.0e-5} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

// transformer.rms_norm C3
func.func @rms_norm(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{attribute 'epsilon' failed to satisfy constraint: 64-bit float attribute whose value is finite and not negative}}
  %0 = transformer.rms_norm %x {epsilon = 0x7FF0000000000000 : f64} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

// transformer.rms_norm C4
func.func @rms_norm(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{failed to verify that all of {input, result} have same type}}
  %0 = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<?x4xf32>) -> tensor<?x4xf16>
  return
}

// -----

// transformer.layer_norm C1
func.func @layer_norm(%x: tensor<f32>) {
  // expected-error @+1 {{expects a static number of channels, got 'tensor<f32>'}}
  %0 = transformer.layer_norm %x {epsilon = 1.0e-5} : (tensor<f32>) -> tensor<f32>
  return
}

// -----

// transformer.layer_norm C2
func.func @layer_norm(%x: tensor<?x4xf32>, %g: tensor<4x1xf32>) {
  // expected-error @+1 {{expects a scale of shape [4], got 'tensor<4x1xf32>'}}
  %0 = transformer.layer_norm %x scale %g {epsilon = 1.0e-5} : (tensor<?x4xf32>, tensor<4x1xf32>) -> tensor<?x4xf32>
  return
}

// -----

// transformer.layer_norm C3
func.func @layer_norm(%x: tensor<?x4xf32>, %b: tensor<5xf32>) {
  // expected-error @+1 {{expects a shift of shape [4], got 'tensor<5xf32>'}}
  %0 = transformer.layer_norm %x shift %b {epsilon = 1.0e-5} : (tensor<?x4xf32>, tensor<5xf32>) -> tensor<?x4xf32>
  return
}

// -----

// transformer.layer_norm C4
func.func @layer_norm(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{attribute 'epsilon' failed to satisfy constraint: 64-bit float attribute whose value is finite and not negative}}
  %0 = transformer.layer_norm %x {epsilon = -1.0} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

// transformer.layer_norm C5
func.func @layer_norm(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{failed to verify that all of {input, result} have same type}}
  %0 = transformer.layer_norm %x {epsilon = 1.0e-5} : (tensor<?x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

// transformer.rope C1
func.func @rope(%x: tensor<8xf32>, %f: tensor<2xf32>, %at: index) {
  // expected-error @+1 {{expects an input of rank 2 or more, got 'tensor<8xf32>'}}
  %0 = transformer.rope %x<half> by %f at %at {heads = 2, max_positions = 16} : (tensor<8xf32>, tensor<2xf32>, index) -> tensor<8xf32>
  return
}

// -----

// transformer.rope C2
func.func @rope(%x: tensor<?x6xf32>, %f: tensor<1xf32>, %at: index) {
  // expected-error @+1 {{expects a static number of channels that is a multiple of twice its 2 heads, got 'tensor<?x6xf32>'}}
  %0 = transformer.rope %x<half> by %f at %at {heads = 2, max_positions = 16} : (tensor<?x6xf32>, tensor<1xf32>, index) -> tensor<?x6xf32>
  return
}

// -----

// transformer.rope C2
func.func @rope(%x: tensor<4x?xf32>, %f: tensor<1xf32>, %at: index) {
  // expected-error @+1 {{expects a static number of channels that is a multiple of twice its 2 heads, got 'tensor<4x?xf32>'}}
  %0 = transformer.rope %x<half> by %f at %at {heads = 2, max_positions = 16} : (tensor<4x?xf32>, tensor<1xf32>, index) -> tensor<4x?xf32>
  return
}

// -----

// transformer.rope C3
func.func @rope(%x: tensor<?x8xf32>, %f: tensor<4xf32>, %at: index) {
  // expected-error @+1 {{expects frequencies of shape [2], got 'tensor<4xf32>'}}
  %0 = transformer.rope %x<half> by %f at %at {heads = 2, max_positions = 16} : (tensor<?x8xf32>, tensor<4xf32>, index) -> tensor<?x8xf32>
  return
}

// -----

// transformer.rope C4
func.func @rope(%x: tensor<?x8xf32>, %f: tensor<2xf32>, %at: index) {
  // expected-error @+1 {{attribute 'heads' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = transformer.rope %x<half> by %f at %at {heads = 0, max_positions = 16} : (tensor<?x8xf32>, tensor<2xf32>, index) -> tensor<?x8xf32>
  return
}

// -----

// transformer.rope C4
func.func @rope(%x: tensor<?x8xf32>, %f: tensor<2xf32>, %at: index) {
  // expected-error @+1 {{attribute 'max_positions' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = transformer.rope %x<half> by %f at %at {heads = 2, max_positions = -1} : (tensor<?x8xf32>, tensor<2xf32>, index) -> tensor<?x8xf32>
  return
}

// -----

// transformer.rope C5
func.func @rope(%x: tensor<?x8xf32>, %f: tensor<2xf32>, %at: index) {
  // expected-error @+1 {{failed to verify that all of {input, result} have same type}}
  %0 = transformer.rope %x<half> by %f at %at {heads = 2, max_positions = 16} : (tensor<?x8xf32>, tensor<2xf32>, index) -> tensor<3x8xf32>
  return
}

// -----

func.func @rope(%x: tensor<?x8xf32>, %f: tensor<2xf32>, %at: index) {
  // expected-error @+2 {{expected ::mlir::transformer::RopePairing to be one of: half, interleaved}}
  // expected-error @+1 {{failed to parse Transformer_RopePairingAttr parameter 'value'}}
  %0 = transformer.rope %x<quarter> by %f at %at {heads = 2, max_positions = 16} : (tensor<?x8xf32>, tensor<2xf32>, index) -> tensor<?x8xf32>
  return
}

// -----

// transformer.rope C6
func.func @rope(%x: tensor<3x?x8xf32>, %f: tensor<2xf32>, %at: tensor<2x?xi64>) {
  // expected-error @+1 {{expects a position per row of 'tensor<3x?x8xf32>', got 'tensor<2x?xi64>'}}
  %0 = transformer.rope %x<half> by %f at %at {heads = 2, max_positions = 16} : (tensor<3x?x8xf32>, tensor<2xf32>, tensor<2x?xi64>) -> tensor<3x?x8xf32>
  return
}

// -----

// transformer.rotate_pairs C1
func.func @rotate_pairs(%x: tensor<8xf32>, %c: tensor<4xf32>, %s: tensor<4xf32>) {
  // expected-error @+1 {{expects an input of rank 2 or more, got 'tensor<8xf32>'}}
  %0 = transformer.rotate_pairs %x<half> by %c, %s {heads = 2} : (tensor<8xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  return
}

// -----

// transformer.rotate_pairs C2
func.func @rotate_pairs(%x: tensor<?x6xf32>, %c: tensor<?x3xf32>, %s: tensor<?x3xf32>) {
  // expected-error @+1 {{expects a static number of channels that is a multiple of twice its 2 heads, got 'tensor<?x6xf32>'}}
  %0 = transformer.rotate_pairs %x<half> by %c, %s {heads = 2} : (tensor<?x6xf32>, tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x6xf32>
  return
}

// -----

// transformer.rotate_pairs C2
func.func @rotate_pairs(%x: tensor<4x?xf32>, %c: tensor<4x3xf32>, %s: tensor<4x3xf32>) {
  // expected-error @+1 {{expects a static number of channels that is a multiple of twice its 2 heads, got 'tensor<4x?xf32>'}}
  %0 = transformer.rotate_pairs %x<half> by %c, %s {heads = 2} : (tensor<4x?xf32>, tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x?xf32>
  return
}

// -----

// transformer.rotate_pairs C3
func.func @rotate_pairs(%x: tensor<3x?x8xf32>, %c: tensor<?x2xf32>, %s: tensor<?x2xf32>) {
  // expected-error @+1 {{expects 4 cosines per row of 'tensor<3x?x8xf32>', got 'tensor<?x2xf32>'}}
  %0 = transformer.rotate_pairs %x<half> by %c, %s {heads = 2} : (tensor<3x?x8xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<3x?x8xf32>
  return
}

// -----

// transformer.rotate_pairs C3
func.func @rotate_pairs(%x: tensor<3x?x8xf32>, %c: tensor<2x?x4xf32>, %s: tensor<2x?x4xf32>) {
  // expected-error @+1 {{expects 4 cosines per row of 'tensor<3x?x8xf32>', got 'tensor<2x?x4xf32>'}}
  %0 = transformer.rotate_pairs %x<half> by %c, %s {heads = 2} : (tensor<3x?x8xf32>, tensor<2x?x4xf32>, tensor<2x?x4xf32>) -> tensor<3x?x8xf32>
  return
}

// -----

// transformer.rotate_pairs C4
func.func @rotate_pairs(%x: tensor<?x8xf32>, %c: tensor<?x4xf32>, %s: tensor<?x4xf16>) {
  // expected-error @+1 {{failed to verify that all of {cosine, sine} have same type}}
  %0 = transformer.rotate_pairs %x<half> by %c, %s {heads = 2} : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf16>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.rotate_pairs C5
func.func @rotate_pairs(%x: tensor<?x8xf32>, %c: tensor<?x4xf32>, %s: tensor<?x4xf32>) {
  // expected-error @+1 {{attribute 'heads' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = transformer.rotate_pairs %x<half> by %c, %s {heads = 0} : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.rotate_pairs C6
func.func @rotate_pairs(%x: tensor<?x8xf32>, %c: tensor<?x4xf32>, %s: tensor<?x4xf32>) {
  // expected-error @+1 {{failed to verify that all of {input, result} have same type}}
  %0 = transformer.rotate_pairs %x<half> by %c, %s {heads = 2} : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<3x8xf32>
  return
}

// -----

// transformer.softmax C1
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = "transformer.softmax"(%x) : (tensor<?x8xf32>) -> tensor<?x8xf16>
  return
}

// -----

// transformer.softmax C2
func.func @softmax(%x: tensor<f32>) {
  // expected-error @+1 {{expects an input of rank 1 or more, got 'tensor<f32>'}}
  %0 = transformer.softmax %x : tensor<f32>
  return
}

// -----

// transformer.clamp C1
func.func @clamp(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = "transformer.clamp"(%x) <{ranges = array<f64: 1.0>}> : (tensor<?x8xf32>) -> tensor<?x4xf32>
  return
}

// -----

// transformer.clamp C2
func.func @clamp(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a static, positive number of channels that is a multiple of its 3 ranges, got 8}}
  %0 = transformer.clamp %x to [1.0, 1.0, 1.0] : tensor<?x8xf32>
  return
}

// -----

// transformer.clamp C2
func.func @clamp(%x: tensor<8x?xf32>) {
  // expected-error @+1 {{expects a static, positive number of channels that is a multiple of its 1 ranges, got ?}}
  %0 = transformer.clamp %x to [1.0] : tensor<8x?xf32>
  return
}

// -----

// transformer.clamp C2
func.func @clamp(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a static, positive number of channels that is a multiple of its 0 ranges, got 8}}
  %0 = transformer.clamp %x to [] : tensor<?x8xf32>
  return
}

// -----

// transformer.clamp C3
func.func @clamp(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects positive, finite ranges, got 0}}
  %0 = transformer.clamp %x to [1.0, 0.0] : tensor<?x8xf32>
  return
}

// -----

// transformer.clamp C3
func.func @clamp(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects positive, finite ranges, got}}
  %0 = transformer.clamp %x to [0x7FF0000000000000] : tensor<?x8xf32>
  return
}

// -----

// transformer.update_cache C1
func.func @update_cache(%c: tensor<?x8xf32>, %r: tensor<1x?x8xf32>, %at: index) {
  // expected-error @+1 {{expects cache and rows of one rank, 2 or 3, got 'tensor<?x8xf32>' and 'tensor<1x?x8xf32>'}}
  %0 = transformer.update_cache %c, %r at %at : (tensor<?x8xf32>, tensor<1x?x8xf32>, index) -> tensor<?x8xf32>
  return
}

// -----

// transformer.update_cache C1
func.func @update_cache(%c: tensor<8xf32>, %r: tensor<8xf32>, %at: index) {
  // expected-error @+1 {{expects cache and rows of one rank, 2 or 3, got 'tensor<8xf32>' and 'tensor<8xf32>'}}
  %0 = transformer.update_cache %c, %r at %at : (tensor<8xf32>, tensor<8xf32>, index) -> tensor<8xf32>
  return
}

// -----

// transformer.update_cache C2
func.func @update_cache(%c: tensor<?x8xf32>, %r: tensor<?x8xf16>, %at: index) {
  // expected-error @+1 {{expects rows with the elements, channels and batch of the cache, got 'tensor<?x8xf16>' for 'tensor<?x8xf32>'}}
  %0 = transformer.update_cache %c, %r at %at : (tensor<?x8xf32>, tensor<?x8xf16>, index) -> tensor<?x8xf32>
  return
}

// -----

// transformer.update_cache C2
func.func @update_cache(%c: tensor<?x8xf32>, %r: tensor<?x4xf32>, %at: index) {
  // expected-error @+1 {{expects rows with the elements, channels and batch of the cache, got 'tensor<?x4xf32>' for 'tensor<?x8xf32>'}}
  %0 = transformer.update_cache %c, %r at %at : (tensor<?x8xf32>, tensor<?x4xf32>, index) -> tensor<?x8xf32>
  return
}

// -----

// transformer.update_cache C2
func.func @update_cache(%c: tensor<2x?x8xf32>, %r: tensor<3x?x8xf32>, %at: index) {
  // expected-error @+1 {{expects rows with the elements, channels and batch of the cache, got 'tensor<3x?x8xf32>' for 'tensor<2x?x8xf32>'}}
  %0 = transformer.update_cache %c, %r at %at : (tensor<2x?x8xf32>, tensor<3x?x8xf32>, index) -> tensor<2x?x8xf32>
  return
}

// -----

// transformer.update_cache C3
func.func @update_cache(%c: tensor<4x8xf32>, %r: tensor<5x8xf32>, %at: index) {
  // expected-error @+1 {{expects no more rows than the 4 of the cache, got 5}}
  %0 = transformer.update_cache %c, %r at %at : (tensor<4x8xf32>, tensor<5x8xf32>, index) -> tensor<4x8xf32>
  return
}

// -----

// transformer.update_cache C4
func.func @update_cache(%c: tensor<?x8xf32>, %r: tensor<5x8xf32>, %at: index) {
  // expected-error @+1 {{failed to verify that all of {cache, result} have same type}}
  %0 = transformer.update_cache %c, %r at %at : (tensor<?x8xf32>, tensor<5x8xf32>, index) -> tensor<9x8xf32>
  return
}

// -----

// transformer.attention C1
func.func @attention(%q: tensor<?x8xf32>, %k: tensor<1x?x8xf32>) {
  // expected-error @+1 {{expects query, key and value of one rank, 2 or 3, got 'tensor<?x8xf32>', 'tensor<1x?x8xf32>' and 'tensor<1x?x8xf32>'}}
  %0 = transformer.attention %q, %k, %k {heads = 2, kv_heads = 2} : (tensor<?x8xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.attention C1
func.func @attention(%q: tensor<8xf32>) {
  // expected-error @+1 {{expects query, key and value of one rank, 2 or 3, got 'tensor<8xf32>', 'tensor<8xf32>' and 'tensor<8xf32>'}}
  %0 = transformer.attention %q, %q, %q {heads = 2, kv_heads = 2} : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

// transformer.attention C2
func.func @attention(%q: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a static number of query channels that is a multiple of its 3 heads, got 8}}
  %0 = transformer.attention %q, %q, %q {heads = 3, kv_heads = 3} : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.attention C2
func.func @attention(%q: tensor<?x?xf32>) {
  // expected-error @+1 {{expects a static number of query channels that is a multiple of its 2 heads, got ?}}
  %0 = transformer.attention %q, %q, %q {heads = 2, kv_heads = 2} : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

// transformer.attention C3
func.func @attention(%q: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a number of heads that is a multiple of its 3 key and value heads, got 4}}
  %0 = transformer.attention %q, %q, %q {heads = 4, kv_heads = 3} : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.attention C4
func.func @attention(%q: tensor<?x8xf32>, %v: tensor<?x4xf32>) {
  // expected-error @+1 {{expects a key of 1 heads of 4 channels, 4 in all, got 8}}
  %0 = transformer.attention %q, %q, %v {heads = 2, kv_heads = 1} : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.attention C4
func.func @attention(%q: tensor<?x8xf32>, %k: tensor<?x4xf32>) {
  // expected-error @+1 {{expects a value of 1 heads of 4 channels, 4 in all, got 8}}
  %0 = transformer.attention %q, %k, %q {heads = 2, kv_heads = 1} : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.attention C5
func.func @attention(%q: tensor<?x8xf32>, %k: tensor<4x8xf32>, %v: tensor<5x8xf32>) {
  // expected-error @+1 {{expects key and value of one shape, got 'tensor<4x8xf32>' and 'tensor<5x8xf32>'}}
  %0 = transformer.attention %q, %k, %v {heads = 2, kv_heads = 2} : (tensor<?x8xf32>, tensor<4x8xf32>, tensor<5x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.attention C6
func.func @attention(%q: tensor<2x3x8xf32>, %k: tensor<2x5x8xf32>, %m: tensor<2x3xi1>) {
  // expected-error @+1 {{expects a mask of one element per key, 'tensor<2x5xi1>', or per query and key, 'tensor<2x3x5xi1>', got 'tensor<2x3xi1>'}}
  %0 = transformer.attention %q, %k, %k mask %m {heads = 2, kv_heads = 2} : (tensor<2x3x8xf32>, tensor<2x5x8xf32>, tensor<2x5x8xf32>, tensor<2x3xi1>) -> tensor<2x3x8xf32>
  return
}

// -----

// transformer.attention C7
func.func @attention(%q: tensor<6x8xf32>, %k: tensor<5x8xf32>) {
  // expected-error @+1 {{expects a causal attention to have no more queries than keys, got 6 queries and 5 keys}}
  %0 = transformer.attention %q, %k, %k {heads = 2, kv_heads = 2, causal} : (tensor<6x8xf32>, tensor<5x8xf32>, tensor<5x8xf32>) -> tensor<6x8xf32>
  return
}

// -----

// transformer.attention C8
func.func @attention(%q: tensor<2x6x8xf32>, %k: tensor<3x6x8xf32>) {
  // expected-error @+1 {{expects query and key of one batch size, got 'tensor<2x6x8xf32>' and 'tensor<3x6x8xf32>'}}
  %0 = transformer.attention %q, %k, %k {heads = 2, kv_heads = 2} : (tensor<2x6x8xf32>, tensor<3x6x8xf32>, tensor<3x6x8xf32>) -> tensor<2x6x8xf32>
  return
}

// -----

// transformer.attention C9
func.func @attention(%q: tensor<?x8xf32>) {
  // expected-error @+1 {{attribute 'heads' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = transformer.attention %q, %q, %q {heads = 0, kv_heads = 1} : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.attention C9
func.func @attention(%q: tensor<?x8xf32>) {
  // expected-error @+1 {{attribute 'kv_heads' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = transformer.attention %q, %q, %q {heads = 2, kv_heads = 0} : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.attention C10
func.func @attention(%q: tensor<?x8xf32>) {
  // expected-error @+1 {{attribute 'scale' failed to satisfy constraint: 64-bit float attribute whose value is finite}}
  %0 = transformer.attention %q, %q, %q {heads = 2, kv_heads = 2, scale = 0x7FF8000000000000 : f64} : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.attention C11
func.func @attention(%q: tensor<4x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4x8xf32>' are incompatible with return type(s) of operation 'tensor<5x8xf32>'}}
  %0 = transformer.attention %q, %q, %q {heads = 2, kv_heads = 2} : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<5x8xf32>
  return
}

// -----

// transformer.mean_pool C1
func.func @mean_pool(%x: tensor<8xf32>, %m: tensor<i1>) {
  // expected-error @+1 {{expects an input of rank 2 or more, got 'tensor<8xf32>'}}
  %0 = transformer.mean_pool %x mask %m : (tensor<8xf32>, tensor<i1>) -> tensor<8xf32>
  return
}

// -----

// transformer.mean_pool C2
func.func @mean_pool(%x: tensor<2x?x8xf32>, %m: tensor<3x?xi1>) {
  // expected-error @+1 {{expects a mask of one element per row, 'tensor<2x?xi1>', got 'tensor<3x?xi1>'}}
  %0 = transformer.mean_pool %x mask %m : (tensor<2x?x8xf32>, tensor<3x?xi1>) -> tensor<2x8xf32>
  return
}

// -----

// transformer.mean_pool C3
func.func @mean_pool(%x: tensor<2x?x8xf32>, %m: tensor<2x?xi1>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<2x8xf32>' are incompatible with return type(s) of operation 'tensor<2x?x8xf32>'}}
  %0 = transformer.mean_pool %x mask %m : (tensor<2x?x8xf32>, tensor<2x?xi1>) -> tensor<2x?x8xf32>
  return
}

// -----

// transformer.swiglu C1
func.func @swiglu(%g: tensor<?x8xf32>, %u: tensor<?x4xf32>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = "transformer.swiglu"(%g, %u) : (tensor<?x8xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.silu C1
func.func @silu(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = "transformer.silu"(%x) : (tensor<?x8xf32>) -> tensor<?x4xf32>
  return
}

// -----

// transformer.gelu C1
func.func @gelu(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = "transformer.gelu"(%x) {form = #transformer.gelu_form<erf>} : (tensor<?x8xf32>) -> tensor<?x4xf32>
  return
}

// -----

// transformer.relu C1
func.func @relu(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = "transformer.relu"(%x) : (tensor<?x8xf32>) -> tensor<?x4xf32>
  return
}

// -----

// transformer.mul C1
func.func @mul(%g: tensor<?x8xf32>, %u: tensor<?x8xbf16>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = "transformer.mul"(%g, %u) : (tensor<?x8xf32>, tensor<?x8xbf16>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.scale C1
func.func @scale(%x: tensor<2x?xf32>, %f: tensor<8xf32>) {
  // expected-error @+1 {{expects a static number of channels, got 'tensor<2x?xf32>'}}
  %0 = transformer.scale %x by %f : (tensor<2x?xf32>, tensor<8xf32>) -> tensor<2x?xf32>
  return
}

// -----

// transformer.scale C2
func.func @scale(%x: tensor<?x8xf32>, %f: tensor<4xf32>) {
  // expected-error @+1 {{expects factors of shape [8], got 'tensor<4xf32>'}}
  %0 = transformer.scale %x by %f : (tensor<?x8xf32>, tensor<4xf32>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.scale C3
func.func @scale(%x: tensor<?x8xf32>, %f: tensor<8xf32>) {
  // expected-error @+1 {{failed to verify that all of {input, result} have same type}}
  %0 = "transformer.scale"(%x, %f) : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  return
}

// -----

// transformer.add C1
func.func @add(%x: tensor<?x8xf32>, %y: tensor<?x8xbf16>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = "transformer.add"(%x, %y) : (tensor<?x8xf32>, tensor<?x8xbf16>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.argmax C1
func.func @argmax(%x: tensor<4x?xf32>) {
  // expected-error @+1 {{expects a static, positive number of channels, got 'tensor<4x?xf32>'}}
  %0 = transformer.argmax %x : (tensor<4x?xf32>) -> tensor<4xi32>
  return
}

// -----

// transformer.argmax C1
func.func @argmax(%x: tensor<4x0xf32>) {
  // expected-error @+1 {{expects a static, positive number of channels, got 'tensor<4x0xf32>'}}
  %0 = transformer.argmax %x : (tensor<4x0xf32>) -> tensor<4xi32>
  return
}

// -----

// transformer.argmax C1
func.func @argmax(%x: tensor<f32>) {
  // expected-error @+1 {{expects a static, positive number of channels, got 'tensor<f32>'}}
  %0 = transformer.argmax %x : (tensor<f32>) -> tensor<i32>
  return
}

// -----

// transformer.argmax C2
func.func @argmax(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<4xi32>' are incompatible with return type(s) of operation 'tensor<4x8xi32>'}}
  %0 = transformer.argmax %x : (tensor<4x8xf32>) -> tensor<4x8xi32>
  return
}

// -----

// transformer.observe C1
func.func @observe(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a name that is not empty}}
  %0 = transformer.observe %x "" : tensor<?x8xf32>
  return
}

// -----

// transformer.observe C2
func.func @observe(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = "transformer.observe"(%x) {name = "x"} : (tensor<?x8xf32>) -> tensor<?x8xf16>
  return
}

// -----

// transformer.observe C3
func.func @observe(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects statistics of 8 channels, got 1}}
  %0 = transformer.observe %x "x" {statistics = #transformer.statistics<
    count = 1, min = dense<0.0> : tensor<1xf32>, max = dense<0.0> : tensor<1xf32>, mean = dense<0.0> : tensor<1xf32>,
    deviation = dense<0.0> : tensor<1xf32>, absmax = dense<0.0> : tensor<1xf32>>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.statistics C1
// expected-error @+1 {{expects a positive count, got 0}}
func.func private @statistics() attributes {s = #transformer.statistics<
  count = 0, min = dense<0.0> : tensor<1xf32>, max = dense<0.0> : tensor<1xf32>, mean = dense<0.0> : tensor<1xf32>,
  deviation = dense<0.0> : tensor<1xf32>, absmax = dense<0.0> : tensor<1xf32>>}

// -----

// #transformer.statistics C2
// expected-error @+1 {{expects f32 vectors of one length, got 'tensor<2xf32>' as min and 'tensor<1xf32>' as mean}}
func.func private @statistics() attributes {s = #transformer.statistics<
  count = 1, min = dense<0.0> : tensor<2xf32>, max = dense<0.0> : tensor<2xf32>, mean = dense<0.0> : tensor<1xf32>,
  deviation = dense<0.0> : tensor<1xf32>, absmax = dense<0.0> : tensor<1xf32>>}

// -----

// #transformer.statistics C2
// expected-error @+1 {{expects f32 vectors of one length, got 'tensor<1xf64>' as min and 'tensor<1xf64>' as min}}
func.func private @statistics() attributes {s = #transformer.statistics<
  count = 1, min = dense<0.0> : tensor<1xf64>, max = dense<0.0> : tensor<1xf64>, mean = dense<0.0> : tensor<1xf64>,
  deviation = dense<0.0> : tensor<1xf64>, absmax = dense<0.0> : tensor<1xf64>>}

// -----

// #transformer.statistics C3
// expected-error @+1 {{expects rows as an f32 matrix of 1 columns, got 'tensor<4x2xf32>'}}
func.func private @statistics() attributes {s = #transformer.statistics<
  count = 4, min = dense<0.0> : tensor<1xf32>, max = dense<0.0> : tensor<1xf32>, mean = dense<0.0> : tensor<1xf32>,
  deviation = dense<0.0> : tensor<1xf32>, absmax = dense<0.0> : tensor<1xf32>, rows = dense<0.0> : tensor<4x2xf32>>}

// -----

// #transformer.statistics C4
// expected-error @+1 {{expects sequences as an f32 tensor of texts, rows and 1 channels, got 'tensor<4x2xf32>'}}
func.func private @statistics() attributes {s = #transformer.statistics<
  count = 4, min = dense<0.0> : tensor<1xf32>, max = dense<0.0> : tensor<1xf32>, mean = dense<0.0> : tensor<1xf32>,
  deviation = dense<0.0> : tensor<1xf32>, absmax = dense<0.0> : tensor<1xf32>, sequences = dense<0.0> : tensor<4x2xf32>>}

// -----

// transformer.attention C12
func.func @attention(%q: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a name of its scores that is not empty}}
  %0 = transformer.attention %q, %q, %q {heads = 2, kv_heads = 2, scores = ""} : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.attention C13
func.func @attention(%q: tensor<?x8xf32>) {
  // expected-error @+1 {{expects statistics of 2 channels, got 1}}
  %0 = transformer.attention %q, %q, %q {heads = 2, kv_heads = 2, scores = "scores", statistics = #transformer.statistics<
    count = 1, min = dense<0.0> : tensor<1xf32>, max = dense<0.0> : tensor<1xf32>, mean = dense<0.0> : tensor<1xf32>,
    deviation = dense<0.0> : tensor<1xf32>, absmax = dense<0.0> : tensor<1xf32>>
  } : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

// transformer.attention C13
func.func @attention(%q: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a name for what it has statistics of}}
  %0 = transformer.attention %q, %q, %q {heads = 1, kv_heads = 1, statistics = #transformer.statistics<
    count = 1, min = dense<0.0> : tensor<1xf32>, max = dense<0.0> : tensor<1xf32>, mean = dense<0.0> : tensor<1xf32>,
    deviation = dense<0.0> : tensor<1xf32>, absmax = dense<0.0> : tensor<1xf32>>
  } : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @integer_activation(%x: tensor<?x8xi32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of floating-point values, but got 'tensor<?x8xi32>'}}
  %0 = transformer.silu %x : tensor<?x8xi32>
  return
}

// -----

// #transformer.clip C1
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects codes of 2, 3, 4, 5 or 8 bits, got 1}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 1, at = [-3.0]>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.clip C1
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects codes of 2, 3, 4, 5 or 8 bits, got 6}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 6, at = [-3.0]>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.clip C2
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a clip, got none}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = []>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.clip C2
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects clips that are negative and finite, got 0.000000e+00}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [0.0]>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.clip C2
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects clips that are negative and finite, got -INF}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [0xFFF0000000000000]>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.clip C3
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a table of 4 entries for each of 1 clips, got 3}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-3.0], table = [1.0, 0.5, 0.25]>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.clip C4
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a head's entries to begin with 1, got 5.000000e-01}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-3.0], table = [0.5, 0.5, 0.25, 0.0]>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.clip C4
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects an entry in 0 .. 2.500000e-01 after one of 2.500000e-01, got 5.000000e-01}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-3.0], table = [1.0, 0.25, 0.5, 0.0]>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.clip C4
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects an entry in 0 .. 2.500000e-01 after one of 2.500000e-01, got -1.000000e+00}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-3.0], table = [1.0, 0.5, 0.25, -1.0]>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.clip C5
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects no floor of zero beside a table, which says what its last code weighs}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-3.0], floor = zero, table = [1.0, 0.5, 0.25, 0.0]>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.clip C6
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects entries of 8 or 16 bits, got 9}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-3.0], width = 9>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.clip C7
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a table beside thresholds, got none}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-3.0], thresholds = [1, 2, 3]>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.clip C7
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects 3 thresholds for each of 1 clips, got 2}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-3.0], table = [1.0, 0.5, 0.25, 0.0], thresholds = [1, 2]>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.clip C8
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a threshold in 1 .. 255, got 0}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-3.0], table = [1.0, 0.5, 0.25, 0.0], thresholds = [0, 2, 3]>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.clip C8
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a threshold in 10 .. 255, got 9}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-3.0], table = [1.0, 0.5, 0.25, 0.0], thresholds = [1, 9, 9]>} : tensor<?x8xf32>
  return
}

// -----

// #transformer.clip C8
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a threshold in 3 .. 255, got 256}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-3.0], table = [1.0, 0.5, 0.25, 0.0], thresholds = [1, 2, 256]>} : tensor<?x8xf32>
  return
}

// -----

// transformer.softmax C3
func.func @softmax(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a clip of one head, got 2}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-3.0, -4.0]>} : tensor<?x8xf32>
  return
}

// -----

// transformer.attention C14
func.func @attention(%q: tensor<?x8xf32>) {
  // expected-error @+1 {{expects a clip of 1 or 4 heads, got 2}}
  %0 = transformer.attention %q, %q, %q {heads = 4, kv_heads = 4, clip = #transformer.clip<bits = 2, at = [-3.0, -4.0]>} : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

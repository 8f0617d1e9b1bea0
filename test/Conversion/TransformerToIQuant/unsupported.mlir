// RUN: quant-opt %s --convert-transformer-to-iquant -verify-diagnostics -split-input-file

func.func @weight_not_constant(%x: tensor<?x2xf32>, %w: tensor<2x2xf32>) -> tensor<?x2xf32> {
  // expected-error @below {{expects a constant weight, got argument 1 of 'func.func'}}
  %0 = transformer.linear %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// -----

// Every obstacle is reported, not the first only.
func.func @several(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = arith.constant dense<[[1.0, 0x7FC00000], [1.0, 1.0]]> : tensor<2x2xf32>
  %b = arith.constant dense<[1.0, 0x7F800000]> : tensor<2xf32>
  // expected-error @below {{expects finite weights, got nan in output channel 0}}
  // expected-error @below {{expects finite constants, got inf at element 1}}
  %0 = transformer.linear %x, %w bias %b : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %i = arith.constant dense<1.0> : tensor<2xf32>
  // expected-error @below {{expects finite weights, got nan in output channel 0}}
  %s = transformer.linear %i, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  // expected-error @below {{expects a constant scale, got a result of 'transformer.linear'}}
  %1 = transformer.rms_norm %x scale %s {epsilon = 0.0} : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}

// -----

func.func @scale_exponent(%x: tensor<?x1xf32>) -> (tensor<?x2xf32>, tensor<?x1xf32>) {
  %small = arith.constant dense<[[1.0], [1.0e-12]]> : tensor<2x1xf32>
  %large = arith.constant dense<1.0e8> : tensor<1x1xf32>
  // expected-error @below {{expects a scale with an exponent in 0 .. 47, got 62 for output channel 1, whose largest weight is 1e-12}}
  %0 = transformer.linear %x, %small : (tensor<?x1xf32>, tensor<2x1xf32>) -> tensor<?x2xf32>
  // expected-error @below {{expects a scale with an exponent in 0 .. 47, got -4 for output channel 0, whose largest weight is 1e+08}}
  %1 = transformer.linear %x, %large : (tensor<?x1xf32>, tensor<1x1xf32>) -> tensor<?x1xf32>
  return %0, %1 : tensor<?x2xf32>, tensor<?x1xf32>
}

// -----

func.func @weight_type(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2xf8E5M2>
  // expected-error @below {{expects constants of type f16, bf16, f32 or f64, got f8E5M2}}
  %0 = transformer.linear %x, %w : (tensor<?x2xf32>, tensor<2x2xf8E5M2>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// -----

func.func @elided(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = arith.constant dense_resource<__elided__> : tensor<2x2xf32>
  // expected-error @below {{expects a constant with data, got the resource '__elided__' without any}}
  %0 = transformer.linear %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// -----

func.func @resource_size(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = arith.constant dense_resource<short> : tensor<2x2xf32>
  // expected-error @below {{expects a resource of 16 bytes, got 'short' of 8}}
  %0 = transformer.linear %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}
{-#
  dialect_resources: { builtin: { short: "0x040000000000803F000000C0" } }
#-}

// -----

func.func @long_sum(%x: tensor<?x66312xf32>) -> tensor<?x1xf32> {
  %w = arith.constant dense<1.0> : tensor<1x66312xf32>
  // expected-error @below {{expects at most 66311 input channels, so that sums fit 32 bits, got 66312}}
  %0 = transformer.linear %x, %w : (tensor<?x66312xf32>, tensor<1x66312xf32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}

// -----

func.func @empty_weight(%x: tensor<?x2xf32>) -> tensor<?x0xf32> {
  %w = arith.constant dense<> : tensor<0x2xf32>
  // expected-error @below {{expects a weight with elements, got the shape 0x2}}
  %0 = transformer.linear %x, %w : (tensor<?x2xf32>, tensor<0x2xf32>) -> tensor<?x0xf32>
  return %0 : tensor<?x0xf32>
}

// -----

func.func @table(%ids: tensor<?xi32>, %t: tensor<4x2xf32>) -> tensor<?x2xf32> {
  // expected-error @below {{expects a constant table, got argument 1 of 'func.func'}}
  %0 = transformer.embedding %ids, %t : (tensor<?xi32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// -----

func.func @norms(%x: tensor<?x2xf32>, %wide: tensor<?x65537xf32>) -> (tensor<?x2xf32>, tensor<?x65537xf32>) {
  // expected-error @below {{expects an epsilon of at most 1073741823 units of 2^-28, got 5}}
  %0 = transformer.rms_norm %x {epsilon = 5.0} : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %s = arith.constant dense<[1.0, 40000.0]> : tensor<2xf32>
  // expected-error @below {{expects parameters that fit 16 bits, got 40000}}
  %1 = transformer.layer_norm %0 shift %s {epsilon = 0.0} : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  // expected-error @below {{expects 1 .. 65536 channels, got 65537}}
  %2 = transformer.layer_norm %wide {epsilon = 0.0} : (tensor<?x65537xf32>) -> tensor<?x65537xf32>
  return %1, %2 : tensor<?x2xf32>, tensor<?x65537xf32>
}

// -----

func.func @rope(%x: tensor<?x4xf32>, %f: tensor<2xf32>, %i: index) -> tensor<?x4xf32> {
  // expected-error @below {{expects constant frequencies, got argument 1 of 'func.func'}}
  %0 = transformer.rope %x<half> by %f at %i {heads = 1, max_positions = 4} : (tensor<?x4xf32>, tensor<2xf32>, index) -> tensor<?x4xf32>
  %c = arith.constant dense<1.0> : tensor<2xf32>
  // expected-error @below {{expects rotation tables of at most 67108864 elements, got 100000000 positions of 2 frequencies}}
  %1 = transformer.rope %0<half> by %c at %i {heads = 1, max_positions = 100000000} : (tensor<?x4xf32>, tensor<2xf32>, index) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// -----

func.func @softmax(%x: tensor<4x?xf32>, %wide: tensor<4x32769xf32>) -> (tensor<4x?xf32>, tensor<4x32769xf32>) {
  // expected-error @below {{expects a static number of channels, got a dynamic one}}
  %0 = transformer.softmax %x : tensor<4x?xf32>
  // expected-error @below {{expects 1 .. 32768 channels, got 32769}}
  %1 = transformer.softmax %wide : tensor<4x32769xf32>
  return %0, %1 : tensor<4x?xf32>, tensor<4x32769xf32>
}

// -----

func.func @clip(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // expected-error @below {{expects codes of 8 bits to be the nearest ones, clipped at -12 and without a table, got #transformer.clip<bits = 8, at = [-6.000000e+00]>}}
  %eight = transformer.softmax %x {clip = #transformer.clip<bits = 8, at = [-6.0]>} : tensor<4x8xf32>
  // expected-error @below {{expects a clip whose codes have a scale with an exponent in 0 .. 62, got -6 for a clip at -1e-06}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-1.0e-6]>} : tensor<4x8xf32>
  // expected-error @below {{expects a clip whose codes have a scale with an exponent in 0 .. 62, got 65 for a clip at -1e+15}}
  %1 = transformer.attention %0, %0, %0 {heads = 2, kv_heads = 2, clip = #transformer.clip<bits = 2, at = [-3.0, -1.0e15]>} : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// -----

func.func @attention(%q: tensor<4x2xf32>, %kv: tensor<40000x2xf32>) -> tensor<4x2xf32> {
  // expected-error @below {{expects at most 32768 keys, got 40000}}
  %0 = transformer.attention %q, %kv, %kv {heads = 1, kv_heads = 1} : (tensor<4x2xf32>, tensor<40000x2xf32>, tensor<40000x2xf32>) -> tensor<4x2xf32>
  // expected-error @below {{expects a positive, finite score scale, got -1}}
  %1 = transformer.attention %q, %q, %q {heads = 1, kv_heads = 1, scale = -1.0} : (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  // expected-error @below {{expects a score scale with an exponent in -62 .. 62, got 78}}
  %2 = transformer.attention %q, %q, %q {heads = 1, kv_heads = 1, scale = 1.0e-20} : (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// -----

func.func @wide_head(%q: tensor<4x133145xf32>) -> tensor<4x133145xf32> {
  // expected-error @below {{expects heads of 1 .. 133144 channels, got 133145}}
  %0 = transformer.attention %q, %q, %q {heads = 1, kv_heads = 1} : (tensor<4x133145xf32>, tensor<4x133145xf32>, tensor<4x133145xf32>) -> tensor<4x133145xf32>
  return %0 : tensor<4x133145xf32>
}

// -----

func.func @other_dialects(%x: tensor<4x2xf32>) -> tensor<?x2xf32> {
  // expected-error @below {{has no integer form for its type tensor<4x2xf32>: expects ranked float tensors, and ops of the transformer dialect to compute with them}}
  %0 = tensor.cast %x : tensor<4x2xf32> to tensor<?x2xf32>
  // expected-error @below {{'arith.addf' op has no integer form for its type tensor<?x2xf32>}}
  %1 = arith.addf %0, %0 : tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}

// -----

// expected-error @below {{has no integer form for its type f32}}
func.func @scalar(%x: f32) -> f32 {
  // expected-error @below {{has no integer form for its type f32}}
  return %x : f32
}

// -----

// expected-error @below {{has no integer form for its type memref<4xf32>}}
func.func @buffer(%x: memref<4xf32>) {
  return
}

// -----

// expected-error @below {{expects a body, since only then a float argument or result of it can become integer, got the declaration of 'external'}}
func.func private @external(tensor<?xf32>)

// -----

// expected-error @below {{has no integer form for its type f32}}
func.func @constant() -> (tensor<2xf32>, f32) {
  // expected-error @below {{expects finite constants, got nan at element 0}}
  %0 = arith.constant dense<0x7FC00000> : tensor<2xf32>
  // expected-error @below {{has no integer form for its type f32}}
  %1 = arith.constant 1.0 : f32
  // expected-error @below {{has no integer form for its type f32}}
  return %0, %1 : tensor<2xf32>, f32
}

// -----

// What is in the body of an obstacle is no obstacle of its own.
func.func @body(%x: tensor<2xf32>) -> tensor<2xf32> {
  %empty = tensor.empty() : tensor<2xf32>
  // expected-error @below {{'linalg.map' op has no integer form for its type tensor<2xf32>}}
  %0 = linalg.map { math.tanh } ins(%x : tensor<2xf32>) outs(%empty : tensor<2xf32>)
  return %0 : tensor<2xf32>
}

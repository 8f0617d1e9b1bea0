// RUN: quant-opt %s --convert-transformer-to-iquant -verify-diagnostics -split-input-file

func.func @no_attention(%x: tensor<?x2xf32>, %at: index, %k: tensor<?x2xf32>) -> tensor<?x2xf32> {
  // expected-error @below {{expects an attention that reads the cache, since it has a scale for each head, got none}}
  %k1 = transformer.update_cache %k, %x at %at : (tensor<?x2xf32>, tensor<?x2xf32>, index) -> tensor<?x2xf32>
  return %k1 : tensor<?x2xf32>
}

// -----

func.func @two_widths(%x: tensor<?x4xf32>, %at: index, %k: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  // expected-error @below {{expects heads of one width to read the cache, got 2 and 4 channels}}
  %k1 = transformer.update_cache %k, %x at %at : (tensor<?x4xf32>, tensor<?x4xf32>, index) -> tensor<?x4xf32>
  %y = transformer.attention %x, %k1, %k1 at %at {heads = 1, kv_heads = 1} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, index) -> tensor<?x4xf32>
  %z = transformer.attention %x, %k1, %k1 at %at {heads = 2, kv_heads = 2} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, index) -> tensor<?x4xf32>
  return %y, %z : tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

func.func @other_reader(%x: tensor<?x2xf32>, %at: index, %k: tensor<?x2xf32>) -> tensor<?x2xf32> {
  // expected-error @below {{expects a cache that only attention and the end of a function of one block read, got 'transformer.add'}}
  %k1 = transformer.update_cache %k, %x at %at : (tensor<?x2xf32>, tensor<?x2xf32>, index) -> tensor<?x2xf32>
  %y = transformer.attention %x, %k1, %k1 at %at {heads = 1, kv_heads = 1} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>, index) -> tensor<?x2xf32>
  %z = transformer.add %y, %k1 : tensor<?x2xf32>
  return %z : tensor<?x2xf32>
}

// -----

func.func @other_reader_of_argument(%x: tensor<?x2xf32>, %at: index, %k: tensor<?x2xf32>) -> tensor<?x2xf32> {
  // expected-error @below {{expects a cache that only attention and the end of a function of one block read, got 'transformer.silu'}}
  %k1 = transformer.update_cache %k, %x at %at : (tensor<?x2xf32>, tensor<?x2xf32>, index) -> tensor<?x2xf32>
  %y = transformer.attention %x, %k1, %k1 at %at {heads = 1, kv_heads = 1} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>, index) -> tensor<?x2xf32>
  %z = transformer.silu %k : tensor<?x2xf32>
  return %z : tensor<?x2xf32>
}

// -----

func.func @several_blocks(%x: tensor<?x2xf32>, %at: index, %k: tensor<?x2xf32>) -> tensor<?x2xf32> {
  // expected-error @below {{expects a cache that only attention and the end of a function of one block read, got 'func.return'}}
  %k1 = transformer.update_cache %k, %x at %at : (tensor<?x2xf32>, tensor<?x2xf32>, index) -> tensor<?x2xf32>
  %y = transformer.attention %x, %k1, %k1 at %at {heads = 1, kv_heads = 1} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>, index) -> tensor<?x2xf32>
  cf.br ^bb1
^bb1:
  return %k1 : tensor<?x2xf32>
}

// -----

func.func private @callee(%x: tensor<?x2xf32>, %at: index, %k: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %k1 = transformer.update_cache %k, %x at %at : (tensor<?x2xf32>, tensor<?x2xf32>, index) -> tensor<?x2xf32>
  %y = transformer.attention %x, %k1, %k1 at %at {heads = 1, kv_heads = 1} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>, index) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
func.func @call(%x: tensor<?x2xf32>, %at: index, %k: tensor<?x2xf32>) -> tensor<?x2xf32> {
  // expected-error @below {{expects a function that neither takes nor returns a cache, got 'callee'}}
  %y = call @callee(%x, %at, %k) : (tensor<?x2xf32>, index, tensor<?x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

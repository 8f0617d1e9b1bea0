// RUN: quant-opt %s --convert-transformer-to-iquant=float-islands -verify-diagnostics -split-input-file

// Only tensors pass from islands to functions and blocks.
// expected-error @below {{has no integer form for its type f32}}
func.func @number(%x: tensor<2xf32>, %i: index) -> f32 {
  %0 = tensor.extract %x[%i] : tensor<2xf32>
  // expected-error @below {{has no integer form for its type f32}}
  return %0 : f32
}

// -----

func.func @number_in_loop(%x: tensor<2xf32>, %i: index) -> tensor<2xf32> {
  %0 = tensor.extract %x[%i] : tensor<2xf32>
  // expected-error @below {{has no integer form for its type f32}}
  %1 = scf.for %j = %i to %i step %i iter_args(%sum = %0) -> f32 {
    %2 = arith.mulf %sum, %sum : f32
    // expected-error @below {{has no integer form for its type f32}}
    scf.yield %2 : f32
  }
  %3 = tensor.insert %1 into %x[%i] : tensor<2xf32>
  return %3 : tensor<2xf32>
}

// -----

// A cache is codes, which floats do not read.
func.func @cache(%x: tensor<?x2xf32>, %at: index, %k: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  // expected-error @below {{expects a cache that only attention and the end of a function of one block read, got 'math.tanh'}}
  %k1 = transformer.update_cache %k, %x at %at : (tensor<?x2xf32>, tensor<?x2xf32>, index) -> tensor<?x2xf32>
  %y = transformer.attention %x, %k1, %k1 at %at {heads = 1, kv_heads = 1} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>, index) -> tensor<?x2xf32>
  // expected-error @below {{has no integer form for its type tensor<?x2xf32>}}
  %z = math.tanh %k1 : tensor<?x2xf32>
  return %y, %z : tensor<?x2xf32>, tensor<?x2xf32>
}

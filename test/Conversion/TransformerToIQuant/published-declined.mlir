// RUN: quant-opt %s --convert-transformer-to-iquant="softmax=di-exp sigmoid=row-maximum" -split-input-file -verify-diagnostics

// A clip says what exponentials are, and so does the option.
func.func @softmax(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  // expected-error @+1 {{expects no clip for exponentials by di_exp, got one of 2 bits}}
  %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2, at = [-6.0]>} : tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}

// -----

func.func @attention(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  // expected-error @+1 {{expects no clip for exponentials by di_exp, got one of 3 bits}}
  %0 = transformer.attention %x, %x, %x {clip = #transformer.clip<bits = 3, at = [-6.0]>, heads = 1, kv_heads = 1} : (tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}

// -----

// A maximum of a row needs a row.
func.func @silu(%x: tensor<f32>) -> tensor<f32> {
  // expected-error @+1 {{expects channels for the sigmoid by row_maximum, got a tensor of rank 0}}
  %0 = transformer.silu %x : tensor<f32>
  return %0 : tensor<f32>
}

// -----

func.func @swiglu(%x: tensor<f32>) -> tensor<f32> {
  // expected-error @+1 {{expects channels for the sigmoid by row_maximum, got a tensor of rank 0}}
  %0 = transformer.swiglu %x, %x : tensor<f32>
  return %0 : tensor<f32>
}

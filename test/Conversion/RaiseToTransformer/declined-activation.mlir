// RUN: quant-opt %s --raise-to-transformer --remarks-filter-failed=raise-to-transformer --verify-diagnostics --split-input-file | FileCheck %s --implicit-check-not='transformer.{{(silu|swiglu|gelu|relu)}}'

// What looks like an activation function and is none stays; where it comes near, a remark says why.

// A sigmoid that is twice as steep.
// CHECK-LABEL: func.func @steeper(
func.func @steeper(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %two = arith.constant dense<2.0> : tensor<4x4xf32>
  %twice = arith.mulf %x, %two : tensor<4x4xf32>
  %sigmoid = tosa.sigmoid %twice : (tensor<4x4xf32>) -> tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.silu, but the sigmoid is one of something else}}
  %result = arith.mulf %x, %sigmoid : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The sigmoid of the negative.
// CHECK-LABEL: func.func @falling(
func.func @falling(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %negative = arith.negf %x : tensor<4x4xf32>
  %sigmoid = tosa.sigmoid %negative : (tensor<4x4xf32>) -> tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.silu, but the sigmoid is one of something else}}
  %result = arith.mulf %x, %sigmoid : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The sigmoid of another tensor.
// CHECK-LABEL: func.func @other_gate(
func.func @other_gate(%x: tensor<4x4xf32>, %y: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %sigmoid = tosa.sigmoid %y : (tensor<4x4xf32>) -> tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.silu, but the sigmoid is one of something else}}
  %result = arith.mulf %x, %sigmoid : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// Half of it, in one op.
// CHECK-LABEL: func.func @half_silu(
func.func @half_silu(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %two = arith.constant dense<2.0> : tensor<4x4xf32>
  %negative = arith.negf %x : tensor<4x4xf32>
  %exponential = math.exp %negative : tensor<4x4xf32>
  %divisor = arith.addf %exponential, %two : tensor<4x4xf32>
  %result = arith.divf %x, %divisor : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// A factor that bf16 tells from 1.
// CHECK-LABEL: func.func @brain_factor(
func.func @brain_factor(%x: tensor<4x4xbf16>) -> tensor<4x4xbf16> {
  %factor = arith.constant dense<1.0625> : tensor<4x4xbf16>
  %more = arith.mulf %x, %factor : tensor<4x4xbf16>
  %sigmoid = tosa.sigmoid %more : (tensor<4x4xbf16>) -> tensor<4x4xbf16>
  // expected-remark @below {{looks like a transformer.silu, but the sigmoid is one of something else}}
  %result = arith.mulf %x, %sigmoid : tensor<4x4xbf16>
  return %result : tensor<4x4xbf16>
}

// -----

// The tanh of a softplus.
// CHECK-LABEL: func.func @mish(
func.func @mish(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %one = arith.constant dense<1.0> : tensor<4x4xf32>
  %exponential = math.exp %x : tensor<4x4xf32>
  %more = arith.addf %exponential, %one : tensor<4x4xf32>
  %softplus = math.log %more : tensor<4x4xf32>
  %tanh = math.tanh %softplus : tensor<4x4xf32>
  %result = arith.mulf %x, %tanh : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// A sigmoid of three straight lines.
// CHECK-LABEL: func.func @hard(
func.func @hard(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %three = arith.constant dense<3.0> : tensor<4x4xf32>
  %sixth = arith.constant dense<0.166666672> : tensor<4x4xf32>
  %shifted = arith.addf %x, %three : tensor<4x4xf32>
  %clamped = tosa.clamp %shifted {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %gate = arith.mulf %clamped, %sixth : tensor<4x4xf32>
  %result = arith.mulf %x, %gate : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// Another coefficient than the root of 1/2.
// CHECK-LABEL: func.func @other_coefficient(
func.func @other_coefficient(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %coefficient = arith.constant dense<0.8> : tensor<4x4xf32>
  %scaled = arith.mulf %x, %coefficient : tensor<4x4xf32>
  %erf = math.erf %scaled : tensor<4x4xf32>
  %one = arith.constant dense<1.0> : tensor<4x4xf32>
  %curve = arith.addf %one, %erf : tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.gelu, but its coefficients are others}}
  %product = arith.mulf %x, %curve : tensor<4x4xf32>
  %half = arith.constant dense<0.5> : tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.gelu, but its coefficients are others}}
  %result = arith.mulf %product, %half : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The coefficient of a normal distribution of variance 1/2.
// CHECK-LABEL: func.func @half_variance(
func.func @half_variance(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %coefficient = arith.constant dense<1.0> : tensor<4x4xf32>
  %scaled = arith.mulf %x, %coefficient : tensor<4x4xf32>
  %erf = math.erf %scaled : tensor<4x4xf32>
  %one = arith.constant dense<1.0> : tensor<4x4xf32>
  %curve = arith.addf %one, %erf : tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.gelu, but its coefficients are others}}
  %product = arith.mulf %x, %curve : tensor<4x4xf32>
  %half = arith.constant dense<0.5> : tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.gelu, but its coefficients are others}}
  %result = arith.mulf %product, %half : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// Twice a GELU.
// CHECK-LABEL: func.func @not_halved(
func.func @not_halved(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %coefficient = arith.constant dense<0.707106769> : tensor<4x4xf32>
  %scaled = arith.mulf %x, %coefficient : tensor<4x4xf32>
  %erf = math.erf %scaled : tensor<4x4xf32>
  %one = arith.constant dense<1.0> : tensor<4x4xf32>
  %curve = arith.addf %one, %erf : tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.gelu, but its coefficients are others}}
  %product = arith.mulf %x, %curve : tensor<4x4xf32>
  %half = arith.constant dense<1.5> : tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.gelu, but its coefficients are others}}
  %result = arith.mulf %product, %half : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// One less the error function.
// CHECK-LABEL: func.func @complement(
func.func @complement(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %coefficient = arith.constant dense<0.707106769> : tensor<4x4xf32>
  %scaled = arith.mulf %x, %coefficient : tensor<4x4xf32>
  %erf = math.erf %scaled : tensor<4x4xf32>
  %one = arith.constant dense<1.0> : tensor<4x4xf32>
  %curve = arith.subf %one, %erf : tensor<4x4xf32>
  %product = arith.mulf %x, %curve : tensor<4x4xf32>
  %half = arith.constant dense<0.5> : tensor<4x4xf32>
  %result = arith.mulf %product, %half : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The error function of another tensor.
// CHECK-LABEL: func.func @other_argument(
func.func @other_argument(%x: tensor<4x4xf32>, %y: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %coefficient = arith.constant dense<0.707106769> : tensor<4x4xf32>
  %scaled = arith.mulf %y, %coefficient : tensor<4x4xf32>
  %erf = math.erf %scaled : tensor<4x4xf32>
  %one = arith.constant dense<1.0> : tensor<4x4xf32>
  %curve = arith.addf %one, %erf : tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.gelu, but its coefficients are others}}
  %product = arith.mulf %x, %curve : tensor<4x4xf32>
  %half = arith.constant dense<0.5> : tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.gelu, but its coefficients are others}}
  %result = arith.mulf %product, %half : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// Another coefficient of the cube.
// CHECK-LABEL: func.func @other_cubic(
func.func @other_cubic(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %cubic = arith.constant dense<0.05> : tensor<4x4xf32>
  %root = arith.constant dense<0.797884583> : tensor<4x4xf32>
  %square = arith.mulf %x, %x : tensor<4x4xf32>
  %cube = arith.mulf %square, %x : tensor<4x4xf32>
  %term = arith.mulf %cube, %cubic : tensor<4x4xf32>
  %sum = arith.addf %x, %term : tensor<4x4xf32>
  %scaled = arith.mulf %sum, %root : tensor<4x4xf32>
  %tanh = math.tanh %scaled : tensor<4x4xf32>
  %one = arith.constant dense<1.0> : tensor<4x4xf32>
  %curve = arith.addf %one, %tanh : tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.gelu, but its coefficients are others}}
  %product = arith.mulf %x, %curve : tensor<4x4xf32>
  %half = arith.constant dense<0.5> : tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.gelu, but its coefficients are others}}
  %result = arith.mulf %product, %half : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// Another coefficient than the root of 2 / pi.
// CHECK-LABEL: func.func @other_root(
func.func @other_root(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %cubic = arith.constant dense<0.044715> : tensor<4x4xf32>
  %root = arith.constant dense<0.85> : tensor<4x4xf32>
  %square = arith.mulf %x, %x : tensor<4x4xf32>
  %cube = arith.mulf %square, %x : tensor<4x4xf32>
  %term = arith.mulf %cube, %cubic : tensor<4x4xf32>
  %sum = arith.addf %x, %term : tensor<4x4xf32>
  %scaled = arith.mulf %sum, %root : tensor<4x4xf32>
  %tanh = math.tanh %scaled : tensor<4x4xf32>
  %one = arith.constant dense<1.0> : tensor<4x4xf32>
  %curve = arith.addf %one, %tanh : tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.gelu, but its coefficients are others}}
  %product = arith.mulf %x, %curve : tensor<4x4xf32>
  %half = arith.constant dense<0.5> : tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.gelu, but its coefficients are others}}
  %result = arith.mulf %product, %half : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// What is negative leaks.
// CHECK-LABEL: func.func @leaky(
func.func @leaky(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %tenth = arith.constant dense<0.1> : tensor<4x4xf32>
  %leak = arith.mulf %x, %tenth : tensor<4x4xf32>
  %result = arith.maximumf %x, %leak : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The smaller one of an element and 0.
// CHECK-LABEL: func.func @at_most(
func.func @at_most(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %zero = arith.constant dense<0.0> : tensor<4x4xf32>
  %result = arith.minimumf %x, %zero : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The larger one of an element and 1.
// CHECK-LABEL: func.func @at_least_one(
func.func @at_least_one(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %one = arith.constant dense<1.0> : tensor<4x4xf32>
  %result = arith.maximumf %x, %one : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// RUN: quant-opt %s --raise-to-transformer --remarks-filter-failed=raise-to-transformer --verify-diagnostics --split-input-file | FileCheck %s --implicit-check-not='transformer.{{(rms|layer)_norm}}'

// What looks like an RMSNorm or a LayerNorm and is none stays; where it comes near, a remark says why.

// The sum of squares, not their mean.
// CHECK-LABEL: func.func @no_mean(
func.func @no_mean(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %squares = arith.mulf %x, %x : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %epsilon = arith.constant dense<1.0e-5> : tensor<4xf32>
  %shifted = arith.addf %sum, %epsilon : tensor<4xf32>
  %root = math.rsqrt %shifted : tensor<4xf32>
  %place = tensor.empty() : tensor<4x4xf32>
  %roots = linalg.broadcast ins(%root : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.rms_norm, but it does not divide by the root of a mean of squares}}
  %result = arith.mulf %x, %roots : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// Another tensor than the one whose squares are averaged.
// CHECK-LABEL: func.func @other_row(
func.func @other_row(%x: tensor<4x4xf32>, %y: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %squares = arith.mulf %x, %x : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %quarter = arith.constant dense<0.25> : tensor<4xf32>
  %mean = arith.mulf %sum, %quarter : tensor<4xf32>
  %epsilon = arith.constant dense<1.0e-5> : tensor<4xf32>
  %shifted = arith.addf %mean, %epsilon : tensor<4xf32>
  %root = math.rsqrt %shifted : tensor<4xf32>
  %place = tensor.empty() : tensor<4x4xf32>
  %roots = linalg.broadcast ins(%root : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.rms_norm, but it divides what is not the mean's own row along the last dimension}}
  %result = arith.mulf %y, %roots : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The mean of a column.
// CHECK-LABEL: func.func @columns(
func.func @columns(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %squares = arith.mulf %x, %x : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [0]
  %quarter = arith.constant dense<0.25> : tensor<4xf32>
  %mean = arith.mulf %sum, %quarter : tensor<4xf32>
  %epsilon = arith.constant dense<1.0e-5> : tensor<4xf32>
  %shifted = arith.addf %mean, %epsilon : tensor<4xf32>
  %root = math.rsqrt %shifted : tensor<4xf32>
  %place = tensor.empty() : tensor<4x4xf32>
  %roots = linalg.broadcast ins(%root : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [0]
  // expected-remark @below {{looks like a transformer.rms_norm, but it divides what is not the mean's own row along the last dimension}}
  %result = arith.mulf %x, %roots : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// Epsilon behind the root is another function.
// CHECK-LABEL: func.func @epsilon_behind(
func.func @epsilon_behind(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %squares = arith.mulf %x, %x : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %quarter = arith.constant dense<0.25> : tensor<4xf32>
  %mean = arith.mulf %sum, %quarter : tensor<4xf32>
  %epsilon = arith.constant dense<1.0e-5> : tensor<4xf32>
  %root = math.sqrt %mean : tensor<4xf32>
  %shifted = arith.addf %root, %epsilon : tensor<4xf32>
  %place = tensor.empty() : tensor<4x4xf32>
  %roots = linalg.broadcast ins(%shifted : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %result = arith.divf %x, %roots : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// Epsilon is added before the square.
// CHECK-LABEL: func.func @epsilon_inside(
func.func @epsilon_inside(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %epsilon = arith.constant dense<1.0e-2> : tensor<4x4xf32>
  %shifted_x = arith.addf %x, %epsilon : tensor<4x4xf32>
  %squares = arith.mulf %shifted_x, %shifted_x : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %quarter = arith.constant dense<0.25> : tensor<4xf32>
  %mean = arith.mulf %sum, %quarter : tensor<4xf32>
  %root = math.rsqrt %mean : tensor<4xf32>
  %place = tensor.empty() : tensor<4x4xf32>
  %roots = linalg.broadcast ins(%root : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.rms_norm, but it divides what is not the mean's own row along the last dimension}}
  %result = arith.mulf %x, %roots : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The root of what may be negative.
// CHECK-LABEL: func.func @negative_epsilon(
func.func @negative_epsilon(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %squares = arith.mulf %x, %x : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %quarter = arith.constant dense<0.25> : tensor<4xf32>
  %mean = arith.mulf %sum, %quarter : tensor<4xf32>
  %epsilon = arith.constant dense<-1.0e-5> : tensor<4xf32>
  %shifted = arith.addf %mean, %epsilon : tensor<4xf32>
  %root = math.rsqrt %shifted : tensor<4xf32>
  %place = tensor.empty() : tensor<4x4xf32>
  %roots = linalg.broadcast ins(%root : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.rms_norm, but its epsilon is not a number from 0 on}}
  %result = arith.mulf %x, %roots : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The square of a norm.
// CHECK-LABEL: func.func @no_root(
func.func @no_root(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %squares = arith.mulf %x, %x : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %quarter = arith.constant dense<0.25> : tensor<4xf32>
  %mean = arith.mulf %sum, %quarter : tensor<4xf32>
  %epsilon = arith.constant dense<1.0e-5> : tensor<4xf32>
  %shifted = arith.addf %mean, %epsilon : tensor<4xf32>
  %place = tensor.empty() : tensor<4x4xf32>
  %roots = linalg.broadcast ins(%shifted : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %result = arith.divf %x, %roots : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The root of degree 3.
// CHECK-LABEL: func.func @cube_root(
func.func @cube_root(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %squares = arith.mulf %x, %x : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %quarter = arith.constant dense<0.25> : tensor<4xf32>
  %mean = arith.mulf %sum, %quarter : tensor<4xf32>
  %power = arith.constant dense<-0.333333343> : tensor<4xf32>
  %root = math.powf %mean, %power : tensor<4xf32>
  %place = tensor.empty() : tensor<4x4xf32>
  %roots = linalg.broadcast ins(%root : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %result = arith.mulf %x, %roots : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The mean of magnitudes.
// CHECK-LABEL: func.func @magnitudes(
func.func @magnitudes(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %magnitudes = math.absf %x : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%magnitudes : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %quarter = arith.constant dense<0.25> : tensor<4xf32>
  %mean = arith.mulf %sum, %quarter : tensor<4xf32>
  %place = tensor.empty() : tensor<4x4xf32>
  %means = linalg.broadcast ins(%mean : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %result = arith.divf %x, %means : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// Twice a norm in one op; a factor is none of its parameters.
// CHECK-LABEL: func.func @doubled(
func.func @doubled(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %squares = arith.mulf %x, %x : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %quarter = arith.constant dense<0.25> : tensor<4xf32>
  %mean = arith.mulf %sum, %quarter : tensor<4xf32>
  %epsilon = arith.constant dense<1.0e-5> : tensor<4xf32>
  %shifted = arith.addf %mean, %epsilon : tensor<4xf32>
  %root = math.rsqrt %shifted : tensor<4xf32>
  %place = tensor.empty() : tensor<4x4xf32>
  %roots = linalg.broadcast ins(%root : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %two = arith.constant dense<2.0> : tensor<4x4xf32>
  %doubled = arith.mulf %roots, %two : tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.rms_norm, but it multiplies by more than a scale}}
  %result = arith.mulf %x, %doubled : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The variance with one element less in the divisor.
// CHECK-LABEL: func.func @unbiased(
func.func @unbiased(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %total = linalg.reduce { arith.addf } ins(%x : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %fourth = arith.constant dense<0.25> : tensor<4xf32>
  %average = arith.mulf %total, %fourth : tensor<4xf32>
  %place = tensor.empty() : tensor<4x4xf32>
  %averages = linalg.broadcast ins(%average : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %centred = arith.subf %x, %averages : tensor<4x4xf32>
  %squares = arith.mulf %centred, %centred : tensor<4x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %third = arith.constant dense<0.333333343> : tensor<4xf32>
  %variance = arith.mulf %sum, %third : tensor<4xf32>
  %epsilon = arith.constant dense<1.0e-5> : tensor<4xf32>
  %shifted = arith.addf %variance, %epsilon : tensor<4xf32>
  %root = math.rsqrt %shifted : tensor<4xf32>
  %roots = linalg.broadcast ins(%root : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.rms_norm, but it does not divide by the root of a mean of squares}}
  %result = arith.mulf %centred, %roots : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// Divided by the deviation, and not centred.
// CHECK-LABEL: func.func @not_centred(
func.func @not_centred(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %total = linalg.reduce { arith.addf } ins(%x : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %fourth = arith.constant dense<0.25> : tensor<4xf32>
  %average = arith.mulf %total, %fourth : tensor<4xf32>
  %place = tensor.empty() : tensor<4x4xf32>
  %averages = linalg.broadcast ins(%average : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %centred = arith.subf %x, %averages : tensor<4x4xf32>
  %squares = arith.mulf %centred, %centred : tensor<4x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %quarter = arith.constant dense<0.25> : tensor<4xf32>
  %mean = arith.mulf %sum, %quarter : tensor<4xf32>
  %epsilon = arith.constant dense<1.0e-5> : tensor<4xf32>
  %shifted = arith.addf %mean, %epsilon : tensor<4xf32>
  %root = math.rsqrt %shifted : tensor<4xf32>
  %roots = linalg.broadcast ins(%root : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.rms_norm, but it divides what is not the mean's own row along the last dimension}}
  %result = arith.mulf %x, %roots : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// Centred, and divided by the root of the mean of squares of the row.
// CHECK-LABEL: func.func @only_centred(
func.func @only_centred(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %total = linalg.reduce { arith.addf } ins(%x : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %fourth = arith.constant dense<0.25> : tensor<4xf32>
  %average = arith.mulf %total, %fourth : tensor<4xf32>
  %place = tensor.empty() : tensor<4x4xf32>
  %averages = linalg.broadcast ins(%average : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %centred = arith.subf %x, %averages : tensor<4x4xf32>
  %squares = arith.mulf %x, %x : tensor<4x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %quarter = arith.constant dense<0.25> : tensor<4xf32>
  %mean = arith.mulf %sum, %quarter : tensor<4xf32>
  %epsilon = arith.constant dense<1.0e-5> : tensor<4xf32>
  %shifted = arith.addf %mean, %epsilon : tensor<4xf32>
  %root = math.rsqrt %shifted : tensor<4xf32>
  %roots = linalg.broadcast ins(%root : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.rms_norm, but it divides what is not the mean's own row along the last dimension}}
  %result = arith.mulf %centred, %roots : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The mean of the squares less the square of the mean, which loses all digits of what is far from 0.
// CHECK-LABEL: func.func @difference_of_squares(
func.func @difference_of_squares(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %total = linalg.reduce { arith.addf } ins(%x : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %fourth = arith.constant dense<0.25> : tensor<4xf32>
  %average = arith.mulf %total, %fourth : tensor<4xf32>
  %place = tensor.empty() : tensor<4x4xf32>
  %averages = linalg.broadcast ins(%average : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %centred = arith.subf %x, %averages : tensor<4x4xf32>
  %squares = arith.mulf %x, %x : tensor<4x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %quarter = arith.constant dense<0.25> : tensor<4xf32>
  %mean = arith.mulf %sum, %quarter : tensor<4xf32>
  %square = arith.mulf %average, %average : tensor<4xf32>
  %variance = arith.subf %mean, %square : tensor<4xf32>
  %epsilon = arith.constant dense<1.0e-5> : tensor<4xf32>
  %shifted = arith.addf %variance, %epsilon : tensor<4xf32>
  %root = math.rsqrt %shifted : tensor<4xf32>
  %roots = linalg.broadcast ins(%root : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %result = arith.mulf %centred, %roots : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The mean of the first half of the row.
// CHECK-LABEL: func.func @half_of_the_row(
func.func @half_of_the_row(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %squares = arith.mulf %x, %x : tensor<4x4xf32>
  %half = tensor.extract_slice %squares[0, 0] [4, 2] [1, 1] : tensor<4x4xf32> to tensor<4x2xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%half : tensor<4x2xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %inverse = arith.constant dense<0.5> : tensor<4xf32>
  %mean = arith.mulf %sum, %inverse : tensor<4xf32>
  %epsilon = arith.constant dense<1.0e-5> : tensor<4xf32>
  %shifted = arith.addf %mean, %epsilon : tensor<4xf32>
  %root = math.rsqrt %shifted : tensor<4xf32>
  %place = tensor.empty() : tensor<4x4xf32>
  %roots = linalg.broadcast ins(%root : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.rms_norm, but its mean is not that of a whole row}}
  %result = arith.mulf %x, %roots : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

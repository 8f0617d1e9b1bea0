// RUN: quant-opt %s --raise-to-transformer --remarks-filter-failed=raise-to-transformer --verify-diagnostics --split-input-file | FileCheck %s --implicit-check-not='transformer.softmax'

// What looks like a softmax and is none stays; where it comes near, a remark says why.

// Without the maximum, large elements overflow.
// CHECK-LABEL: func.func @no_maximum(
func.func @no_maximum(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %exponentials = math.exp %x : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %place = tensor.empty() : tensor<4x4xf32>
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.softmax, but it does not subtract the largest element of the row, and overflows where that is large}}
  %result = arith.divf %exponentials, %sums : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The maximum of another tensor.
// CHECK-LABEL: func.func @other_maximum(
func.func @other_maximum(%x: tensor<4x4xf32>, %y: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%y : tensor<4x4xf32>) outs(%lowest : tensor<4xf32>) dimensions = [1]
  %place = tensor.empty() : tensor<4x4xf32>
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %exponentials = math.exp %difference : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.softmax, but it subtracts the largest element of something else}}
  %result = arith.divf %exponentials, %sums : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The maximum of the column.
// CHECK-LABEL: func.func @maximum_of_column(
func.func @maximum_of_column(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<4x4xf32>) outs(%lowest : tensor<4xf32>) dimensions = [0]
  %place = tensor.empty() : tensor<4x4xf32>
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [0]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %exponentials = math.exp %difference : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.softmax, but it subtracts the largest element of something else}}
  %result = arith.divf %exponentials, %sums : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The smallest element.
// CHECK-LABEL: func.func @minimum(
func.func @minimum(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %highest = arith.constant dense<0x7F800000> : tensor<4xf32>
  %max = linalg.reduce { arith.minimumf } ins(%x : tensor<4x4xf32>) outs(%highest : tensor<4xf32>) dimensions = [1]
  %place = tensor.empty() : tensor<4x4xf32>
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %exponentials = math.exp %difference : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.softmax, but it does not subtract the largest element of the row}}
  %result = arith.divf %exponentials, %sums : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The maximum of the row and 0, which changes nothing but may overflow less.
// CHECK-LABEL: func.func @maximum_with_zero(
func.func @maximum_with_zero(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %other_start = arith.constant dense<0.0> : tensor<4xf32>
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<4x4xf32>) outs(%other_start : tensor<4xf32>) dimensions = [1]
  %place = tensor.empty() : tensor<4x4xf32>
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %exponentials = math.exp %difference : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.softmax, but it does not subtract the largest element of the row}}
  %result = arith.divf %exponentials, %sums : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// Along columns.
// CHECK-LABEL: func.func @columns(
func.func @columns(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<4x4xf32>) outs(%lowest : tensor<4xf32>) dimensions = [0]
  %place = tensor.empty() : tensor<4x4xf32>
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [0]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %exponentials = math.exp %difference : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [0]
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [0]
  // expected-remark @below {{looks like a transformer.softmax, but its sum is not over the last dimension}}
  %result = arith.divf %exponentials, %sums : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// Rows that are divided by sums of columns.
// CHECK-LABEL: func.func @sum_of_columns(
func.func @sum_of_columns(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<4x4xf32>) outs(%lowest : tensor<4xf32>) dimensions = [1]
  %place = tensor.empty() : tensor<4x4xf32>
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %exponentials = math.exp %difference : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [0]
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [0]
  // expected-remark @below {{looks like a transformer.softmax, but its sum is not over the last dimension}}
  %result = arith.divf %exponentials, %sums : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The sum is one of exponentials at another temperature.
// CHECK-LABEL: func.func @other_exponentials(
func.func @other_exponentials(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<4x4xf32>) outs(%lowest : tensor<4xf32>) dimensions = [1]
  %place = tensor.empty() : tensor<4x4xf32>
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %half = arith.constant dense<0.5> : tensor<4x4xf32>
  %exponentials = math.exp %difference : tensor<4x4xf32>
  %cooler = arith.mulf %difference, %half : tensor<4x4xf32>
  %other = math.exp %cooler : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %result = arith.divf %other, %sums : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// One more element, which is 0 before the exponential.
// CHECK-LABEL: func.func @one_more(
func.func @one_more(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<4x4xf32>) outs(%lowest : tensor<4xf32>) dimensions = [1]
  %place = tensor.empty() : tensor<4x4xf32>
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %exponentials = math.exp %difference : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %one = arith.constant dense<1.0> : tensor<4xf32>
  %more = arith.addf %sum, %one : tensor<4xf32>
  %sums = linalg.broadcast ins(%more : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %result = arith.divf %exponentials, %sums : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// Powers of two.
// CHECK-LABEL: func.func @powers_of_two(
func.func @powers_of_two(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<4x4xf32>) outs(%lowest : tensor<4xf32>) dimensions = [1]
  %place = tensor.empty() : tensor<4x4xf32>
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %powers = math.exp2 %difference : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%powers : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %result = arith.divf %powers, %sums : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The sum of the squares.
// CHECK-LABEL: func.func @squares(
func.func @squares(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<4x4xf32>) outs(%lowest : tensor<4xf32>) dimensions = [1]
  %place = tensor.empty() : tensor<4x4xf32>
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %exponentials = math.exp %difference : tensor<4x4xf32>
  %squared = arith.mulf %exponentials, %exponentials : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squared : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %result = arith.divf %exponentials, %sums : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The mean instead of the sum.
// CHECK-LABEL: func.func @mean(
func.func @mean(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<4x4xf32>) outs(%lowest : tensor<4xf32>) dimensions = [1]
  %place = tensor.empty() : tensor<4x4xf32>
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %exponentials = math.exp %difference : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %quarter = arith.constant dense<0.25> : tensor<4xf32>
  %mean = arith.mulf %sum, %quarter : tensor<4xf32>
  %means = linalg.broadcast ins(%mean : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.softmax, but it is multiplied by a constant}}
  %result = arith.divf %exponentials, %means : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The logarithm of one.
// CHECK-LABEL: func.func @logarithm(
func.func @logarithm(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<4x4xf32>) outs(%lowest : tensor<4xf32>) dimensions = [1]
  %place = tensor.empty() : tensor<4x4xf32>
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %exponentials = math.exp %difference : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %log = math.log %sum : tensor<4xf32>
  %logs = linalg.broadcast ins(%log : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %result = arith.subf %difference, %logs : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The logarithm of another sum in the exponent.
// CHECK-LABEL: func.func @other_logarithm(
func.func @other_logarithm(%x: tensor<4x4xf32>, %y: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<4x4xf32>) outs(%lowest : tensor<4xf32>) dimensions = [1]
  %place = tensor.empty() : tensor<4x4xf32>
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %exponentials = math.exp %y : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %log = math.log %sum : tensor<4xf32>
  %logs = linalg.broadcast ins(%log : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %exponent = arith.subf %difference, %logs : tensor<4x4xf32>
  // expected-remark @below {{looks like a transformer.softmax, but its sum is one of other exponentials}}
  %result = math.exp %exponent : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The sum of the first half of the row.
// CHECK-LABEL: func.func @half_of_the_row(
func.func @half_of_the_row(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<4x4xf32>) outs(%lowest : tensor<4xf32>) dimensions = [1]
  %place = tensor.empty() : tensor<4x4xf32>
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %exponentials = math.exp %difference : tensor<4x4xf32>
  %half = tensor.extract_slice %exponentials[0, 0] [4, 2] [1, 1] : tensor<4x4xf32> to tensor<4x2xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%half : tensor<4x2xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.softmax, but its sum is not that of a whole row}}
  %result = arith.divf %exponentials, %sums : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The maximum of the first half of the row.
// CHECK-LABEL: func.func @maximum_of_half(
func.func @maximum_of_half(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %half = tensor.extract_slice %x[0, 0] [4, 2] [1, 1] : tensor<4x4xf32> to tensor<4x2xf32>
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%half : tensor<4x2xf32>) outs(%lowest : tensor<4xf32>) dimensions = [1]
  %place = tensor.empty() : tensor<4x4xf32>
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %exponentials = math.exp %difference : tensor<4x4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%place : tensor<4x4xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.softmax, but it subtracts the largest element of something else}}
  %result = arith.divf %exponentials, %sums : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

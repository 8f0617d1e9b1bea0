// RUN: quant-opt %s --raise-to-transformer --split-input-file --remarks-filter=raise-to-transformer -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s

// What looks like an op and is none stays; a remark says why.
// CHECK-NOT: transformer.

// Without the maximum, large elements overflow.
// REMARK: declined.mlir:[[@LINE+13]]:{{.*}}looks like a transformer.softmax, but it does not subtract the largest element of the row, and overflows where that is large
// CHECK-LABEL: func.func @no_maximum(
func.func @no_maximum(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: math.exp
  // CHECK: linalg.reduce
  // CHECK: linalg.broadcast
  // CHECK: %[[R:.*]] = arith.divf
  // CHECK: return %[[R]]
  %start = arith.constant dense<0.0> : tensor<2xf32>
  %empty = tensor.empty() : tensor<2x4xf32>
  %exponentials = math.exp %x : tensor<2x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<2x4xf32>) outs(%start : tensor<2xf32>) dimensions = [1]
  %sums = linalg.broadcast ins(%sum : tensor<2xf32>) outs(%empty : tensor<2x4xf32>) dimensions = [1]
  %result = arith.divf %exponentials, %sums : tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// The maximum of another tensor.
// REMARK: declined.mlir:[[@LINE+13]]:{{.*}}looks like a transformer.softmax, but it subtracts the largest element of something else
// CHECK-LABEL: func.func @other_maximum(
func.func @other_maximum(%x: tensor<2x4xf32>, %y: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: return
  %lowest = arith.constant dense<0xFF800000> : tensor<2xf32>
  %start = arith.constant dense<0.0> : tensor<2xf32>
  %empty = tensor.empty() : tensor<2x4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%y : tensor<2x4xf32>) outs(%lowest : tensor<2xf32>) dimensions = [1]
  %maxima = linalg.broadcast ins(%max : tensor<2xf32>) outs(%empty : tensor<2x4xf32>) dimensions = [1]
  %difference = arith.subf %x, %maxima : tensor<2x4xf32>
  %exponentials = math.exp %difference : tensor<2x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<2x4xf32>) outs(%start : tensor<2xf32>) dimensions = [1]
  %sums = linalg.broadcast ins(%sum : tensor<2xf32>) outs(%empty : tensor<2x4xf32>) dimensions = [1]
  %result = arith.divf %exponentials, %sums : tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// Along columns.
// REMARK: declined.mlir:[[@LINE+13]]:{{.*}}looks like a transformer.softmax, but its sum is not over the last dimension
// CHECK-LABEL: func.func @columns(
func.func @columns(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // CHECK: return
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %start = arith.constant dense<0.0> : tensor<4xf32>
  %empty = tensor.empty() : tensor<4x4xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<4x4xf32>) outs(%lowest : tensor<4xf32>) dimensions = [0]
  %maxima = linalg.broadcast ins(%max : tensor<4xf32>) outs(%empty : tensor<4x4xf32>) dimensions = [0]
  %difference = arith.subf %x, %maxima : tensor<4x4xf32>
  %exponentials = math.exp %difference : tensor<4x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<4x4xf32>) outs(%start : tensor<4xf32>) dimensions = [0]
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%empty : tensor<4x4xf32>) dimensions = [0]
  %result = arith.divf %exponentials, %sums : tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The sum of squares, not their mean.
// REMARK: declined.mlir:[[@LINE+12]]:{{.*}}looks like a transformer.rms_norm, but it does not divide by the root of a mean of squares
// CHECK-LABEL: func.func @no_mean(
func.func @no_mean(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: return
  %start = arith.constant dense<0.0> : tensor<2xf32>
  %epsilon = arith.constant dense<1.0e-5> : tensor<2xf32>
  %empty = tensor.empty() : tensor<2x4xf32>
  %squares = arith.mulf %x, %x : tensor<2x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<2x4xf32>) outs(%start : tensor<2xf32>) dimensions = [1]
  %shifted = arith.addf %sum, %epsilon : tensor<2xf32>
  %root = math.rsqrt %shifted : tensor<2xf32>
  %roots = linalg.broadcast ins(%root : tensor<2xf32>) outs(%empty : tensor<2x4xf32>) dimensions = [1]
  %result = arith.mulf %x, %roots : tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// Another tensor than the one whose squares are averaged.
// REMARK: declined.mlir:[[@LINE+14]]:{{.*}}looks like a transformer.rms_norm, but it divides what is not the mean's own row along the last dimension
// CHECK-LABEL: func.func @other_row(
func.func @other_row(%x: tensor<2x4xf32>, %y: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: return
  %start = arith.constant dense<0.0> : tensor<2xf32>
  %quarter = arith.constant dense<0.25> : tensor<2xf32>
  %epsilon = arith.constant dense<1.0e-5> : tensor<2xf32>
  %empty = tensor.empty() : tensor<2x4xf32>
  %squares = arith.mulf %x, %x : tensor<2x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<2x4xf32>) outs(%start : tensor<2xf32>) dimensions = [1]
  %mean = arith.mulf %sum, %quarter : tensor<2xf32>
  %shifted = arith.addf %mean, %epsilon : tensor<2xf32>
  %root = math.rsqrt %shifted : tensor<2xf32>
  %roots = linalg.broadcast ins(%root : tensor<2xf32>) outs(%empty : tensor<2x4xf32>) dimensions = [1]
  %result = arith.mulf %y, %roots : tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// Epsilon behind the root is another function.
// CHECK-LABEL: func.func @epsilon_behind(
func.func @epsilon_behind(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: return
  %start = arith.constant dense<0.0> : tensor<2xf32>
  %quarter = arith.constant dense<0.25> : tensor<2xf32>
  %epsilon = arith.constant dense<1.0e-5> : tensor<2xf32>
  %empty = tensor.empty() : tensor<2x4xf32>
  %squares = arith.mulf %x, %x : tensor<2x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<2x4xf32>) outs(%start : tensor<2xf32>) dimensions = [1]
  %mean = arith.mulf %sum, %quarter : tensor<2xf32>
  %root = math.sqrt %mean : tensor<2xf32>
  %shifted = arith.addf %root, %epsilon : tensor<2xf32>
  %roots = linalg.broadcast ins(%shifted : tensor<2xf32>) outs(%empty : tensor<2x4xf32>) dimensions = [1]
  %result = arith.divf %x, %roots : tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// REMARK: declined.mlir:[[@LINE+7]]:{{.*}}looks like a transformer.silu, but the sigmoid is one of something else
// CHECK-LABEL: func.func @other_sigmoid(
func.func @other_sigmoid(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: return
  %factor = arith.constant dense<1.5> : tensor<2x4xf32>
  %0 = arith.mulf %factor, %x : tensor<2x4xf32>
  %1 = tosa.sigmoid %0 : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = arith.mulf %x, %1 : tensor<2x4xf32>
  return %2 : tensor<2x4xf32>
}

// -----

// REMARK: declined.mlir:[[@LINE+12]]:{{.*}}looks like a transformer.gelu, but its coefficients are others
// CHECK-LABEL: func.func @other_coefficients(
func.func @other_coefficients(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: return
  %half = arith.constant dense<0.5> : tensor<2x4xf32>
  %one = arith.constant dense<1.0> : tensor<2x4xf32>
  %wrong = arith.constant dense<0.8> : tensor<2x4xf32>
  %0 = arith.mulf %x, %wrong : tensor<2x4xf32>
  %1 = math.erf %0 : tensor<2x4xf32>
  %2 = arith.addf %1, %one : tensor<2x4xf32>
  %3 = arith.mulf %x, %2 : tensor<2x4xf32>
  // The product with a half is where all is known.
  %4 = arith.mulf %half, %3 : tensor<2x4xf32>
  return %4 : tensor<2x4xf32>
}

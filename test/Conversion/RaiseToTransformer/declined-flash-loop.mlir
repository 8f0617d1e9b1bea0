// RUN: quant-opt %s --raise-to-transformer --remarks-filter-failed=raise-to-transformer --verify-diagnostics --split-input-file | FileCheck %s --implicit-check-not='transformer.attention'

// Loops over blocks of keys that begin or go on in another way than those of an attention stay.

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// The maximum of the next iteration is another one.
// CHECK-LABEL: func.func @other_yield(
func.func @other_yield(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  %score_start = arith.constant dense<0.0> : tensor<4x2xf32>
  %acc_start = arith.constant dense<0.0> : tensor<4x8xf32>
  %max_start = arith.constant dense<0xFF800000> : tensor<4xf32>
  %sum_start = arith.constant dense<0.0> : tensor<4xf32>
  %acc, %max, %sum = scf.for %t = %c0 to %c6 step %c2 iter_args(%acc0 = %acc_start, %max0 = %max_start, %sum0 = %sum_start)
      -> (tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>) {
    %keys = tensor.extract_slice %k[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %values = tensor.extract_slice %v[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %s = linalg.matmul indexing_maps = [#left, #right, #product] ins(%q, %keys : tensor<4x8xf32>, tensor<2x8xf32>) outs(%score_start : tensor<4x2xf32>) -> tensor<4x2xf32>
    %max1 = linalg.reduce { arith.maximumf } ins(%s : tensor<4x2xf32>) outs(%max0 : tensor<4xf32>) dimensions = [1]
    %growth = arith.subf %max0, %max1 : tensor<4xf32>
    %alpha = math.exp %growth : tensor<4xf32>
    %maxes = linalg.broadcast ins(%max1 : tensor<4xf32>) outs(%score_start : tensor<4x2xf32>) dimensions = [1]
    %shifted = arith.subf %s, %maxes : tensor<4x2xf32>
    %p = math.exp %shifted : tensor<4x2xf32>
    %sum_scaled = arith.mulf %sum0, %alpha : tensor<4xf32>
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<4x2xf32>) outs(%sum_scaled : tensor<4xf32>) dimensions = [1]
    %alphas = linalg.broadcast ins(%alpha : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<4x8xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1, %growth, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.attention, but its product so far is not scaled by what its maximum grows by}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// The sum begins with 1, as that of a softmax with one more key of score 0.
// CHECK-LABEL: func.func @sum_from_one(
func.func @sum_from_one(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  %score_start = arith.constant dense<0.0> : tensor<4x2xf32>
  %acc_start = arith.constant dense<0.0> : tensor<4x8xf32>
  %max_start = arith.constant dense<0xFF800000> : tensor<4xf32>
  %sum_start = arith.constant dense<1.0> : tensor<4xf32>
  %acc, %max, %sum = scf.for %t = %c0 to %c6 step %c2 iter_args(%acc0 = %acc_start, %max0 = %max_start, %sum0 = %sum_start)
      -> (tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>) {
    %keys = tensor.extract_slice %k[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %values = tensor.extract_slice %v[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %s = linalg.matmul indexing_maps = [#left, #right, #product] ins(%q, %keys : tensor<4x8xf32>, tensor<2x8xf32>) outs(%score_start : tensor<4x2xf32>) -> tensor<4x2xf32>
    %max1 = linalg.reduce { arith.maximumf } ins(%s : tensor<4x2xf32>) outs(%max0 : tensor<4xf32>) dimensions = [1]
    %growth = arith.subf %max0, %max1 : tensor<4xf32>
    %alpha = math.exp %growth : tensor<4xf32>
    %maxes = linalg.broadcast ins(%max1 : tensor<4xf32>) outs(%score_start : tensor<4x2xf32>) dimensions = [1]
    %shifted = arith.subf %s, %maxes : tensor<4x2xf32>
    %p = math.exp %shifted : tensor<4x2xf32>
    %sum_scaled = arith.mulf %sum0, %alpha : tensor<4xf32>
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<4x2xf32>) outs(%sum_scaled : tensor<4xf32>) dimensions = [1]
    %alphas = linalg.broadcast ins(%alpha : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<4x8xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.attention, but its sum or its product does not begin with 0}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// The maximum begins with 0; far below, all exponentials vanish.
// CHECK-LABEL: func.func @maximum_from_zero(
func.func @maximum_from_zero(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  %score_start = arith.constant dense<0.0> : tensor<4x2xf32>
  %acc_start = arith.constant dense<0.0> : tensor<4x8xf32>
  %max_start = arith.constant dense<0.0> : tensor<4xf32>
  %sum_start = arith.constant dense<0.0> : tensor<4xf32>
  %acc, %max, %sum = scf.for %t = %c0 to %c6 step %c2 iter_args(%acc0 = %acc_start, %max0 = %max_start, %sum0 = %sum_start)
      -> (tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>) {
    %keys = tensor.extract_slice %k[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %values = tensor.extract_slice %v[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %s = linalg.matmul indexing_maps = [#left, #right, #product] ins(%q, %keys : tensor<4x8xf32>, tensor<2x8xf32>) outs(%score_start : tensor<4x2xf32>) -> tensor<4x2xf32>
    %max1 = linalg.reduce { arith.maximumf } ins(%s : tensor<4x2xf32>) outs(%max0 : tensor<4xf32>) dimensions = [1]
    %growth = arith.subf %max0, %max1 : tensor<4xf32>
    %alpha = math.exp %growth : tensor<4xf32>
    %maxes = linalg.broadcast ins(%max1 : tensor<4xf32>) outs(%score_start : tensor<4x2xf32>) dimensions = [1]
    %shifted = arith.subf %s, %maxes : tensor<4x2xf32>
    %p = math.exp %shifted : tensor<4x2xf32>
    %sum_scaled = arith.mulf %sum0, %alpha : tensor<4xf32>
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<4x2xf32>) outs(%sum_scaled : tensor<4xf32>) dimensions = [1]
    %alphas = linalg.broadcast ins(%alpha : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<4x8xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.attention, but its maximum does not begin with a number below all scores}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// The product begins with an argument.
// CHECK-LABEL: func.func @product_from_argument(
func.func @product_from_argument(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>, %begin: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  %score_start = arith.constant dense<0.0> : tensor<4x2xf32>
  %acc_start = arith.constant dense<0.0> : tensor<4x8xf32>
  %max_start = arith.constant dense<0xFF800000> : tensor<4xf32>
  %sum_start = arith.constant dense<0.0> : tensor<4xf32>
  %acc, %max, %sum = scf.for %t = %c0 to %c6 step %c2 iter_args(%acc0 = %begin, %max0 = %max_start, %sum0 = %sum_start)
      -> (tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>) {
    %keys = tensor.extract_slice %k[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %values = tensor.extract_slice %v[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %s = linalg.matmul indexing_maps = [#left, #right, #product] ins(%q, %keys : tensor<4x8xf32>, tensor<2x8xf32>) outs(%score_start : tensor<4x2xf32>) -> tensor<4x2xf32>
    %max1 = linalg.reduce { arith.maximumf } ins(%s : tensor<4x2xf32>) outs(%max0 : tensor<4xf32>) dimensions = [1]
    %growth = arith.subf %max0, %max1 : tensor<4xf32>
    %alpha = math.exp %growth : tensor<4xf32>
    %maxes = linalg.broadcast ins(%max1 : tensor<4xf32>) outs(%score_start : tensor<4x2xf32>) dimensions = [1]
    %shifted = arith.subf %s, %maxes : tensor<4x2xf32>
    %p = math.exp %shifted : tensor<4x2xf32>
    %sum_scaled = arith.mulf %sum0, %alpha : tensor<4xf32>
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<4x2xf32>) outs(%sum_scaled : tensor<4xf32>) dimensions = [1]
    %alphas = linalg.broadcast ins(%alpha : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<4x8xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.attention, but its sum or its product does not begin with 0}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// The blocks of values are not those of the keys.
// CHECK-LABEL: func.func @shifted_values(
func.func @shifted_values(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c6 = arith.constant 6 : index
  %score_start = arith.constant dense<0.0> : tensor<4x2xf32>
  %acc_start = arith.constant dense<0.0> : tensor<4x8xf32>
  %max_start = arith.constant dense<0xFF800000> : tensor<4xf32>
  %sum_start = arith.constant dense<0.0> : tensor<4xf32>
  %acc, %max, %sum = scf.for %t = %c0 to %c6 step %c2 iter_args(%acc0 = %acc_start, %max0 = %max_start, %sum0 = %sum_start)
      -> (tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>) {
    %keys = tensor.extract_slice %k[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %other = arith.subi %c4, %t : index
    %values = tensor.extract_slice %v[%other, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %s = linalg.matmul indexing_maps = [#left, #right, #product] ins(%q, %keys : tensor<4x8xf32>, tensor<2x8xf32>) outs(%score_start : tensor<4x2xf32>) -> tensor<4x2xf32>
    %max1 = linalg.reduce { arith.maximumf } ins(%s : tensor<4x2xf32>) outs(%max0 : tensor<4xf32>) dimensions = [1]
    %growth = arith.subf %max0, %max1 : tensor<4xf32>
    %alpha = math.exp %growth : tensor<4xf32>
    %maxes = linalg.broadcast ins(%max1 : tensor<4xf32>) outs(%score_start : tensor<4x2xf32>) dimensions = [1]
    %shifted = arith.subf %s, %maxes : tensor<4x2xf32>
    %p = math.exp %shifted : tensor<4x2xf32>
    %sum_scaled = arith.mulf %sum0, %alpha : tensor<4xf32>
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<4x2xf32>) outs(%sum_scaled : tensor<4xf32>) dimensions = [1]
    %alphas = linalg.broadcast ins(%alpha : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<4x8xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.attention, but its queries, keys or values are no tensors of heads}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// Blocks overlap, and some keys count twice.
// CHECK-LABEL: func.func @overlapping(
func.func @overlapping(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %score_start = arith.constant dense<0.0> : tensor<4x2xf32>
  %acc_start = arith.constant dense<0.0> : tensor<4x8xf32>
  %max_start = arith.constant dense<0xFF800000> : tensor<4xf32>
  %sum_start = arith.constant dense<0.0> : tensor<4xf32>
  %acc, %max, %sum = scf.for %t = %c0 to %c5 step %c1 iter_args(%acc0 = %acc_start, %max0 = %max_start, %sum0 = %sum_start)
      -> (tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>) {
    %keys = tensor.extract_slice %k[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %values = tensor.extract_slice %v[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %s = linalg.matmul indexing_maps = [#left, #right, #product] ins(%q, %keys : tensor<4x8xf32>, tensor<2x8xf32>) outs(%score_start : tensor<4x2xf32>) -> tensor<4x2xf32>
    %max1 = linalg.reduce { arith.maximumf } ins(%s : tensor<4x2xf32>) outs(%max0 : tensor<4xf32>) dimensions = [1]
    %growth = arith.subf %max0, %max1 : tensor<4xf32>
    %alpha = math.exp %growth : tensor<4xf32>
    %maxes = linalg.broadcast ins(%max1 : tensor<4xf32>) outs(%score_start : tensor<4x2xf32>) dimensions = [1]
    %shifted = arith.subf %s, %maxes : tensor<4x2xf32>
    %p = math.exp %shifted : tensor<4x2xf32>
    %sum_scaled = arith.mulf %sum0, %alpha : tensor<4xf32>
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<4x2xf32>) outs(%sum_scaled : tensor<4xf32>) dimensions = [1]
    %alphas = linalg.broadcast ins(%alpha : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<4x8xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.attention, but its queries, keys or values are no tensors of heads}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// It is not known how many blocks there are.
// CHECK-LABEL: func.func @unknown_end(
func.func @unknown_end(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>, %end: index) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  %score_start = arith.constant dense<0.0> : tensor<4x2xf32>
  %acc_start = arith.constant dense<0.0> : tensor<4x8xf32>
  %max_start = arith.constant dense<0xFF800000> : tensor<4xf32>
  %sum_start = arith.constant dense<0.0> : tensor<4xf32>
  %acc, %max, %sum = scf.for %t = %c0 to %end step %c2 iter_args(%acc0 = %acc_start, %max0 = %max_start, %sum0 = %sum_start)
      -> (tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>) {
    %keys = tensor.extract_slice %k[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %values = tensor.extract_slice %v[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %s = linalg.matmul indexing_maps = [#left, #right, #product] ins(%q, %keys : tensor<4x8xf32>, tensor<2x8xf32>) outs(%score_start : tensor<4x2xf32>) -> tensor<4x2xf32>
    %max1 = linalg.reduce { arith.maximumf } ins(%s : tensor<4x2xf32>) outs(%max0 : tensor<4xf32>) dimensions = [1]
    %growth = arith.subf %max0, %max1 : tensor<4xf32>
    %alpha = math.exp %growth : tensor<4xf32>
    %maxes = linalg.broadcast ins(%max1 : tensor<4xf32>) outs(%score_start : tensor<4x2xf32>) dimensions = [1]
    %shifted = arith.subf %s, %maxes : tensor<4x2xf32>
    %p = math.exp %shifted : tensor<4x2xf32>
    %sum_scaled = arith.mulf %sum0, %alpha : tensor<4xf32>
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<4x2xf32>) outs(%sum_scaled : tensor<4xf32>) dimensions = [1]
    %alphas = linalg.broadcast ins(%alpha : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<4x8xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.attention, but it is not known how many keys its loop goes over}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

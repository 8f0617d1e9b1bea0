// RUN: quant-opt %s --raise-to-transformer --remarks-filter-failed=raise-to-transformer --verify-diagnostics --split-input-file | FileCheck %s --implicit-check-not='transformer.attention'

// Loops over blocks of keys whose steps are nearly those of an attention stay, and a remark says why they are none.

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// The product keeps the scale of the first block. It is a sum of products, over all keys.
// CHECK-LABEL: func.func @no_rescale(
func.func @no_rescale(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  %score_start = arith.constant dense<0.0> : tensor<4x2xf32>
  %acc_start = arith.constant dense<0.0> : tensor<4x8xf32>
  %max_start = arith.constant dense<0xFF800000> : tensor<4xf32>
  %sum_start = arith.constant dense<0.0> : tensor<4xf32>
  // expected-remark @below {{looks like a transformer.linear, but an operand of its product is computed there}}
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
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc0 : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
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
// The sum keeps it.
// CHECK-LABEL: func.func @no_rescale_of_sum(
func.func @no_rescale_of_sum(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
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
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<4x2xf32>) outs(%sum0 : tensor<4xf32>) dimensions = [1]
    %alphas = linalg.broadcast ins(%alpha : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<4x8xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.attention, but its sum so far is not scaled by what its maximum grows by}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// Both grow where they should shrink.
// CHECK-LABEL: func.func @wrong_sign(
func.func @wrong_sign(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
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
    %growth = arith.subf %max1, %max0 : tensor<4xf32>
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
  // expected-remark @below {{looks like a transformer.attention, but its product so far is not scaled by what its maximum grows by}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// The product shrinks twice.
// CHECK-LABEL: func.func @twice_scaled(
func.func @twice_scaled(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
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
    %squared = arith.mulf %alpha, %alpha : tensor<4xf32>
    %alphas = linalg.broadcast ins(%squared : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<4x8xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.attention, but its product so far has other exponentials than its maximum has scores}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// What is subtracted is the maximum before this block, above which scores may be.
// CHECK-LABEL: func.func @old_maximum(
func.func @old_maximum(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
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
    %maxes = linalg.broadcast ins(%max0 : tensor<4xf32>) outs(%score_start : tensor<4x2xf32>) dimensions = [1]
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
  // expected-remark @below {{looks like a transformer.attention, but its product so far has other exponentials than its maximum has scores}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// The maximum is that of this block alone.
// CHECK-LABEL: func.func @maximum_of_block(
func.func @maximum_of_block(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
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
    %max1 = linalg.reduce { arith.maximumf } ins(%s : tensor<4x2xf32>) outs(%max_start : tensor<4xf32>) dimensions = [1]
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
  // expected-remark @below {{looks like a transformer.attention, but its product so far has exponentials less something else than the largest score so far}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// The maximum is one of absolute scores.
// CHECK-LABEL: func.func @other_maximum(
func.func @other_maximum(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
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
    %absolute = math.absf %s : tensor<4x2xf32>
    %max1 = linalg.reduce { arith.maximumf } ins(%absolute : tensor<4x2xf32>) outs(%max0 : tensor<4xf32>) dimensions = [1]
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
  // expected-remark @below {{looks like a transformer.attention, but its product so far has other exponentials than its maximum has scores}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// Its exponentials are divided by others.
// CHECK-LABEL: func.func @sum_of_others(
func.func @sum_of_others(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
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
    %others = math.exp %s : tensor<4x2xf32>
    %sum1 = linalg.reduce { arith.addf } ins(%others : tensor<4x2xf32>) outs(%sum_scaled : tensor<4xf32>) dimensions = [1]
    %alphas = linalg.broadcast ins(%alpha : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<4x8xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.attention, but its sum so far has other exponentials than its maximum has scores}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// No maximum at all.
// CHECK-LABEL: func.func @no_maximum(
func.func @no_maximum(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
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
    %p = math.exp %s : tensor<4x2xf32>
    %sum_scaled = arith.mulf %sum0, %alpha : tensor<4xf32>
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<4x2xf32>) outs(%sum_scaled : tensor<4xf32>) dimensions = [1]
    %alphas = linalg.broadcast ins(%alpha : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<4x8xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.attention, but its product so far has other exponentials than its maximum has scores}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// Values are weighted by scores, not by exponentials.
// CHECK-LABEL: func.func @linear_weights(
func.func @linear_weights(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
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
    %acc1 = linalg.matmul ins(%s, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.attention, but its product so far has other factors}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

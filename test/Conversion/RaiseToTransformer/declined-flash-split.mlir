// RUN: quant-opt %s --raise-to-transformer --remarks-filter-failed=raise-to-transformer --verify-diagnostics --split-input-file | FileCheck %s --implicit-check-not='transformer.attention'

// Maximum, sum and product in places of their own that do not belong together.

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// The sum leaves keys out.
// CHECK-LABEL: func.func @shorter_sum(
func.func @shorter_sum(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c6 = arith.constant 6 : index
  %score_start = arith.constant dense<0.0> : tensor<4x6xf32>
  %block_start = arith.constant dense<0.0> : tensor<4x2xf32>
  %acc_start = arith.constant dense<0.0> : tensor<4x8xf32>
  %max_start = arith.constant dense<-1.0e30> : tensor<4xf32>
  %sum_start = arith.constant dense<0.0> : tensor<4xf32>
  %scores = linalg.matmul indexing_maps = [#left, #right, #product]
      ins(%q, %k : tensor<4x8xf32>, tensor<6x8xf32>) outs(%score_start : tensor<4x6xf32>) -> tensor<4x6xf32>
  %max = scf.for %t = %c0 to %c6 step %c2 iter_args(%max0 = %max_start) -> (tensor<4xf32>) {
    %s = tensor.extract_slice %scores[0, %t] [4, 2] [1, 1] : tensor<4x6xf32> to tensor<4x2xf32>
    %max1 = linalg.reduce { arith.maximumf } ins(%s : tensor<4x2xf32>) outs(%max0 : tensor<4xf32>) dimensions = [1]
    scf.yield %max1 : tensor<4xf32>
  }
  %maxes = linalg.broadcast ins(%max : tensor<4xf32>) outs(%block_start : tensor<4x2xf32>) dimensions = [1]
  %sum = scf.for %t = %c0 to %c4 step %c2 iter_args(%sum0 = %sum_start) -> (tensor<4xf32>) {
    %s = tensor.extract_slice %scores[0, %t] [4, 2] [1, 1] : tensor<4x6xf32> to tensor<4x2xf32>
    %shifted = arith.subf %s, %maxes : tensor<4x2xf32>
    %p = math.exp %shifted : tensor<4x2xf32>
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<4x2xf32>) outs(%sum0 : tensor<4xf32>) dimensions = [1]
    scf.yield %sum1 : tensor<4xf32>
  }
  // expected-remark @below {{looks like a transformer.linear, but an operand of its product is computed there}}
  %acc = scf.for %t = %c0 to %c6 step %c2 iter_args(%acc0 = %acc_start) -> (tensor<4x8xf32>) {
    %s = tensor.extract_slice %scores[0, %t] [4, 2] [1, 1] : tensor<4x6xf32> to tensor<4x2xf32>
    %values = tensor.extract_slice %v[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %shifted = arith.subf %s, %maxes : tensor<4x2xf32>
    %p = math.exp %shifted : tensor<4x2xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc0 : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1 : tensor<4x8xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.attention, but its sum is one of other exponentials}}
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// The sum is one of exponentials without a maximum.
// CHECK-LABEL: func.func @plain_sum(
func.func @plain_sum(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  %start = arith.constant dense<0.0> : tensor<4x6xf32>
  %product_start = arith.constant dense<0.0> : tensor<4x8xf32>
  %max_start = arith.constant dense<0xFF800000> : tensor<4xf32>
  %sum_start = arith.constant dense<0.0> : tensor<4xf32>
  %scores = linalg.matmul indexing_maps = [#left, #right, #product]
      ins(%q, %k : tensor<4x8xf32>, tensor<6x8xf32>) outs(%start : tensor<4x6xf32>) -> tensor<4x6xf32>
  %max = linalg.reduce { arith.maximumf } ins(%scores : tensor<4x6xf32>) outs(%max_start : tensor<4xf32>) dimensions = [1]
  %maxes = linalg.broadcast ins(%max : tensor<4xf32>) outs(%start : tensor<4x6xf32>) dimensions = [1]
  %shifted = arith.subf %scores, %maxes : tensor<4x6xf32>
  %p = math.exp %shifted : tensor<4x6xf32>
  %e = math.exp %scores : tensor<4x6xf32>
  %sum = linalg.reduce { arith.addf } ins(%e : tensor<4x6xf32>) outs(%sum_start : tensor<4xf32>) dimensions = [1]
  %product = linalg.matmul ins(%p, %v : tensor<4x6xf32>, tensor<6x8xf32>) outs(%product_start : tensor<4x8xf32>) -> tensor<4x8xf32>
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%product_start : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.attention, but its sum is one of other exponentials}}
  %r = arith.divf %product, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// The maximum is one of absolute scores.
// CHECK-LABEL: func.func @absolute_maximum(
func.func @absolute_maximum(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  %start = arith.constant dense<0.0> : tensor<4x6xf32>
  %product_start = arith.constant dense<0.0> : tensor<4x8xf32>
  %max_start = arith.constant dense<0xFF800000> : tensor<4xf32>
  %sum_start = arith.constant dense<0.0> : tensor<4xf32>
  %scores = linalg.matmul indexing_maps = [#left, #right, #product]
      ins(%q, %k : tensor<4x8xf32>, tensor<6x8xf32>) outs(%start : tensor<4x6xf32>) -> tensor<4x6xf32>
  %absolute = math.absf %scores : tensor<4x6xf32>
  %max = linalg.reduce { arith.maximumf } ins(%absolute : tensor<4x6xf32>) outs(%max_start : tensor<4xf32>) dimensions = [1]
  %maxes = linalg.broadcast ins(%max : tensor<4xf32>) outs(%start : tensor<4x6xf32>) dimensions = [1]
  %shifted = arith.subf %scores, %maxes : tensor<4x6xf32>
  %p = math.exp %shifted : tensor<4x6xf32>
  %sum = linalg.reduce { arith.addf } ins(%p : tensor<4x6xf32>) outs(%sum_start : tensor<4xf32>) dimensions = [1]
  %product = linalg.matmul ins(%p, %v : tensor<4x6xf32>, tensor<6x8xf32>) outs(%product_start : tensor<4x8xf32>) -> tensor<4x8xf32>
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%product_start : tensor<4x8xf32>) dimensions = [1]
  // expected-remark @below {{looks like a transformer.attention, but it subtracts the largest score of something else}}
  %r = arith.divf %product, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// The sum of the first loop does not shrink as its maximum grows.
// CHECK-LABEL: func.func @no_rescale(
func.func @no_rescale(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c6 = arith.constant 6 : index
  %score_start = arith.constant dense<0.0> : tensor<4x2xf32>
  %long_start = arith.constant dense<0.0> : tensor<4x3xf32>
  %acc_start = arith.constant dense<0.0> : tensor<4x8xf32>
  %max_start = arith.constant dense<0xFF800000> : tensor<4xf32>
  %sum_start = arith.constant dense<0.0> : tensor<4xf32>
  %max, %sum = scf.for %t = %c0 to %c6 step %c2 iter_args(%max0 = %max_start, %sum0 = %sum_start) -> (tensor<4xf32>, tensor<4xf32>) {
    %keys = tensor.extract_slice %k[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %s = linalg.matmul indexing_maps = [#left, #right, #product] ins(%q, %keys : tensor<4x8xf32>, tensor<2x8xf32>) outs(%score_start : tensor<4x2xf32>) -> tensor<4x2xf32>
    %max1 = linalg.reduce { arith.maximumf } ins(%s : tensor<4x2xf32>) outs(%max0 : tensor<4xf32>) dimensions = [1]
    %growth = arith.subf %max0, %max1 : tensor<4xf32>
    %alpha = math.exp %growth : tensor<4xf32>
    %maxes = linalg.broadcast ins(%max1 : tensor<4xf32>) outs(%score_start : tensor<4x2xf32>) dimensions = [1]
    %shifted = arith.subf %s, %maxes : tensor<4x2xf32>
    %p = math.exp %shifted : tensor<4x2xf32>
    %sum_scaled = arith.mulf %sum0, %alpha : tensor<4xf32>
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<4x2xf32>) outs(%sum0 : tensor<4xf32>) dimensions = [1]
    scf.yield %max1, %sum1 : tensor<4xf32>, tensor<4xf32>
  }
  // expected-remark @below {{looks like a transformer.attention, but its sum is one of other exponentials}}
  // expected-remark @below {{looks like a transformer.linear, but an operand of its product is computed there}}
  %acc = scf.for %t = %c0 to %c6 step %c3 iter_args(%acc0 = %acc_start) -> (tensor<4x8xf32>) {
    %keys = tensor.extract_slice %k[%t, 0] [3, 8] [1, 1] : tensor<6x8xf32> to tensor<3x8xf32>
    %values = tensor.extract_slice %v[%t, 0] [3, 8] [1, 1] : tensor<6x8xf32> to tensor<3x8xf32>
    %s = linalg.matmul indexing_maps = [#left, #right, #product] ins(%q, %keys : tensor<4x8xf32>, tensor<3x8xf32>) outs(%long_start : tensor<4x3xf32>) -> tensor<4x3xf32>
    %maxes = linalg.broadcast ins(%max : tensor<4xf32>) outs(%long_start : tensor<4x3xf32>) dimensions = [1]
    %shifted = arith.subf %s, %maxes : tensor<4x3xf32>
    %exponentials = math.exp %shifted : tensor<4x3xf32>
    %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%long_start : tensor<4x3xf32>) dimensions = [1]
    %p = arith.divf %exponentials, %sums : tensor<4x3xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x3xf32>, tensor<3x8xf32>) outs(%acc0 : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1 : tensor<4x8xf32>
  }
  return %acc : tensor<4x8xf32>
}

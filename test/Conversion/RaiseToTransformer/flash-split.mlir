// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s

// Attention whose softmax is no tensor, since its parts are in loops of their own, or divided last.

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// Maximum and sum in one loop, and the product, divided, in another one over other blocks.
// CHECK-LABEL: func.func @two_loops(
func.func @two_loops(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NOT: scf.for
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} {heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64} : (tensor<1x4x8xf32>, tensor<1x6x8xf32>, tensor<1x6x8xf32>) -> tensor<1x4x8xf32>
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
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<4x2xf32>) outs(%sum_scaled : tensor<4xf32>) dimensions = [1]
    scf.yield %max1, %sum1 : tensor<4xf32>, tensor<4xf32>
  }
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

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// Maximum, sum and product in a loop each, of scores that are a tensor.
// CHECK-LABEL: func.func @three_loops(
func.func @three_loops(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NOT: scf.for
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} {heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64} : (tensor<1x4x8xf32>, tensor<1x6x8xf32>, tensor<1x6x8xf32>) -> tensor<1x4x8xf32>
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
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
  %sum = scf.for %t = %c0 to %c6 step %c2 iter_args(%sum0 = %sum_start) -> (tensor<4xf32>) {
    %s = tensor.extract_slice %scores[0, %t] [4, 2] [1, 1] : tensor<4x6xf32> to tensor<4x2xf32>
    %shifted = arith.subf %s, %maxes : tensor<4x2xf32>
    %p = math.exp %shifted : tensor<4x2xf32>
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<4x2xf32>) outs(%sum0 : tensor<4xf32>) dimensions = [1]
    scf.yield %sum1 : tensor<4xf32>
  }
  %acc = scf.for %t = %c0 to %c6 step %c2 iter_args(%acc0 = %acc_start) -> (tensor<4x8xf32>) {
    %s = tensor.extract_slice %scores[0, %t] [4, 2] [1, 1] : tensor<4x6xf32> to tensor<4x2xf32>
    %values = tensor.extract_slice %v[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %shifted = arith.subf %s, %maxes : tensor<4x2xf32>
    %p = math.exp %shifted : tensor<4x2xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc0 : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1 : tensor<4x8xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// The product is divided by the sum.
// CHECK-LABEL: func.func @no_loops(
func.func @no_loops(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NOT: scf.for
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} {heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64} : (tensor<1x4x8xf32>, tensor<1x6x8xf32>, tensor<1x6x8xf32>) -> tensor<1x4x8xf32>
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
  %sum = linalg.reduce { arith.addf } ins(%p : tensor<4x6xf32>) outs(%sum_start : tensor<4xf32>) dimensions = [1]
  %product = linalg.matmul ins(%p, %v : tensor<4x6xf32>, tensor<6x8xf32>) outs(%product_start : tensor<4x8xf32>) -> tensor<4x8xf32>
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%product_start : tensor<4x8xf32>) dimensions = [1]
  %r = arith.divf %product, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

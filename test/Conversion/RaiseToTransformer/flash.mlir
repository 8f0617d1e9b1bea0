// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s

// Attention over blocks of keys in a loop, and in loops over blocks of queries.

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// The product is divided by the sum in every step.
// CHECK-LABEL: func.func @divided(
func.func @divided(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NOT: scf.for
  // CHECK: %[[R:.*]] = transformer.attention %{{.*}}, %{{.*}}, %{{.*}} {heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64} : (tensor<1x4x8xf32>, tensor<1x6x8xf32>, tensor<1x6x8xf32>) -> tensor<1x4x8xf32>
  // CHECK: %[[ROWS:.*]] = tensor.collapse_shape %[[R]]
  // CHECK-NEXT: return %[[ROWS]]
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
    %alphas = linalg.broadcast ins(%sum_scaled : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<4x8xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<4x8xf32>) -> tensor<4x8xf32>
    %sums1 = linalg.broadcast ins(%sum1 : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc2 = arith.divf %acc1, %sums1 : tensor<4x8xf32>
    scf.yield %acc2, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  return %acc : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// Every block has a maximum of its own first, which both factors make up for.
// CHECK-LABEL: func.func @maximum_of_block(
func.func @maximum_of_block(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NOT: scf.for
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} {heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64}
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  %score_start = arith.constant dense<0.0> : tensor<4x2xf32>
  %acc_start = arith.constant dense<0.0> : tensor<4x8xf32>
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %max_start = arith.constant dense<-1.0e30> : tensor<4xf32>
  %sum_start = arith.constant dense<0.0> : tensor<4xf32>
  %acc, %max, %sum = scf.for %t = %c0 to %c6 step %c2 iter_args(%acc0 = %acc_start, %max0 = %max_start, %sum0 = %sum_start)
      -> (tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>) {
    %keys = tensor.extract_slice %k[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %values = tensor.extract_slice %v[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %s = linalg.matmul indexing_maps = [#left, #right, #product] ins(%q, %keys : tensor<4x8xf32>, tensor<2x8xf32>) outs(%score_start : tensor<4x2xf32>) -> tensor<4x2xf32>
    %largest = linalg.reduce { arith.maximumf } ins(%s : tensor<4x2xf32>) outs(%lowest : tensor<4xf32>) dimensions = [1]
    %grows = arith.cmpf ogt, %largest, %max0 : tensor<4xf32>
    %max1 = arith.select %grows, %largest, %max0 : tensor<4xi1>, tensor<4xf32>
    %growth = arith.subf %max0, %max1 : tensor<4xf32>
    %alpha = math.exp %growth : tensor<4xf32>
    %rest = arith.subf %largest, %max1 : tensor<4xf32>
    %beta = math.exp %rest : tensor<4xf32>
    %maxes = linalg.broadcast ins(%largest : tensor<4xf32>) outs(%score_start : tensor<4x2xf32>) dimensions = [1]
    %shifted = arith.subf %s, %maxes : tensor<4x2xf32>
    %p = math.exp %shifted : tensor<4x2xf32>
    %sum_scaled = arith.mulf %sum0, %alpha : tensor<4xf32>
    %sum_block = linalg.reduce { arith.addf } ins(%p : tensor<4x2xf32>) outs(%sum_start : tensor<4xf32>) dimensions = [1]
    %sum_rest = arith.mulf %sum_block, %beta : tensor<4xf32>
    %sum1 = arith.addf %sum_scaled, %sum_rest : tensor<4xf32>
    %alphas = linalg.broadcast ins(%alpha : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<4x8xf32>
    %betas = linalg.broadcast ins(%beta : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_block = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc_start : tensor<4x8xf32>) -> tensor<4x8xf32>
    %acc_rest = arith.mulf %acc_block, %betas : tensor<4x8xf32>
    %acc1 = arith.addf %acc_rest, %acc_scaled : tensor<4x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#all = affine_map<(m, n) -> (m, n)>
#product = affine_map<(m, n, k) -> (m, n)>
// A causal mask, of the key's place in the block and where the block begins; the loop counts blocks.
// CHECK-LABEL: func.func @causal(
func.func @causal(%q: tensor<6x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<6x8xf32> {
  // CHECK-NOT: scf.for
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} {causal, heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64}
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %infinity = arith.constant 0xFF800000 : f32
  %score_start = arith.constant dense<0.0> : tensor<6x2xf32>
  %acc_start = arith.constant dense<0.0> : tensor<6x8xf32>
  %max_start = arith.constant dense<0xFF800000> : tensor<6xf32>
  %sum_start = arith.constant dense<0.0> : tensor<6xf32>
  %acc, %max, %sum = scf.for %b = %c0 to %c3 step %c1 iter_args(%acc0 = %acc_start, %max0 = %max_start, %sum0 = %sum_start)
      -> (tensor<6x8xf32>, tensor<6xf32>, tensor<6xf32>) {
    %t = arith.muli %b, %c2 : index
    %keys = tensor.extract_slice %k[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %values = tensor.extract_slice %v[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %all = linalg.matmul indexing_maps = [#left, #right, #product] ins(%q, %keys : tensor<6x8xf32>, tensor<2x8xf32>) outs(%score_start : tensor<6x2xf32>) -> tensor<6x2xf32>
    %s = linalg.generic {indexing_maps = [#all], iterator_types = ["parallel", "parallel"]} outs(%all : tensor<6x2xf32>) {
    ^bb0(%score: f32):
      %query = linalg.index 0 : index
      %place = linalg.index 1 : index
      %key = affine.apply affine_map<(p)[t] -> (p + t)>(%place)[%t]
      %future = arith.cmpi sgt, %key, %query : index
      %masked = arith.select %future, %infinity, %score : f32
      linalg.yield %masked : f32
    } -> tensor<6x2xf32>
    %max1 = linalg.reduce { arith.maximumf } ins(%s : tensor<6x2xf32>) outs(%max0 : tensor<6xf32>) dimensions = [1]
    %growth = arith.subf %max0, %max1 : tensor<6xf32>
    %alpha = math.exp %growth : tensor<6xf32>
    %maxes = linalg.broadcast ins(%max1 : tensor<6xf32>) outs(%score_start : tensor<6x2xf32>) dimensions = [1]
    %shifted = arith.subf %s, %maxes : tensor<6x2xf32>
    %p = math.exp %shifted : tensor<6x2xf32>
    %sum_scaled = arith.mulf %sum0, %alpha : tensor<6xf32>
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<6x2xf32>) outs(%sum_scaled : tensor<6xf32>) dimensions = [1]
    %alphas = linalg.broadcast ins(%alpha : tensor<6xf32>) outs(%acc_start : tensor<6x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<6x8xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<6x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<6x8xf32>) -> tensor<6x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<6x8xf32>, tensor<6xf32>, tensor<6xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<6xf32>) outs(%acc_start : tensor<6x8xf32>) dimensions = [1]
  %r = arith.divf %acc, %sums : tensor<6x8xf32>
  return %r : tensor<6x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#all = affine_map<(m, n) -> (m, n)>
#keys = affine_map<(m, n) -> (n)>
#product = affine_map<(m, n, k) -> (m, n)>
// A mask that is an argument, of truth values, a block at a time; a scale of the scores.
// CHECK-LABEL: func.func @mask(
func.func @mask(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>, %mask: tensor<6xi1>) -> tensor<4x8xf32> {
  // CHECK-DAG: %[[COUNTS:.*]] = tensor.expand_shape %{{.*}} into tensor<1x6xi1>
  // CHECK-NOT: scf.for
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} mask %[[COUNTS]] {heads = 1 : i64, kv_heads = 1 : i64, scale = 5.000000e-01 : f64}
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  %half = arith.constant 0.5 : f32
  %lowest = arith.constant -1.0e9 : f32
  %score_start = arith.constant dense<0.0> : tensor<4x2xf32>
  %acc_start = arith.constant dense<0.0> : tensor<4x8xf32>
  %max_start = arith.constant dense<0xFF800000> : tensor<4xf32>
  %sum_start = arith.constant dense<0.0> : tensor<4xf32>
  %acc, %max, %sum = scf.for %t = %c0 to %c6 step %c2 iter_args(%acc0 = %acc_start, %max0 = %max_start, %sum0 = %sum_start)
      -> (tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>) {
    %keys = tensor.extract_slice %k[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %values = tensor.extract_slice %v[%t, 0] [2, 8] [1, 1] : tensor<6x8xf32> to tensor<2x8xf32>
    %all = linalg.matmul indexing_maps = [#left, #right, #product] ins(%q, %keys : tensor<4x8xf32>, tensor<2x8xf32>) outs(%score_start : tensor<4x2xf32>) -> tensor<4x2xf32>
    %counts = tensor.extract_slice %mask[%t] [2] [1] : tensor<6xi1> to tensor<2xi1>
    %s = linalg.generic {indexing_maps = [#all, #keys, #all], iterator_types = ["parallel", "parallel"]} ins(%all, %counts : tensor<4x2xf32>, tensor<2xi1>) outs(%score_start : tensor<4x2xf32>) {
    ^bb0(%score: f32, %keeps: i1, %out: f32):
      %scaled = arith.mulf %score, %half : f32
      %masked = arith.select %keeps, %scaled, %lowest : f32
      linalg.yield %masked : f32
    } -> tensor<4x2xf32>
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
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// Powers of 2, for which queries are scaled by log2(e) / sqrt(8) in front of the loop.
// CHECK-LABEL: func.func @powers_of_2(
func.func @powers_of_2(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NOT: scf.for
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} {heads = 1 : i64, kv_heads = 1 : i64}
  %factor = arith.constant dense<0.510069728> : tensor<4x8xf32>
  %queries = arith.mulf %q, %factor : tensor<4x8xf32>
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
    %s = linalg.matmul indexing_maps = [#left, #right, #product] ins(%queries, %keys : tensor<4x8xf32>, tensor<2x8xf32>) outs(%score_start : tensor<4x2xf32>) -> tensor<4x2xf32>
    %max1 = linalg.reduce { arith.maximumf } ins(%s : tensor<4x2xf32>) outs(%max0 : tensor<4xf32>) dimensions = [1]
    %growth = arith.subf %max0, %max1 : tensor<4xf32>
    %alpha = math.exp2 %growth : tensor<4xf32>
    %maxes = linalg.broadcast ins(%max1 : tensor<4xf32>) outs(%score_start : tensor<4x2xf32>) dimensions = [1]
    %shifted = arith.subf %s, %maxes : tensor<4x2xf32>
    %p = math.exp2 %shifted : tensor<4x2xf32>
    %sum_scaled = arith.mulf %sum0, %alpha : tensor<4xf32>
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<4x2xf32>) outs(%sum_scaled : tensor<4xf32>) dimensions = [1]
    %alphas = linalg.broadcast ins(%alpha : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<4x8xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// A key in every iteration.
// CHECK-LABEL: func.func @single_keys(
func.func @single_keys(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NOT: scf.for
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} {heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64} : (tensor<1x4x8xf32>, tensor<1x6x8xf32>, tensor<1x6x8xf32>) -> tensor<1x4x8xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  %score_start = arith.constant dense<0.0> : tensor<4x1xf32>
  %acc_start = arith.constant dense<0.0> : tensor<4x8xf32>
  %max_start = arith.constant dense<0xFF800000> : tensor<4xf32>
  %sum_start = arith.constant dense<0.0> : tensor<4xf32>
  %acc, %max, %sum = scf.for %t = %c0 to %c6 step %c1 iter_args(%acc0 = %acc_start, %max0 = %max_start, %sum0 = %sum_start)
      -> (tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>) {
    %keys = tensor.extract_slice %k[%t, 0] [1, 8] [1, 1] : tensor<6x8xf32> to tensor<1x8xf32>
    %values = tensor.extract_slice %v[%t, 0] [1, 8] [1, 1] : tensor<6x8xf32> to tensor<1x8xf32>
    %s = linalg.matmul indexing_maps = [#left, #right, #product] ins(%q, %keys : tensor<4x8xf32>, tensor<1x8xf32>) outs(%score_start : tensor<4x1xf32>) -> tensor<4x1xf32>
    %max1 = linalg.reduce { arith.maximumf } ins(%s : tensor<4x1xf32>) outs(%max0 : tensor<4xf32>) dimensions = [1]
    %growth = arith.subf %max0, %max1 : tensor<4xf32>
    %alpha = math.exp %growth : tensor<4xf32>
    %maxes = linalg.broadcast ins(%max1 : tensor<4xf32>) outs(%score_start : tensor<4x1xf32>) dimensions = [1]
    %shifted = arith.subf %s, %maxes : tensor<4x1xf32>
    %p = math.exp %shifted : tensor<4x1xf32>
    %sum_scaled = arith.mulf %sum0, %alpha : tensor<4xf32>
    %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<4x1xf32>) outs(%sum_scaled : tensor<4xf32>) dimensions = [1]
    %alphas = linalg.broadcast ins(%alpha : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
    %acc_scaled = arith.mulf %acc0, %alphas : tensor<4x8xf32>
    %acc1 = linalg.matmul ins(%p, %values : tensor<4x1xf32>, tensor<1x8xf32>) outs(%acc_scaled : tensor<4x8xf32>) -> tensor<4x8xf32>
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
// What others read of the loop, the loop still computes.
// CHECK-LABEL: func.func @logarithm(
func.func @logarithm(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> (tensor<4x8xf32>, tensor<4xf32>) {
  // CHECK: %[[LOOP:.*]]:3 = scf.for
  // CHECK: %[[R:.*]] = transformer.attention %{{.*}}, %{{.*}}, %{{.*}} {heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64}
  // CHECK: %[[ROWS:.*]] = tensor.collapse_shape %[[R]]
  // CHECK: %[[LOG:.*]] = math.log %[[LOOP]]#2
  // CHECK: %[[TOTAL:.*]] = arith.addf %[[LOG]], %[[LOOP]]#1
  // CHECK: return %[[ROWS]], %[[TOTAL]]
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
    scf.yield %acc1, %max1, %sum1 : tensor<4x8xf32>, tensor<4xf32>, tensor<4xf32>
  }
  %sums = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%acc_start : tensor<4x8xf32>) dimensions = [1]
  %r = arith.divf %acc, %sums : tensor<4x8xf32>
  %log = math.log %sum : tensor<4xf32>
  %total = arith.addf %log, %max : tensor<4xf32>
  return %r, %total : tensor<4x8xf32>, tensor<4xf32>
}

// -----

#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>
#all = affine_map<(m, n) -> (m, n)>
// Two blocks of queries in each of two heads, which other loops write; causal.
// CHECK-LABEL: func.func @blocks_of_queries(
func.func @blocks_of_queries(%q: tensor<2x4x8xf32>, %k: tensor<2x4x8xf32>, %v: tensor<2x4x8xf32>) -> tensor<2x4x8xf32> {
  // CHECK-NOT: scf.for
  // CHECK: transformer.attention %{{.*}}, %{{.*}}, %{{.*}} {causal, heads = 2 : i64, kv_heads = 2 : i64, scale = 1.000000e+00 : f64} : (tensor<1x4x16xf32>, tensor<1x4x16xf32>, tensor<1x4x16xf32>) -> tensor<1x4x16xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %infinity = arith.constant 0xFF800000 : f32
  %result_start = tensor.empty() : tensor<2x4x8xf32>
  %score_start = arith.constant dense<0.0> : tensor<2x2xf32>
  %acc_start = arith.constant dense<0.0> : tensor<2x8xf32>
  %max_start = arith.constant dense<-1.0e30> : tensor<2xf32>
  %sum_start = arith.constant dense<0.0> : tensor<2xf32>
  %result = scf.for %h = %c0 to %c2 step %c1 iter_args(%heads = %result_start) -> (tensor<2x4x8xf32>) {
    %head = scf.for %s = %c0 to %c4 step %c2 iter_args(%rows = %heads) -> (tensor<2x4x8xf32>) {
      %queries = tensor.extract_slice %q[%h, %s, 0] [1, 2, 8] [1, 1, 1] : tensor<2x4x8xf32> to tensor<2x8xf32>
      %acc, %max, %sum = scf.for %t = %c0 to %c4 step %c2 iter_args(%acc0 = %acc_start, %max0 = %max_start, %sum0 = %sum_start)
          -> (tensor<2x8xf32>, tensor<2xf32>, tensor<2xf32>) {
        %keys = tensor.extract_slice %k[%h, %t, 0] [1, 2, 8] [1, 1, 1] : tensor<2x4x8xf32> to tensor<2x8xf32>
        %values = tensor.extract_slice %v[%h, %t, 0] [1, 2, 8] [1, 1, 1] : tensor<2x4x8xf32> to tensor<2x8xf32>
        %all = linalg.matmul indexing_maps = [#left, #right, #product] ins(%queries, %keys : tensor<2x8xf32>, tensor<2x8xf32>) outs(%score_start : tensor<2x2xf32>) -> tensor<2x2xf32>
        %scores = linalg.generic {indexing_maps = [#all], iterator_types = ["parallel", "parallel"]} outs(%all : tensor<2x2xf32>) {
        ^bb0(%score: f32):
          %row = linalg.index 0 : index
          %place = linalg.index 1 : index
          %query = arith.addi %row, %s : index
          %key = arith.addi %place, %t : index
          %future = arith.cmpi sgt, %key, %query : index
          %masked = arith.select %future, %infinity, %score : f32
          linalg.yield %masked : f32
        } -> tensor<2x2xf32>
        %max1 = linalg.reduce { arith.maximumf } ins(%scores : tensor<2x2xf32>) outs(%max0 : tensor<2xf32>) dimensions = [1]
        %growth = arith.subf %max0, %max1 : tensor<2xf32>
        %alpha = math.exp %growth : tensor<2xf32>
        %maxes = linalg.broadcast ins(%max1 : tensor<2xf32>) outs(%score_start : tensor<2x2xf32>) dimensions = [1]
        %shifted = arith.subf %scores, %maxes : tensor<2x2xf32>
        %p = math.exp %shifted : tensor<2x2xf32>
        %sum_scaled = arith.mulf %sum0, %alpha : tensor<2xf32>
        %sum1 = linalg.reduce { arith.addf } ins(%p : tensor<2x2xf32>) outs(%sum_scaled : tensor<2xf32>) dimensions = [1]
        %alphas = linalg.broadcast ins(%alpha : tensor<2xf32>) outs(%acc_start : tensor<2x8xf32>) dimensions = [1]
        %acc_scaled = arith.mulf %acc0, %alphas : tensor<2x8xf32>
        %acc1 = linalg.matmul ins(%p, %values : tensor<2x2xf32>, tensor<2x8xf32>) outs(%acc_scaled : tensor<2x8xf32>) -> tensor<2x8xf32>
        scf.yield %acc1, %max1, %sum1 : tensor<2x8xf32>, tensor<2xf32>, tensor<2xf32>
      }
      %sums = linalg.broadcast ins(%sum : tensor<2xf32>) outs(%acc_start : tensor<2x8xf32>) dimensions = [1]
      %block = arith.divf %acc, %sums : tensor<2x8xf32>
      %rows1 = tensor.insert_slice %block into %rows[%h, %s, 0] [1, 2, 8] [1, 1, 1] : tensor<2x8xf32> into tensor<2x4x8xf32>
      scf.yield %rows1 : tensor<2x4x8xf32>
    }
    scf.yield %head : tensor<2x4x8xf32>
  }
  return %result : tensor<2x4x8xf32>
}

// RUN: quant-opt %s --raise-to-transformer --split-input-file --remarks-filter=raise-to-transformer 2>%t.err | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK --input-file %t.err

// Patches of 2 by 2 places with 3 channels, which come first: a linear of 12 numbers.
// CHECK-LABEL: func.func @channels_first(
// CHECK-SAME: %[[X:.*]]: tensor<1x3x4x6xf32>)
func.func @channels_first(%x: tensor<1x3x4x6xf32>) -> tensor<1x6x2xf32> {
  // CHECK-DAG: %[[W:.*]] = arith.constant dense<{{.*}}> : tensor<2x12xf32>
  // CHECK-DAG: %[[B:.*]] = arith.constant dense<[5.000000e-01, -1.000000e+00]> : tensor<2xf32>
  // CHECK-DAG: %[[SPLIT:.*]] = tensor.expand_shape %{{.*}} : tensor<3x4x6xf32> into tensor<3x2x2x3x2xf32>
  // CHECK-DAG: linalg.transpose ins(%[[SPLIT]] : tensor<3x2x2x3x2xf32>) {{.*}} permutation = [1, 3, 0, 2, 4]
  // CHECK: %[[L:.*]] = transformer.linear %{{.*}}, %[[W]] bias %[[B]] : (tensor<1x2x3x12xf32>, tensor<2x12xf32>, tensor<2xf32>) -> tensor<1x2x3x2xf32>
  // CHECK-NOT: linalg
  // CHECK: tensor.collapse_shape %[[L]] {{.*}} into tensor<1x6x2xf32>
  %w = arith.constant dense<[[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]], [[9.0, 10.0], [11.0, 12.0]]],
                             [[[0.1, 0.2], [0.3, 0.4]], [[0.5, 0.6], [0.7, 0.8]], [[0.9, 1.0], [1.1, 1.2]]]]> : tensor<2x3x2x2xf32>
  %bias = arith.constant dense<[0.5, -1.0]> : tensor<2xf32>
  %place = tensor.empty() : tensor<1x2x2x3xf32>
  %start = linalg.broadcast ins(%bias : tensor<2xf32>) outs(%place : tensor<1x2x2x3xf32>) dimensions = [0, 2, 3]
  %patches = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>}
      ins(%x, %w : tensor<1x3x4x6xf32>, tensor<2x3x2x2xf32>) outs(%start : tensor<1x2x2x3xf32>) -> tensor<1x2x2x3xf32>
  %joined = tensor.collapse_shape %patches [[0], [1], [2, 3]] : tensor<1x2x2x3xf32> into tensor<1x2x6xf32>
  %rows = tensor.empty() : tensor<1x6x2xf32>
  %result = linalg.transpose ins(%joined : tensor<1x2x6xf32>) outs(%rows : tensor<1x6x2xf32>) permutation = [0, 2, 1]
  return %result : tensor<1x6x2xf32>
}

// -----

// The bias comes after the convolution; the weight is in another order.
#all = affine_map<(n, h, w, f) -> (n, h, w, f)>
#feature = affine_map<(n, h, w, f) -> (f)>
// CHECK-LABEL: func.func @channels_last(
func.func @channels_last(%x: tensor<1x4x6x1xf32>) -> tensor<1x2x3x2xf32> {
  // CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 3.000000e+00, 5.000000e+00, 7.000000e+00], [2.000000e+00, 4.000000e+00, 6.000000e+00, 8.000000e+00]]> : tensor<2x4xf32>
  // CHECK: %[[L:.*]] = transformer.linear %{{.*}}, %[[W]] bias %{{.*}} : (tensor<1x2x3x4xf32>, tensor<2x4xf32>, tensor<2xf32>) -> tensor<1x2x3x2xf32>
  // CHECK-NEXT: return %[[L]]
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[[[1.0, 2.0]], [[3.0, 4.0]]], [[[5.0, 6.0]], [[7.0, 8.0]]]]> : tensor<2x2x1x2xf32>
  %bias = arith.constant dense<[0.5, -1.0]> : tensor<2xf32>
  %place = tensor.empty() : tensor<1x2x3x2xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %patches = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>}
      ins(%x, %w : tensor<1x4x6x1xf32>, tensor<2x2x1x2xf32>) outs(%start : tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %result = linalg.generic {indexing_maps = [#all, #feature, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%patches, %bias : tensor<1x2x3x2xf32>, tensor<2xf32>) outs(%place : tensor<1x2x3x2xf32>) {
  ^bb0(%in: f32, %b: f32, %out: f32):
    %0 = arith.addf %in, %b : f32
    linalg.yield %0 : f32
  } -> tensor<1x2x3x2xf32>
  return %result : tensor<1x2x3x2xf32>
}

// -----

// CHECK-LABEL: func.func @tosa(
func.func @tosa(%x: tensor<1x4x6x2xf32>, %w: tensor<5x2x2x2xf32>, %b: tensor<5xf32>) -> tensor<1x2x3x5xf32> {
  // CHECK: %[[W:.*]] = tensor.collapse_shape %{{.*}} : tensor<5x2x2x2xf32> into tensor<5x8xf32>
  // CHECK: transformer.linear %{{.*}}, %[[W]] bias %{{.*}} : (tensor<1x2x3x8xf32>, tensor<5x8xf32>, tensor<5xf32>) -> tensor<1x2x3x5xf32>
  // CHECK-NOT: tosa.conv2d
  %zero = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %zero, %zero {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>}
      : (tensor<1x4x6x2xf32>, tensor<5x2x2x2xf32>, tensor<5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x2x3x5xf32>
  return %0 : tensor<1x2x3x5xf32>
}

// -----

// REMARK: convolution.mlir:[[@LINE+10]]:{{.*}}looks like a transformer.linear, but its patches overlap, or are no part of their image that a reshape gives
// CHECK-LABEL: func.func @overlapping(
func.func @overlapping(%x: tensor<1x3x4x4xf32>) -> tensor<1x2x3x3xf32> {
  // CHECK-NOT: transformer
  // CHECK: linalg.conv_2d_nchw_fchw
  // CHECK-NOT: transformer
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense_resource<w> : tensor<2x3x2x2xf32>
  %place = tensor.empty() : tensor<1x2x3x3xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %0 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
      ins(%x, %w : tensor<1x3x4x4xf32>, tensor<2x3x2x2xf32>) outs(%start : tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  return %0 : tensor<1x2x3x3xf32>
}

// -----

// The weight is on the left, as where rows are columns.
// CHECK-LABEL: func.func @columns(
// CHECK-SAME: %[[X:.*]]: tensor<3x5xf32>)
func.func @columns(%x: tensor<3x5xf32>) -> tensor<2x5xf32> {
  // CHECK-DAG: %[[W:.*]] = arith.constant dense<{{.*}}> : tensor<2x3xf32>
  // CHECK-DAG: %[[T:.*]] = linalg.transpose ins(%[[X]] : tensor<3x5xf32>)
  // CHECK: %[[L:.*]] = transformer.linear %[[T]], %[[W]] : (tensor<5x3xf32>, tensor<2x3xf32>) -> tensor<5x2xf32>
  // CHECK: linalg.transpose ins(%[[L]] : tensor<5x2xf32>)
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %place = tensor.empty() : tensor<2x5xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<2x5xf32>) -> tensor<2x5xf32>
  %0 = linalg.matmul ins(%w, %x : tensor<2x3xf32>, tensor<3x5xf32>) outs(%start : tensor<2x5xf32>) -> tensor<2x5xf32>
  return %0 : tensor<2x5xf32>
}

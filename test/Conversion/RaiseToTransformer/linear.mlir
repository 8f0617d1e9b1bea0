// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s

// A matrix as it is multiplied, and the transposed one of a checkpoint.
// CHECK-LABEL: func.func @matmul(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>)
func.func @matmul(%x: tensor<2x3xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  // CHECK-DAG: %[[TRANSPOSED:.*]] = arith.constant dense<{{\[}}[1.000000e+00, 5.000000e+00, 9.000000e+00], [2.000000e+00, 6.000000e+00, 1.000000e+01], {{.*}}> : tensor<4x3xf32>
  // CHECK-DAG: %[[STORED:.*]] = arith.constant dense<{{\[}}[1.000000e+00, 2.000000e+00, 3.000000e+00], {{.*}}> : tensor<4x3xf32>
  // CHECK-DAG: %[[FIRST:.*]] = transformer.linear %[[X]], %[[TRANSPOSED]] : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  // CHECK-DAG: %[[SECOND:.*]] = transformer.linear %[[X]], %[[STORED]]
  // CHECK-NOT: linalg
  // CHECK: return %[[FIRST]], %[[SECOND]]
  %zero = arith.constant 0.0 : f32
  %multiplied = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 10.0, 11.0, 12.0]]> : tensor<3x4xf32>
  %stored = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [10.0, 11.0, 12.0]]> : tensor<4x3xf32>
  %place = tensor.empty() : tensor<3x4xf32>
  %transposed = linalg.transpose ins(%stored : tensor<4x3xf32>) outs(%place : tensor<3x4xf32>) permutation = [1, 0]
  %empty = tensor.empty() : tensor<2x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%empty : tensor<2x4xf32>) -> tensor<2x4xf32>
  %0 = linalg.matmul ins(%x, %multiplied : tensor<2x3xf32>, tensor<3x4xf32>) outs(%start : tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = linalg.matmul ins(%x, %transposed : tensor<2x3xf32>, tensor<3x4xf32>) outs(%start : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0, %1 : tensor<2x4xf32>, tensor<2x4xf32>
}

// -----

// A weight that is broadcast over the batch, an argument.
// CHECK-LABEL: func.func @batch_matmul(
// CHECK-SAME: %[[X:.*]]: tensor<2x5x3xf32>, %[[W:.*]]: tensor<4x3xf32>, %[[B:.*]]: tensor<4xf32>)
func.func @batch_matmul(%x: tensor<2x5x3xf32>, %w: tensor<4x3xf32>, %b: tensor<4xf32>) -> tensor<2x5x4xf32> {
  // CHECK: %[[R:.*]] = transformer.linear %[[X]], %[[W]] bias %[[B]] : (tensor<2x5x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<2x5x4xf32>
  // CHECK-NEXT: return %[[R]]
  %zero = arith.constant 0.0 : f32
  %place = tensor.empty() : tensor<2x3x4xf32>
  %broadcast = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2) -> (d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%w : tensor<4x3xf32>) outs(%place : tensor<2x3x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x4xf32>
  %empty = tensor.empty() : tensor<2x5x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%empty : tensor<2x5x4xf32>) -> tensor<2x5x4xf32>
  %product = linalg.batch_matmul ins(%x, %broadcast : tensor<2x5x3xf32>, tensor<2x3x4xf32>) outs(%start : tensor<2x5x4xf32>) -> tensor<2x5x4xf32>
  %result = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%b, %product : tensor<4xf32>, tensor<2x5x4xf32>) outs(%empty : tensor<2x5x4xf32>) {
  ^bb0(%bias: f32, %in: f32, %out: f32):
    %0 = arith.addf %bias, %in : f32
    linalg.yield %0 : f32
  } -> tensor<2x5x4xf32>
  return %result : tensor<2x5x4xf32>
}

// -----

// A sum that begins with the bias; rows of any number.
// CHECK-LABEL: func.func @bias_first(
// CHECK-SAME: %[[X:.*]]: tensor<?x3xf32>, %[[W:.*]]: tensor<4x3xf32>, %[[B:.*]]: tensor<4xf32>, %{{.*}}: tensor<?x4xf32>)
func.func @bias_first(%x: tensor<?x3xf32>, %w: tensor<4x3xf32>, %b: tensor<4xf32>, %place: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: %[[R:.*]] = transformer.linear %[[X]], %[[W]] bias %[[B]] : (tensor<?x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  // CHECK-NEXT: return %[[R]]
  %start = linalg.broadcast ins(%b : tensor<4xf32>) outs(%place : tensor<?x4xf32>) dimensions = [0]
  %result = linalg.matmul
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%x, %w : tensor<?x3xf32>, tensor<4x3xf32>) outs(%start : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %result : tensor<?x4xf32>
}

// -----

// Rows that are joined for the product stay as they came.
// CHECK-LABEL: func.func @joined_rows(
// CHECK-SAME: %[[X:.*]]: tensor<2x5x3xf32>, %[[W:.*]]: tensor<4x3xf32>)
func.func @joined_rows(%x: tensor<2x5x3xf32>, %w: tensor<4x3xf32>) -> tensor<2x5x4xf32> {
  // CHECK: %[[R:.*]] = transformer.linear %[[X]], %[[W]] : (tensor<2x5x3xf32>, tensor<4x3xf32>) -> tensor<2x5x4xf32>
  // CHECK-NEXT: return %[[R]]
  %zero = arith.constant 0.0 : f32
  %rows = tensor.collapse_shape %x [[0, 1], [2]] : tensor<2x5x3xf32> into tensor<10x3xf32>
  %empty = tensor.empty() : tensor<10x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%empty : tensor<10x4xf32>) -> tensor<10x4xf32>
  %product = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%rows, %w : tensor<10x3xf32>, tensor<4x3xf32>) outs(%start : tensor<10x4xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %sum, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<10x4xf32>
  %result = tensor.expand_shape %product [[0, 1], [2]] output_shape [2, 5, 4] : tensor<10x4xf32> into tensor<2x5x4xf32>
  return %result : tensor<2x5x4xf32>
}

// -----

// Half-precision operands of a sum in f32.
// CHECK-LABEL: func.func @bf16(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xbf16>, %[[W:.*]]: tensor<4x3xbf16>)
func.func @bf16(%x: tensor<2x3xbf16>, %w: tensor<4x3xbf16>) -> tensor<2x4xf32> {
  // CHECK: %[[WIDE:.*]] = arith.extf %[[X]] : tensor<2x3xbf16> to tensor<2x3xf32>
  // CHECK: %[[R:.*]] = transformer.linear %[[WIDE]], %[[W]] : (tensor<2x3xf32>, tensor<4x3xbf16>) -> tensor<2x4xf32>
  // CHECK-NEXT: return %[[R]]
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<2x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%empty : tensor<2x4xf32>) -> tensor<2x4xf32>
  %result = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<2x3xbf16>, tensor<4x3xbf16>) outs(%start : tensor<2x4xf32>) {
  ^bb0(%a: bf16, %b: bf16, %sum: f32):
    %0 = arith.extf %a : bf16 to f32
    %1 = arith.extf %b : bf16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %sum, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// CHECK-LABEL: func.func @tosa(
// CHECK-SAME: %[[X:.*]]: tensor<5x3xf32>, %[[W:.*]]: tensor<4x3xf32>, %[[B:.*]]: tensor<4xf32>)
func.func @tosa(%x: tensor<5x3xf32>, %w: tensor<4x3xf32>, %b: tensor<4xf32>) -> tensor<5x4xf32> {
  // CHECK: %[[R:.*]] = transformer.linear %[[X]], %[[W]] bias %[[B]] : (tensor<5x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<5x4xf32>
  // CHECK-NOT: tosa.matmul
  // CHECK: return %[[R]]
  %zero = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %row_shape = tosa.const_shape {values = dense<[1, 5, 3]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %weight_shape = tosa.const_shape {values = dense<[1, 3, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %result_shape = tosa.const_shape {values = dense<[5, 4]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %bias_shape = tosa.const_shape {values = dense<[1, 4]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %rows = tosa.reshape %x, %row_shape : (tensor<5x3xf32>, !tosa.shape<3>) -> tensor<1x5x3xf32>
  %transposed = tosa.transpose %w {perms = array<i32: 1, 0>} : (tensor<4x3xf32>) -> tensor<3x4xf32>
  %weight = tosa.reshape %transposed, %weight_shape : (tensor<3x4xf32>, !tosa.shape<3>) -> tensor<1x3x4xf32>
  %product = tosa.matmul %rows, %weight, %zero, %zero : (tensor<1x5x3xf32>, tensor<1x3x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x5x4xf32>
  %joined = tosa.reshape %product, %result_shape : (tensor<1x5x4xf32>, !tosa.shape<2>) -> tensor<5x4xf32>
  %bias = tosa.reshape %b, %bias_shape : (tensor<4xf32>, !tosa.shape<2>) -> tensor<1x4xf32>
  %result = tosa.add %joined, %bias : (tensor<5x4xf32>, tensor<1x4xf32>) -> tensor<5x4xf32>
  return %result : tensor<5x4xf32>
}

// -----

// The product of two activations is no linear.
// CHECK-LABEL: func.func @activations(
func.func @activations(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // CHECK-NOT: transformer.linear
  // CHECK: linalg.matmul
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<4x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x4xf32>) -> tensor<4x4xf32>
  %y = math.exp %x : tensor<4x4xf32>
  %result = linalg.matmul ins(%x, %y : tensor<4x4xf32>, tensor<4x4xf32>) outs(%start : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

// The weight on the left: channels are rows until the product is transposed.
// CHECK-LABEL: func.func @left(
// CHECK-SAME: %[[X:.*]]: tensor<3x2xf32>)
func.func @left(%x: tensor<3x2xf32>) -> tensor<3x4xf32> {
  // CHECK-DAG: %[[W:.*]] = arith.constant dense<{{.*}}> : tensor<4x2xf32>
  // CHECK: %[[R:.*]] = transformer.linear %[[X]], %[[W]] : (tensor<3x2xf32>, tensor<4x2xf32>) -> tensor<3x4xf32>
  // CHECK-NEXT: return %[[R]]
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
  %start = arith.constant dense<0.0> : tensor<4x3xf32>
  %product = linalg.matmul
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%w, %x : tensor<4x2xf32>, tensor<3x2xf32>) outs(%start : tensor<4x3xf32>) -> tensor<4x3xf32>
  %empty = tensor.empty() : tensor<3x4xf32>
  %result = linalg.transpose ins(%product : tensor<4x3xf32>) outs(%empty : tensor<3x4xf32>) permutation = [1, 0]
  return %result : tensor<3x4xf32>
}

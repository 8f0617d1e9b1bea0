// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s

// With the index of the largest element, which nobody reads.
#row = affine_map<(d0, d1) -> (d0)>
#all = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @softmax(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @softmax(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R:.*]] = transformer.softmax %[[X]] : tensor<2x4xf32>
  // CHECK-NEXT: return %[[R]]
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : i64
  %lowest = arith.constant 0xFF800000 : f32
  %row = tensor.empty() : tensor<2xf32>
  %indices = tensor.empty() : tensor<2xi64>
  %first = linalg.fill ins(%lowest : f32) outs(%row : tensor<2xf32>) -> tensor<2xf32>
  %firstIndex = linalg.fill ins(%c0 : i64) outs(%indices : tensor<2xi64>) -> tensor<2xi64>
  %max:2 = linalg.generic {indexing_maps = [#all, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<2x4xf32>) outs(%first, %firstIndex : tensor<2xf32>, tensor<2xi64>) {
  ^bb0(%in: f32, %so_far: f32, %where: i64):
    %i = linalg.index 1 : index
    %index = arith.index_cast %i : index to i64
    %0 = arith.maximumf %in, %so_far : f32
    %1 = arith.cmpf ogt, %in, %so_far : f32
    %2 = arith.select %1, %index, %where : i64
    linalg.yield %0, %2 : f32, i64
  } -> (tensor<2xf32>, tensor<2xi64>)
  %column = tensor.expand_shape %max#0 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %empty = tensor.empty() : tensor<2x4xf32>
  %exponentials = linalg.generic {indexing_maps = [#all, affine_map<(d0, d1) -> (d0, 0)>, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x, %column : tensor<2x4xf32>, tensor<2x1xf32>) outs(%empty : tensor<2x4xf32>) {
  ^bb0(%in: f32, %m: f32, %out: f32):
    %0 = arith.subf %in, %m : f32
    %1 = math.exp %0 : f32
    linalg.yield %1 : f32
  } -> tensor<2x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%row : tensor<2xf32>) -> tensor<2xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<2x4xf32>) outs(%start : tensor<2xf32>) dimensions = [1]
  %result = linalg.generic {indexing_maps = [#all, #row, #all], iterator_types = ["parallel", "parallel"]}
      ins(%exponentials, %sum : tensor<2x4xf32>, tensor<2xf32>) outs(%empty : tensor<2x4xf32>) {
  ^bb0(%in: f32, %s: f32, %out: f32):
    %0 = arith.divf %in, %s : f32
    linalg.yield %0 : f32
  } -> tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// A maximum by comparison, a product with the reciprocal, exponentials computed twice.
#row = affine_map<(d0, d1) -> (d0)>
#all = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @reciprocal(
// CHECK-SAME: %[[X:.*]]: tensor<?x4xf32>
func.func @reciprocal(%x: tensor<?x4xf32>, %row: tensor<?xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: %[[R:.*]] = transformer.softmax %[[X]] : tensor<?x4xf32>
  // CHECK-NEXT: return %[[R]]
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %lowest = arith.constant -3.40282347E+38 : f32
  %first = linalg.fill ins(%lowest : f32) outs(%row : tensor<?xf32>) -> tensor<?xf32>
  %max = linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<?x4xf32>) outs(%first : tensor<?xf32>) {
  ^bb0(%in: f32, %so_far: f32):
    %0 = arith.cmpf ugt, %so_far, %in : f32
    %1 = arith.select %0, %so_far, %in : f32
    linalg.yield %1 : f32
  } -> tensor<?xf32>
  %start = linalg.fill ins(%zero : f32) outs(%row : tensor<?xf32>) -> tensor<?xf32>
  %sum = linalg.generic {indexing_maps = [#all, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x, %max : tensor<?x4xf32>, tensor<?xf32>) outs(%start : tensor<?xf32>) {
  ^bb0(%in: f32, %m: f32, %so_far: f32):
    %0 = arith.subf %in, %m : f32
    %1 = math.exp %0 : f32
    %2 = arith.addf %1, %so_far : f32
    linalg.yield %2 : f32
  } -> tensor<?xf32>
  %result = linalg.generic {indexing_maps = [#all, #row, #row, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x, %max, %sum : tensor<?x4xf32>, tensor<?xf32>, tensor<?xf32>) outs(%x : tensor<?x4xf32>) {
  ^bb0(%in: f32, %m: f32, %s: f32, %out: f32):
    %0 = arith.subf %in, %m : f32
    %1 = math.exp %0 : f32
    %2 = arith.divf %one, %s : f32
    %3 = arith.mulf %1, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<?x4xf32>
  return %result : tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func.func @tosa(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>)
func.func @tosa(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  // CHECK: %[[R:.*]] = transformer.softmax %[[X]] : tensor<2x3x4xf32>
  // CHECK-NOT: tosa.exp
  // CHECK: return %[[R]]
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %max = tosa.reduce_max %x {axis = 2 : i32} : (tensor<2x3x4xf32>) -> tensor<2x3x1xf32>
  %difference = tosa.sub %x, %max : (tensor<2x3x4xf32>, tensor<2x3x1xf32>) -> tensor<2x3x4xf32>
  %exponentials = tosa.exp %difference : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %sum = tosa.reduce_sum %exponentials {axis = 2 : i32} : (tensor<2x3x4xf32>) -> tensor<2x3x1xf32>
  %inverse = tosa.reciprocal %sum : (tensor<2x3x1xf32>) -> tensor<2x3x1xf32>
  %result = tosa.mul %exponentials, %inverse, %shift : (tensor<2x3x4xf32>, tensor<2x3x1xf32>, tensor<1xi8>) -> tensor<2x3x4xf32>
  return %result : tensor<2x3x4xf32>
}

// -----

// CHECK-LABEL: func.func @named(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @named(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R:.*]] = transformer.softmax %[[X]] : tensor<2x4xf32>
  // CHECK-NEXT: return %[[R]]
  %empty = tensor.empty() : tensor<2x4xf32>
  %result = linalg.softmax dimension(1) ins(%x : tensor<2x4xf32>) outs(%empty : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// The logarithm of the sum in the exponent; a product with 1 and a sum with 0, which are nothing.
// CHECK-LABEL: func.func @logarithm(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @logarithm(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[R:.*]] = transformer.softmax %[[X]] : tensor<2x4xf32>
  // CHECK-NOT: math.exp
  // CHECK: return %[[R]]
  %zero = arith.constant dense<0.0> : tensor<2x4xf32>
  %one = arith.constant dense<1.0> : tensor<2x4xf32>
  %max = tosa.reduce_max %x {axis = 1 : i32} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %difference = tosa.sub %x, %max : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %exponentials = math.exp %difference : tensor<2x4xf32>
  %sum = tosa.reduce_sum %exponentials {axis = 1 : i32} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %log = tosa.log %sum : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %both = tosa.add %max, %log : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %exponent = tosa.sub %x, %both : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %softmax = math.exp %exponent : tensor<2x4xf32>
  %same = arith.addf %softmax, %zero : tensor<2x4xf32>
  %result = arith.mulf %one, %same : tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// The input is computed in every op that reads it, and in none alone; the maximum compares what it casts.
#row = affine_map<(d0, d1) -> (d0)>
#all = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @fused(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xbf16>)
func.func @fused(%x: tensor<2x4xbf16>) -> tensor<2x4xbf16> {
  // CHECK: %[[SCALED:.*]] = linalg.generic {{.*}} ins(%[[X]] : tensor<2x4xbf16>) outs(%{{.*}} : tensor<2x4xf32>)
  // CHECK: arith.mulf
  // CHECK: %[[INPUT:.*]] = arith.truncf %[[SCALED]] : tensor<2x4xf32> to tensor<2x4xbf16>
  // CHECK: %[[R:.*]] = transformer.softmax %[[INPUT]] : tensor<2x4xbf16>
  // CHECK-NOT: math.exp
  // CHECK: return %[[R]]
  %eighth = arith.constant 0.125 : f32
  %lowest = arith.constant dense<-3.40282347E+38> : tensor<2xf32>
  %start = arith.constant dense<0.0> : tensor<2xf32>
  %max = linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<2x4xbf16>) outs(%lowest : tensor<2xf32>) {
  ^bb0(%in: bf16, %so_far: f32):
    %0 = arith.extf %in : bf16 to f32
    %1 = arith.mulf %0, %eighth : f32
    %2 = arith.cmpf ogt, %so_far, %1 : f32
    %3 = arith.select %2, %so_far, %1 : f32
    linalg.yield %3 : f32
  } -> tensor<2xf32>
  %sum = linalg.generic {indexing_maps = [#all, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x, %max : tensor<2x4xbf16>, tensor<2xf32>) outs(%start : tensor<2xf32>) {
  ^bb0(%in: bf16, %m: f32, %so_far: f32):
    %0 = arith.extf %in : bf16 to f32
    %1 = arith.mulf %0, %eighth : f32
    %2 = arith.subf %1, %m : f32
    %3 = math.exp %2 : f32
    %4 = arith.addf %3, %so_far : f32
    linalg.yield %4 : f32
  } -> tensor<2xf32>
  %place = tensor.empty() : tensor<2x4xbf16>
  %result = linalg.generic {indexing_maps = [#all, #row, #row, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x, %max, %sum : tensor<2x4xbf16>, tensor<2xf32>, tensor<2xf32>) outs(%place : tensor<2x4xbf16>) {
  ^bb0(%in: bf16, %m: f32, %s: f32, %out: bf16):
    %0 = arith.extf %in : bf16 to f32
    %1 = arith.mulf %0, %eighth : f32
    %2 = arith.subf %1, %m : f32
    %3 = math.exp %2 : f32
    %4 = arith.divf %3, %s : f32
    %5 = arith.truncf %4 : f32 to bf16
    linalg.yield %5 : bf16
  } -> tensor<2x4xbf16>
  return %result : tensor<2x4xbf16>
}

// -----

// The maximum of numbers only, as other compilers reduce.
// CHECK-LABEL: func.func @maxnum(
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>)
func.func @maxnum(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: %[[Y:.*]] = transformer.softmax %[[X]]
  // CHECK-NEXT: return %[[Y]]
  %lowest = arith.constant dense<0xFF800000> : tensor<4xf32>
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %place = tensor.empty() : tensor<4x8xf32>
  %max = linalg.reduce { arith.maxnumf } ins(%x : tensor<4x8xf32>) outs(%lowest : tensor<4xf32>) dimensions = [1]
  %exponentials = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x, %max : tensor<4x8xf32>, tensor<4xf32>) outs(%place : tensor<4x8xf32>) {
  ^bb0(%in: f32, %most: f32, %out: f32):
    %0 = arith.subf %in, %most : f32
    %1 = math.exp %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%exponentials : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %result = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%exponentials, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%place : tensor<4x8xf32>) {
  ^bb0(%in: f32, %total: f32, %out: f32):
    %0 = arith.divf %in, %total : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  return %result : tensor<4x8xf32>
}

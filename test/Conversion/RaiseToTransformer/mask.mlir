// RUN: quant-opt %s --allow-unregistered-dialect --raise-to-transformer --split-input-file --remarks-filter=raise-to-transformer 2>%t.err | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK --input-file %t.err
// RUN: quant-opt %s --allow-unregistered-dialect --raise-to-transformer=mask-arguments --split-input-file | FileCheck %s --check-prefix=FLOAT

// (1 - mask) * -10000, as BERT has it.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#mask = affine_map<(d0, d1, d2) -> (0, d2)>
// CHECK-LABEL: func.func @integers(
// FLOAT-LABEL: func.func @integers(
func.func @integers(%q: tensor<1x3x4xf32>, %k: tensor<1x4x3xf32>, %v: tensor<1x3x4xf32>, %mask: tensor<1x3xi64>) -> tensor<1x3x4xf32> {
  // CHECK-DAG: %[[ONES:.*]] = arith.constant dense<1> : tensor<1x3xi64>
  // CHECK-DAG: %[[VALID:.*]] = arith.cmpi eq, %{{.*}}, %[[ONES]] : tensor<1x3xi64>
  // CHECK: transformer.attention %{{.*}} mask %[[VALID]] {heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64}
  // CHECK-NOT: linalg.softmax
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %low = arith.constant -1.0e4 : f32
  %lowest = arith.constant -3.40282347E+38 : f32
  %zero_number = arith.constant 0 : i64
  %score_place = tensor.empty() : tensor<1x3x3xf32>
  %score_start = linalg.fill ins(%zero : f32) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %scores = linalg.batch_matmul ins(%q, %k : tensor<1x3x4xf32>, tensor<1x4x3xf32>) outs(%score_start : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %masked = linalg.generic {indexing_maps = [#all, #mask, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%scores, %mask : tensor<1x3x3xf32>, tensor<1x3xi64>) outs(%score_place : tensor<1x3x3xf32>) {
  ^bb0(%in: f32, %m: i64, %out: f32):
    %number = arith.sitofp %m : i64 to f32
    %masks = arith.subf %one, %number : f32
    %added = arith.mulf %masks, %low : f32
    %0 = arith.addf %in, %added : f32
    linalg.yield %0 : f32
  } -> tensor<1x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<1x3x3xf32>) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %place = tensor.empty() : tensor<1x3x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %product = linalg.batch_matmul ins(%p, %v : tensor<1x3x3xf32>, tensor<1x3x4xf32>) outs(%start : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  return %product : tensor<1x3x4xf32>
}

// -----

// A truth value for every query and key.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#mask = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-LABEL: func.func @truth(
// FLOAT-LABEL: func.func @truth(
func.func @truth(%q: tensor<1x3x4xf32>, %k: tensor<1x4x3xf32>, %v: tensor<1x3x4xf32>, %mask: tensor<3x3xi1>) -> tensor<1x3x4xf32> {
  // CHECK: transformer.attention %{{.*}} mask %{{.*}} {heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64} {{.*}}tensor<1x3x3xi1>)
  // CHECK-NOT: linalg.softmax
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %low = arith.constant -1.0e4 : f32
  %lowest = arith.constant -3.40282347E+38 : f32
  %zero_number = arith.constant 0 : i64
  %score_place = tensor.empty() : tensor<1x3x3xf32>
  %score_start = linalg.fill ins(%zero : f32) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %scores = linalg.batch_matmul ins(%q, %k : tensor<1x3x4xf32>, tensor<1x4x3xf32>) outs(%score_start : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %masked = linalg.generic {indexing_maps = [#all, #mask, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%scores, %mask : tensor<1x3x3xf32>, tensor<3x3xi1>) outs(%score_place : tensor<1x3x3xf32>) {
  ^bb0(%in: f32, %m: i1, %out: f32):
    %0 = arith.select %m, %in, %lowest : f32
    linalg.yield %0 : f32
  } -> tensor<1x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<1x3x3xf32>) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %place = tensor.empty() : tensor<1x3x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %product = linalg.batch_matmul ins(%p, %v : tensor<1x3x3xf32>, tensor<1x3x4xf32>) outs(%start : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  return %product : tensor<1x3x4xf32>
}

// -----

// True masks.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#mask = affine_map<(d0, d1, d2) -> (0, d2)>
// CHECK-LABEL: func.func @padding(
// FLOAT-LABEL: func.func @padding(
func.func @padding(%q: tensor<1x3x4xf32>, %k: tensor<1x4x3xf32>, %v: tensor<1x3x4xf32>, %mask: tensor<1x3xi1>) -> tensor<1x3x4xf32> {
  // CHECK-DAG: %[[FALSE:.*]] = arith.constant dense<false> : tensor<1x3xi1>
  // CHECK-DAG: %[[VALID:.*]] = arith.cmpi eq, %{{.*}}, %[[FALSE]] : tensor<1x3xi1>
  // CHECK: transformer.attention %{{.*}} mask %[[VALID]] {heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64}
  // CHECK-NOT: linalg.softmax
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %low = arith.constant -1.0e4 : f32
  %lowest = arith.constant -3.40282347E+38 : f32
  %zero_number = arith.constant 0 : i64
  %score_place = tensor.empty() : tensor<1x3x3xf32>
  %score_start = linalg.fill ins(%zero : f32) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %scores = linalg.batch_matmul ins(%q, %k : tensor<1x3x4xf32>, tensor<1x4x3xf32>) outs(%score_start : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %masked = linalg.generic {indexing_maps = [#all, #mask, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%scores, %mask : tensor<1x3x3xf32>, tensor<1x3xi1>) outs(%score_place : tensor<1x3x3xf32>) {
  ^bb0(%in: f32, %m: i1, %out: f32):
    %0 = arith.select %m, %lowest, %in : f32
    linalg.yield %0 : f32
  } -> tensor<1x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<1x3x3xf32>) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %place = tensor.empty() : tensor<1x3x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %product = linalg.batch_matmul ins(%p, %v : tensor<1x3x3xf32>, tensor<1x3x4xf32>) outs(%start : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  return %product : tensor<1x3x4xf32>
}

// -----

// What is 0 in the sum of a causal mask and that of the argument is masked as well, as decoders of Hugging Face have it.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#mask = affine_map<(d0, d1, d2) -> (0, d2)>
// CHECK-LABEL: func.func @causal_and_padding(
// FLOAT-LABEL: func.func @causal_and_padding(
func.func @causal_and_padding(%q: tensor<1x3x4xf32>, %k: tensor<1x4x3xf32>, %v: tensor<1x3x4xf32>, %mask: tensor<1x3xi64>) -> tensor<1x3x4xf32> {
  // CHECK: %[[VALID:.*]] = arith.cmpi ne
  // CHECK: transformer.attention %{{.*}} mask %[[VALID]] {causal, heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64} {{.*}}tensor<1x3xi1>)
  // CHECK-NOT: linalg.softmax
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %low = arith.constant -1.0e4 : f32
  %lowest = arith.constant -3.40282347E+38 : f32
  %zero_number = arith.constant 0 : i64
  %score_place = tensor.empty() : tensor<1x3x3xf32>
  %score_start = linalg.fill ins(%zero : f32) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %scores = linalg.batch_matmul ins(%q, %k : tensor<1x3x4xf32>, tensor<1x4x3xf32>) outs(%score_start : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %masked = linalg.generic {indexing_maps = [#all, #mask, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%scores, %mask : tensor<1x3x3xf32>, tensor<1x3xi64>) outs(%score_place : tensor<1x3x3xf32>) {
  ^bb0(%in: f32, %m: i64, %out: f32):
    %query = linalg.index 1 : index
    %key = linalg.index 2 : index
    %future = arith.cmpi sgt, %key, %query : index
    %causal = arith.select %future, %lowest, %zero : f32
    %number = arith.sitofp %m : i64 to f32
    %sum = arith.addf %causal, %number : f32
    %is_padding = arith.cmpf oeq, %sum, %zero : f32
    %added = arith.select %is_padding, %lowest, %causal : f32
    %0 = arith.addf %in, %added : f32
    linalg.yield %0 : f32
  } -> tensor<1x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<1x3x3xf32>) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %place = tensor.empty() : tensor<1x3x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %product = linalg.batch_matmul ins(%p, %v : tensor<1x3x3xf32>, tensor<1x3x4xf32>) outs(%start : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  return %product : tensor<1x3x4xf32>
}

// -----

// Ids of tokens, of which one stands for padding.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#mask = affine_map<(d0, d1, d2) -> (0, d2)>
// CHECK-LABEL: func.func @padding_ids(
// FLOAT-LABEL: func.func @padding_ids(
func.func @padding_ids(%q: tensor<1x3x4xf32>, %k: tensor<1x4x3xf32>, %v: tensor<1x3x4xf32>, %mask: tensor<1x3xi64>) -> tensor<1x3x4xf32> {
  // CHECK-DAG: %[[PADDING:.*]] = arith.constant dense<7> : tensor<1x3xi64>
  // CHECK: %[[VALID:.*]] = arith.cmpi ne, %{{.*}}, %[[PADDING]] : tensor<1x3xi64>
  // CHECK: transformer.attention %{{.*}} mask %[[VALID]] {heads = 1
  // CHECK-NOT: linalg.softmax
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %low = arith.constant -1.0e4 : f32
  %lowest = arith.constant -3.40282347E+38 : f32
  %padding = arith.constant 7 : i64
  %score_place = tensor.empty() : tensor<1x3x3xf32>
  %score_start = linalg.fill ins(%zero : f32) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %scores = linalg.batch_matmul ins(%q, %k : tensor<1x3x4xf32>, tensor<1x4x3xf32>) outs(%score_start : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %masked = linalg.generic {indexing_maps = [#all, #mask, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%scores, %mask : tensor<1x3x3xf32>, tensor<1x3xi64>) outs(%score_place : tensor<1x3x3xf32>) {
  ^bb0(%in: f32, %m: i64, %out: f32):
    %is_padding = arith.cmpi eq, %m, %padding : i64
    %0 = arith.select %is_padding, %lowest, %in : f32
    linalg.yield %0 : f32
  } -> tensor<1x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<1x3x3xf32>) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %place = tensor.empty() : tensor<1x3x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %product = linalg.batch_matmul ins(%p, %v : tensor<1x3x3xf32>, tensor<1x3x4xf32>) outs(%start : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  return %product : tensor<1x3x4xf32>
}

// -----

// REMARK: looks like a transformer.attention, but what is added to its scores is no mask of known values
// What is computed from an argument, by ops that are not known, may be any number.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#mask = affine_map<(d0, d1, d2) -> (0, d2)>
// CHECK-LABEL: func.func @computed(
// FLOAT-LABEL: func.func @computed(
func.func @computed(%q: tensor<1x3x4xf32>, %k: tensor<1x4x3xf32>, %v: tensor<1x3x4xf32>, %mask: tensor<1x3xi64>) -> tensor<1x3x4xf32> {
  // CHECK-NOT: transformer.attention
  // FLOAT-NOT: transformer.attention
  // CHECK-NOT: linalg.softmax
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %low = arith.constant -1.0e4 : f32
  %lowest = arith.constant -3.40282347E+38 : f32
  %padding = arith.constant 7 : i64
  %score_place = tensor.empty() : tensor<1x3x3xf32>
  %score_start = linalg.fill ins(%zero : f32) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %scores = linalg.batch_matmul ins(%q, %k : tensor<1x3x4xf32>, tensor<1x4x3xf32>) outs(%score_start : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %numbers = "other.numbers"(%mask) : (tensor<1x3xi64>) -> tensor<1x3xf32>
  %masked = linalg.generic {indexing_maps = [#all, #mask, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%scores, %numbers : tensor<1x3x3xf32>, tensor<1x3xf32>) outs(%score_place : tensor<1x3x3xf32>) {
  ^bb0(%in: f32, %m: f32, %out: f32):
    %0 = arith.addf %in, %m : f32
    linalg.yield %0 : f32
  } -> tensor<1x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<1x3x3xf32>) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %place = tensor.empty() : tensor<1x3x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %product = linalg.batch_matmul ins(%p, %v : tensor<1x3x3xf32>, tensor<1x3x4xf32>) outs(%start : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  return %product : tensor<1x3x4xf32>
}

// -----

// REMARK: looks like a transformer.attention, but what is added to its scores is a mask only if the option mask-arguments says so
// Floats may be any; what they are is said by an option.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#mask = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-LABEL: func.func @floats(
// FLOAT-LABEL: func.func @floats(
func.func @floats(%q: tensor<1x3x4xf32>, %k: tensor<1x4x3xf32>, %v: tensor<1x3x4xf32>, %mask: tensor<3x3xf32>) -> tensor<1x3x4xf32> {
  // CHECK-NOT: transformer.attention
  // FLOAT-DAG: %[[LIMIT:.*]] = arith.constant dense<-9.984000e+03> : tensor<1x3x3xf32>
  // FLOAT-DAG: %[[VALID:.*]] = arith.cmpf ogt, %{{.*}}, %[[LIMIT]] : tensor<1x3x3xf32>
  // FLOAT: transformer.attention %{{.*}} mask %[[VALID]] {heads = 1 : i64, kv_heads = 1 : i64, scale = 1.000000e+00 : f64}
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %low = arith.constant -1.0e4 : f32
  %lowest = arith.constant -3.40282347E+38 : f32
  %zero_number = arith.constant 0 : i64
  %score_place = tensor.empty() : tensor<1x3x3xf32>
  %score_start = linalg.fill ins(%zero : f32) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %scores = linalg.batch_matmul ins(%q, %k : tensor<1x3x4xf32>, tensor<1x4x3xf32>) outs(%score_start : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %masked = linalg.generic {indexing_maps = [#all, #mask, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%scores, %mask : tensor<1x3x3xf32>, tensor<3x3xf32>) outs(%score_place : tensor<1x3x3xf32>) {
  ^bb0(%in: f32, %m: f32, %out: f32):
    %0 = arith.addf %in, %m : f32
    linalg.yield %0 : f32
  } -> tensor<1x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<1x3x3xf32>) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %place = tensor.empty() : tensor<1x3x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %product = linalg.batch_matmul ins(%p, %v : tensor<1x3x3xf32>, tensor<1x3x4xf32>) outs(%start : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  return %product : tensor<1x3x4xf32>
}

// -----

// A mask for all heads.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#mask = affine_map<(d0, d1, d2) -> (d2)>
// CHECK-LABEL: func.func @two_heads(
// FLOAT-LABEL: func.func @two_heads(
func.func @two_heads(%q: tensor<2x3x4xf32>, %k: tensor<2x4x3xf32>, %v: tensor<2x3x4xf32>, %mask: tensor<3xi1>) -> tensor<2x3x4xf32> {
  // CHECK: transformer.attention %{{.*}} mask %{{.*}} {heads = 2 : i64, kv_heads = 2 : i64, scale = 1.000000e+00 : f64} {{.*}}tensor<1x3xi1>)
  // CHECK-NOT: linalg.softmax
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %low = arith.constant -1.0e4 : f32
  %lowest = arith.constant -3.40282347E+38 : f32
  %zero_number = arith.constant 0 : i64
  %score_place = tensor.empty() : tensor<2x3x3xf32>
  %score_start = linalg.fill ins(%zero : f32) outs(%score_place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %scores = linalg.batch_matmul ins(%q, %k : tensor<2x3x4xf32>, tensor<2x4x3xf32>) outs(%score_start : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %masked = linalg.generic {indexing_maps = [#all, #mask, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%scores, %mask : tensor<2x3x3xf32>, tensor<3xi1>) outs(%score_place : tensor<2x3x3xf32>) {
  ^bb0(%in: f32, %m: i1, %out: f32):
    %0 = arith.select %m, %in, %lowest : f32
    linalg.yield %0 : f32
  } -> tensor<2x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<2x3x3xf32>) outs(%score_place : tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %place = tensor.empty() : tensor<2x3x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %product = linalg.batch_matmul ins(%p, %v : tensor<2x3x3xf32>, tensor<2x3x4xf32>) outs(%start : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %product : tensor<2x3x4xf32>
}

// -----

// REMARK: looks like a transformer.attention, but what is added to its scores is no mask of known values
// What is added where the argument is 0 is -1, and no mask.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#mask = affine_map<(d0, d1, d2) -> (0, d2)>
// CHECK-LABEL: func.func @scaled(
// FLOAT-LABEL: func.func @scaled(
func.func @scaled(%q: tensor<1x3x4xf32>, %k: tensor<1x4x3xf32>, %v: tensor<1x3x4xf32>, %mask: tensor<1x3xi64>) -> tensor<1x3x4xf32> {
  // CHECK-NOT: transformer.attention
  // FLOAT-NOT: transformer.attention
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %low = arith.constant -1.0e4 : f32
  %lowest = arith.constant -3.40282347E+38 : f32
  %zero_number = arith.constant 0 : i64
  %score_place = tensor.empty() : tensor<1x3x3xf32>
  %score_start = linalg.fill ins(%zero : f32) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %scores = linalg.batch_matmul ins(%q, %k : tensor<1x3x4xf32>, tensor<1x4x3xf32>) outs(%score_start : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %masked = linalg.generic {indexing_maps = [#all, #mask, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%scores, %mask : tensor<1x3x3xf32>, tensor<1x3xi64>) outs(%score_place : tensor<1x3x3xf32>) {
  ^bb0(%in: f32, %m: i64, %out: f32):
    %number = arith.sitofp %m : i64 to f32
    %added = arith.subf %number, %one : f32
    %0 = arith.addf %in, %added : f32
    linalg.yield %0 : f32
  } -> tensor<1x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<1x3x3xf32>) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %place = tensor.empty() : tensor<1x3x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %product = linalg.batch_matmul ins(%p, %v : tensor<1x3x3xf32>, tensor<1x3x4xf32>) outs(%start : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  return %product : tensor<1x3x4xf32>
}

// -----

// REMARK: looks like a transformer.attention, but what is added to its scores is no mask of known values
// A bias that grows with the distance, known as it is, is no mask.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#mask = affine_map<(d0, d1, d2) -> (0, d2)>
// CHECK-LABEL: func.func @bias(
// FLOAT-LABEL: func.func @bias(
func.func @bias(%q: tensor<1x3x4xf32>, %k: tensor<1x4x3xf32>, %v: tensor<1x3x4xf32>, %mask: tensor<1x3xi64>) -> tensor<1x3x4xf32> {
  // CHECK-NOT: transformer.attention
  // FLOAT-NOT: transformer.attention
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %low = arith.constant -1.0e4 : f32
  %lowest = arith.constant -3.40282347E+38 : f32
  %zero_number = arith.constant 0 : i64
  %score_place = tensor.empty() : tensor<1x3x3xf32>
  %score_start = linalg.fill ins(%zero : f32) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %scores = linalg.batch_matmul ins(%q, %k : tensor<1x3x4xf32>, tensor<1x4x3xf32>) outs(%score_start : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %masked = linalg.generic {indexing_maps = [#all, #mask, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%scores, %mask : tensor<1x3x3xf32>, tensor<1x3xi64>) outs(%score_place : tensor<1x3x3xf32>) {
  ^bb0(%in: f32, %m: i64, %out: f32):
    %query = linalg.index 1 : index
    %key = linalg.index 2 : index
    %distance = arith.subi %key, %query : index
    %cast = arith.index_cast %distance : index to i64
    %number = arith.sitofp %cast : i64 to f32
    %0 = arith.addf %in, %number : f32
    linalg.yield %0 : f32
  } -> tensor<1x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<1x3x3xf32>) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %place = tensor.empty() : tensor<1x3x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %product = linalg.batch_matmul ins(%p, %v : tensor<1x3x3xf32>, tensor<1x3x4xf32>) outs(%start : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  return %product : tensor<1x3x4xf32>
}

// -----

// A window around every query, as ModernBERT has it.
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#mask = affine_map<(d0, d1, d2) -> (0, d2)>
// CHECK-LABEL: func.func @window(
// FLOAT-LABEL: func.func @window(
func.func @window(%q: tensor<1x3x4xf32>, %k: tensor<1x4x3xf32>, %v: tensor<1x3x4xf32>, %mask: tensor<1x3xi64>) -> tensor<1x3x4xf32> {
  // CHECK-DAG: %[[WINDOW:.*]] = arith.constant dense<{{\[\[}}[true, true, false], [true, true, true], [false, true, true]]]> : tensor<1x3x3xi1>
  // CHECK: transformer.attention %{{.*}} mask %[[WINDOW]] {heads = 1
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %low = arith.constant -1.0e4 : f32
  %lowest = arith.constant -3.40282347E+38 : f32
  %one_number = arith.constant 1 : i64
  %score_place = tensor.empty() : tensor<1x3x3xf32>
  %score_start = linalg.fill ins(%zero : f32) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %scores = linalg.batch_matmul ins(%q, %k : tensor<1x3x4xf32>, tensor<1x4x3xf32>) outs(%score_start : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %masked = linalg.generic {indexing_maps = [#all, #mask, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%scores, %mask : tensor<1x3x3xf32>, tensor<1x3xi64>) outs(%score_place : tensor<1x3x3xf32>) {
  ^bb0(%in: f32, %m: i64, %out: f32):
    %query = linalg.index 1 : index
    %key = linalg.index 2 : index
    %distance = arith.subi %key, %query : index
    %cast = arith.index_cast %distance : index to i64
    %far = math.absi %cast : i64
    %outside = arith.cmpi sgt, %far, %one_number : i64
    %0 = arith.select %outside, %lowest, %in : f32
    linalg.yield %0 : f32
  } -> tensor<1x3x3xf32>
  %p = linalg.softmax dimension(2) ins(%masked : tensor<1x3x3xf32>) outs(%score_place : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %place = tensor.empty() : tensor<1x3x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%place : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %product = linalg.batch_matmul ins(%p, %v : tensor<1x3x3xf32>, tensor<1x3x4xf32>) outs(%start : tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  return %product : tensor<1x3x4xf32>
}

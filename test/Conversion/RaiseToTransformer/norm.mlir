// RUN: quant-opt %s --raise-to-transformer --split-input-file | FileCheck %s

// A square by `fpowi`, the root by `rsqrt`, an op in each generic.
#row = affine_map<(d0, d1) -> (d0, 0)>
#all = affine_map<(d0, d1) -> (d0, d1)>
#channel = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: func.func @rms_norm(
// CHECK-SAME: %[[X:.*]]: tensor<?x4xf32>, %[[G:.*]]: tensor<4xf32>, %{{.*}}: tensor<?x1xf32>)
func.func @rms_norm(%x: tensor<?x4xf32>, %g: tensor<4xf32>, %row: tensor<?x1xf32>) -> tensor<?x4xf32> {
  // CHECK: %[[R:.*]] = transformer.rms_norm %[[X]] scale %[[G]] {epsilon = 9.9999999999999995E-7 : f64}
  // CHECK-NEXT: return %[[R]]
  %two = arith.constant 2 : i32
  %zero = arith.constant 0.0 : f64
  %four = arith.constant 4.0 : f64
  %epsilon = arith.constant 1.0e-6 : f64
  %squares = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x4xf32>) outs(%x : tensor<?x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.fpowi %in, %two : f32, i32
    linalg.yield %0 : f32
  } -> tensor<?x4xf32>
  %wide = arith.extf %row : tensor<?x1xf32> to tensor<?x1xf64>
  %start = linalg.fill ins(%zero : f64) outs(%wide : tensor<?x1xf64>) -> tensor<?x1xf64>
  %sum = linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "reduction"]}
      ins(%squares : tensor<?x4xf32>) outs(%start : tensor<?x1xf64>) {
  ^bb0(%in: f32, %so_far: f64):
    %0 = arith.extf %in : f32 to f64
    %1 = arith.addf %so_far, %0 : f64
    linalg.yield %1 : f64
  } -> tensor<?x1xf64>
  %root = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel"]}
      ins(%sum : tensor<?x1xf64>) outs(%row : tensor<?x1xf32>) {
  ^bb0(%in: f64, %out: f32):
    %0 = arith.divf %in, %four : f64
    %1 = arith.addf %0, %epsilon : f64
    %2 = math.rsqrt %1 : f64
    %3 = arith.truncf %2 : f64 to f32
    linalg.yield %3 : f32
  } -> tensor<?x1xf32>
  %normed = linalg.generic {indexing_maps = [#all, #row, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x, %root : tensor<?x4xf32>, tensor<?x1xf32>) outs(%x : tensor<?x4xf32>) {
  ^bb0(%in: f32, %r: f32, %out: f32):
    %0 = arith.mulf %in, %r : f32
    linalg.yield %0 : f32
  } -> tensor<?x4xf32>
  %scaled = linalg.generic {indexing_maps = [#channel, #all, #all], iterator_types = ["parallel", "parallel"]}
      ins(%g, %normed : tensor<4xf32>, tensor<?x4xf32>) outs(%x : tensor<?x4xf32>) {
  ^bb0(%scale: f32, %in: f32, %out: f32):
    %0 = arith.mulf %scale, %in : f32
    linalg.yield %0 : f32
  } -> tensor<?x4xf32>
  return %scaled : tensor<?x4xf32>
}

// -----

// The mean by a factor inside of the sum, the root by `sqrt` and a division, scale and all in one generic.
#row = affine_map<(d0, d1) -> (d0)>
#all = affine_map<(d0, d1) -> (d0, d1)>
#channel = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: func.func @rms_norm_fused(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>, %[[G:.*]]: tensor<4xf32>)
func.func @rms_norm_fused(%x: tensor<2x4xf32>, %g: tensor<4xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[R:.*]] = transformer.rms_norm %[[X]] scale %[[G]] {epsilon = 5.000000e-01 : f64}
  // CHECK-NEXT: return %[[R]]
  %zero = arith.constant 0.0 : f32
  %two = arith.constant 2.0 : f32
  %quarter = arith.constant 0.25 : f32
  %epsilon = arith.constant 0.5 : f32
  %empty = tensor.empty() : tensor<2xf32>
  %start = linalg.fill ins(%zero : f32) outs(%empty : tensor<2xf32>) -> tensor<2xf32>
  %mean = linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<2x4xf32>) outs(%start : tensor<2xf32>) {
  ^bb0(%in: f32, %so_far: f32):
    %0 = math.powf %in, %two : f32
    %1 = arith.mulf %0, %quarter : f32
    %2 = arith.addf %1, %so_far : f32
    linalg.yield %2 : f32
  } -> tensor<2xf32>
  %place = tensor.empty() : tensor<2x4xf32>
  %result = linalg.generic {indexing_maps = [#all, #row, #channel, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x, %mean, %g : tensor<2x4xf32>, tensor<2xf32>, tensor<4xf32>) outs(%place : tensor<2x4xf32>) {
  ^bb0(%in: f32, %m: f32, %scale: f32, %out: f32):
    %0 = arith.addf %epsilon, %m : f32
    %1 = math.sqrt %0 : f32
    %2 = arith.mulf %in, %scale : f32
    %3 = arith.divf %2, %1 : f32
    linalg.yield %3 : f32
  } -> tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// CHECK-LABEL: func.func @rms_norm_tosa(
// CHECK-SAME: %[[X:.*]]: tensor<1x2x4xf32>, %[[G:.*]]: tensor<4xf32>)
func.func @rms_norm_tosa(%x: tensor<1x2x4xf32>, %g: tensor<4xf32>) -> tensor<1x2x4xf32> {
  // CHECK: %[[R:.*]] = transformer.rms_norm %[[X]] scale %[[G]]
  // CHECK-NOT: tosa.rsqrt
  // CHECK: return %[[R]]
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %four = "tosa.const"() <{values = dense<4.0> : tensor<1x1x1xf32>}> : () -> tensor<1x1x1xf32>
  %two = "tosa.const"() <{values = dense<2.0> : tensor<1x1x1xf32>}> : () -> tensor<1x1x1xf32>
  %epsilon = "tosa.const"() <{values = dense<1.0e-5> : tensor<1x1x1xf32>}> : () -> tensor<1x1x1xf32>
  %squares = tosa.pow %x, %two : (tensor<1x2x4xf32>, tensor<1x1x1xf32>) -> tensor<1x2x4xf32>
  %sum = tosa.reduce_sum %squares {axis = 2 : i32} : (tensor<1x2x4xf32>) -> tensor<1x2x1xf32>
  %inverse = tosa.reciprocal %four : (tensor<1x1x1xf32>) -> tensor<1x1x1xf32>
  %mean = tosa.mul %inverse, %sum, %shift : (tensor<1x1x1xf32>, tensor<1x2x1xf32>, tensor<1xi8>) -> tensor<1x2x1xf32>
  %shifted = tosa.add %mean, %epsilon : (tensor<1x2x1xf32>, tensor<1x1x1xf32>) -> tensor<1x2x1xf32>
  %root = tosa.rsqrt %shifted : (tensor<1x2x1xf32>) -> tensor<1x2x1xf32>
  %normed = tosa.mul %x, %root, %shift : (tensor<1x2x4xf32>, tensor<1x2x1xf32>, tensor<1xi8>) -> tensor<1x2x4xf32>
  %shape = tosa.const_shape {values = dense<[1, 1, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %scale = tosa.reshape %g, %shape : (tensor<4xf32>, !tosa.shape<3>) -> tensor<1x1x4xf32>
  %result = tosa.mul %scale, %normed, %shift : (tensor<1x1x4xf32>, tensor<1x2x4xf32>, tensor<1xi8>) -> tensor<1x2x4xf32>
  return %result : tensor<1x2x4xf32>
}

// -----

// Mean and variance in f64, the latter multiplied by itself; scale and shift in ops of their own.
#row = affine_map<(d0, d1) -> (d0)>
#all = affine_map<(d0, d1) -> (d0, d1)>
#channel = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: func.func @layer_norm(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>, %[[G:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<4xf32>)
func.func @layer_norm(%x: tensor<2x4xf32>, %g: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[R:.*]] = transformer.layer_norm %[[X]] scale %[[G]] shift %[[B]] {epsilon = 5.000000e-01 : f64}
  // CHECK-NEXT: return %[[R]]
  %zero = arith.constant 0.0 : f64
  %four = arith.constant 4.0 : f64
  %epsilon = arith.constant 0.5 : f64
  %one = arith.constant 1.0 : f32
  %empty = tensor.empty() : tensor<2xf64>
  %start = linalg.fill ins(%zero : f64) outs(%empty : tensor<2xf64>) -> tensor<2xf64>
  %sum = linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<2x4xf32>) outs(%start : tensor<2xf64>) {
  ^bb0(%in: f32, %so_far: f64):
    %0 = arith.extf %in : f32 to f64
    %1 = arith.addf %0, %so_far : f64
    linalg.yield %1 : f64
  } -> tensor<2xf64>
  %place = tensor.empty() : tensor<2x4xf32>
  %centred = linalg.generic {indexing_maps = [#all, #row, #all], iterator_types = ["parallel", "parallel"]}
      ins(%x, %sum : tensor<2x4xf32>, tensor<2xf64>) outs(%place : tensor<2x4xf32>) {
  ^bb0(%in: f32, %s: f64, %out: f32):
    %0 = arith.divf %s, %four : f64
    %1 = arith.truncf %0 : f64 to f32
    %2 = arith.negf %1 : f32
    %3 = arith.addf %2, %in : f32
    linalg.yield %3 : f32
  } -> tensor<2x4xf32>
  %squares = linalg.generic {indexing_maps = [#all, #row], iterator_types = ["parallel", "reduction"]}
      ins(%centred : tensor<2x4xf32>) outs(%start : tensor<2xf64>) {
  ^bb0(%in: f32, %so_far: f64):
    %0 = arith.extf %in : f32 to f64
    %1 = arith.mulf %0, %0 : f64
    %2 = arith.addf %1, %so_far : f64
    linalg.yield %2 : f64
  } -> tensor<2xf64>
  %normed = linalg.generic {indexing_maps = [#all, #row, #all], iterator_types = ["parallel", "parallel"]}
      ins(%centred, %squares : tensor<2x4xf32>, tensor<2xf64>) outs(%place : tensor<2x4xf32>) {
  ^bb0(%in: f32, %s: f64, %out: f32):
    %0 = arith.divf %s, %four : f64
    %1 = arith.addf %0, %epsilon : f64
    %2 = arith.truncf %1 : f64 to f32
    %3 = math.sqrt %2 : f32
    %4 = arith.divf %one, %3 : f32
    %5 = arith.mulf %in, %4 : f32
    linalg.yield %5 : f32
  } -> tensor<2x4xf32>
  %result = linalg.generic {indexing_maps = [#all, #channel, #channel, #all], iterator_types = ["parallel", "parallel"]}
      ins(%normed, %g, %b : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%place : tensor<2x4xf32>) {
  ^bb0(%in: f32, %scale: f32, %shift: f32, %out: f32):
    %0 = arith.mulf %in, %scale : f32
    %1 = arith.addf %0, %shift : f32
    linalg.yield %1 : f32
  } -> tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// Of a multiple of a tensor, with a scale that is computed from constants.
// CHECK-LABEL: func.func @multiple(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @multiple(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[1.500000e+00, 2.000000e+00, 0.000000e+00, 1.000000e+00]> : tensor<4xf32>
  // CHECK-DAG: %[[INPUT:.*]] = arith.mulf %[[X]], %{{.*}} : tensor<2x4xf32>
  // CHECK: %[[R:.*]] = transformer.rms_norm %[[INPUT]] scale %[[SCALE]] {epsilon = 5.000000e-01 : f64}
  // CHECK-NEXT: return %[[R]]
  %start = arith.constant dense<0.0> : tensor<2xf32>
  %ten = arith.constant dense<10.0> : tensor<2x4xf32>
  %quarter = arith.constant dense<0.25> : tensor<2xf32>
  %epsilon = arith.constant dense<0.5> : tensor<2xf32>
  %ones = arith.constant dense<1.0> : tensor<4xf32>
  %learned = arith.constant dense<[0.5, 1.0, -1.0, 0.0]> : tensor<4xf32>
  %empty = tensor.empty() : tensor<2x4xf32>
  %input = arith.mulf %x, %ten : tensor<2x4xf32>
  %squares = arith.mulf %input, %input : tensor<2x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<2x4xf32>) outs(%start : tensor<2xf32>) dimensions = [1]
  %mean = arith.mulf %sum, %quarter : tensor<2xf32>
  %shifted = arith.addf %mean, %epsilon : tensor<2xf32>
  %root = math.rsqrt %shifted : tensor<2xf32>
  %roots = linalg.broadcast ins(%root : tensor<2xf32>) outs(%empty : tensor<2x4xf32>) dimensions = [1]
  %normed = arith.mulf %input, %roots : tensor<2x4xf32>
  %scale = arith.addf %ones, %learned : tensor<4xf32>
  %scales = linalg.broadcast ins(%scale : tensor<4xf32>) outs(%empty : tensor<2x4xf32>) dimensions = [0]
  %result = arith.mulf %normed, %scales : tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// Every head has a scale of its own: factors of the channels of all heads.
#heads = affine_map<(d0, d1, d2) -> (d1, d2)>
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-LABEL: func.func @scale_of_heads(
// CHECK-SAME: %[[X:.*]]: tensor<3x2x2xf32>)
func.func @scale_of_heads(%x: tensor<3x2x2xf32>) -> tensor<3x2x2xf32> {
  // CHECK-DAG: %[[FACTORS:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<4xf32>
  // CHECK-DAG: %[[NORM:.*]] = transformer.rms_norm %[[X]]
  // CHECK-DAG: %[[JOINED:.*]] = tensor.collapse_shape %[[NORM]] {{.*}} : tensor<3x2x2xf32> into tensor<3x4xf32>
  // CHECK: %[[SCALED:.*]] = transformer.scale %[[JOINED]] by %[[FACTORS]] : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  // CHECK: %[[R:.*]] = tensor.expand_shape %[[SCALED]] {{.*}} : tensor<3x4xf32> into tensor<3x2x2xf32>
  // CHECK-NEXT: return %[[R]]
  %norm = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
  %scales = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %place = tensor.empty() : tensor<3x2x2xf32>
  %result = linalg.generic {indexing_maps = [#heads, #all, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%scales, %norm : tensor<2x2xf32>, tensor<3x2x2xf32>) outs(%place : tensor<3x2x2xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %0 = arith.mulf %in, %in_1 : f32
    linalg.yield %0 : f32
  } -> tensor<3x2x2xf32>
  return %result : tensor<3x2x2xf32>
}

// -----

// The mean of a product with 1/K that an op of its own makes, and its inverse by division.
#row = affine_map<(d0, d1) -> (d0)>
#all = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @divided_before(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @divided_before(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R:.*]] = transformer.layer_norm %[[X]] {epsilon = 5.000000e-01 : f64} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  // CHECK-NEXT: return %[[R]]
  %quarter = arith.constant dense<0.25> : tensor<2x4xf32>
  %four = arith.constant 4.0 : f32
  %epsilon = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %start = arith.constant dense<0.0> : tensor<2xf32>
  %place = tensor.empty() : tensor<2x4xf32>
  %quarters = arith.mulf %x, %quarter : tensor<2x4xf32>
  %mean = linalg.reduce { arith.addf } ins(%quarters : tensor<2x4xf32>) outs(%start : tensor<2xf32>) dimensions = [1]
  %means = linalg.broadcast ins(%mean : tensor<2xf32>) outs(%place : tensor<2x4xf32>) dimensions = [1]
  %centred = arith.subf %x, %means : tensor<2x4xf32>
  %squares = arith.mulf %centred, %centred : tensor<2x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<2x4xf32>) outs(%start : tensor<2xf32>) dimensions = [1]
  %result = linalg.generic {indexing_maps = [#all, #row, #all], iterator_types = ["parallel", "parallel"]}
      ins(%centred, %sum : tensor<2x4xf32>, tensor<2xf32>) outs(%place : tensor<2x4xf32>) {
  ^bb0(%in: f32, %s: f32, %out: f32):
    %0 = arith.divf %s, %four : f32
    %1 = arith.addf %0, %epsilon : f32
    %2 = math.sqrt %1 : f32
    %3 = arith.divf %one, %2 : f32
    %4 = arith.mulf %in, %3 : f32
    linalg.yield %4 : f32
  } -> tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// A number that multiplies a norm is no scale where it is a part of a GELU.
// CHECK-LABEL: func.func @then_gelu(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @then_gelu(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[N:.*]] = transformer.rms_norm %[[X]] {epsilon = 5.000000e-01 : f64}
  // CHECK-NEXT: %[[R:.*]] = transformer.gelu %[[N]]<erf>
  // CHECK-NEXT: return %[[R]]
  %start = arith.constant dense<0.0> : tensor<2xf32>
  %quarter = arith.constant dense<0.25> : tensor<2xf32>
  %epsilon = arith.constant dense<0.5> : tensor<2xf32>
  %half = arith.constant dense<0.5> : tensor<2x4xf32>
  %root_of_half = arith.constant dense<0.707106769> : tensor<2x4xf32>
  %one = arith.constant dense<1.0> : tensor<2x4xf32>
  %empty = tensor.empty() : tensor<2x4xf32>
  %squares = arith.mulf %x, %x : tensor<2x4xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<2x4xf32>) outs(%start : tensor<2xf32>) dimensions = [1]
  %mean = arith.mulf %sum, %quarter : tensor<2xf32>
  %shifted = arith.addf %mean, %epsilon : tensor<2xf32>
  %root = math.rsqrt %shifted : tensor<2xf32>
  %roots = linalg.broadcast ins(%root : tensor<2xf32>) outs(%empty : tensor<2x4xf32>) dimensions = [1]
  %normed = arith.mulf %x, %roots : tensor<2x4xf32>
  %scaled = arith.mulf %normed, %root_of_half : tensor<2x4xf32>
  %erf = math.erf %scaled : tensor<2x4xf32>
  %curve = arith.addf %erf, %one : tensor<2x4xf32>
  %halved = arith.mulf %normed, %half : tensor<2x4xf32>
  %result = arith.mulf %halved, %curve : tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

// Squares and roots as powers, by ops of linalg.
// CHECK-LABEL: func.func @named_powers(
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>)
func.func @named_powers(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: %[[Y:.*]] = transformer.rms_norm %[[X]] {epsilon = 9.99{{.*}}E-7
  // CHECK-NEXT: return %[[Y]]
  %two = arith.constant dense<2.0> : tensor<4x8xf32>
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %count = arith.constant dense<8.0> : tensor<4xf32>
  %epsilon = arith.constant dense<1.0e-6> : tensor<4xf32>
  %place = tensor.empty() : tensor<4x8xf32>
  %row_place = tensor.empty() : tensor<4xf32>
  %squares = linalg.powf ins(%x, %two : tensor<4x8xf32>, tensor<4x8xf32>) outs(%place : tensor<4x8xf32>) -> tensor<4x8xf32>
  %sum = linalg.reduce { arith.addf } ins(%squares : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) dimensions = [1]
  %mean = linalg.div ins(%sum, %count : tensor<4xf32>, tensor<4xf32>) outs(%row_place : tensor<4xf32>) -> tensor<4xf32>
  %shifted = linalg.add ins(%mean, %epsilon : tensor<4xf32>, tensor<4xf32>) outs(%row_place : tensor<4xf32>) -> tensor<4xf32>
  %root = linalg.rsqrt ins(%shifted : tensor<4xf32>) outs(%row_place : tensor<4xf32>) -> tensor<4xf32>
  %factors = linalg.broadcast ins(%root : tensor<4xf32>) outs(%place : tensor<4x8xf32>) dimensions = [1]
  %result = linalg.mul ins(%x, %factors : tensor<4x8xf32>, tensor<4x8xf32>) outs(%place : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %result : tensor<4x8xf32>
}

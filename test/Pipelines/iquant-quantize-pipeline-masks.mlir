// RUN: quant-opt %s --iquant-quantize-pipeline=mask-arguments | FileCheck %s
// RUN: quant-opt %s --iquant-quantize-pipeline=mask-arguments | quant-opt --iquant-to-cpu-pipeline | FileCheck %s --check-prefix=CPU
// RUN: not quant-opt %s --iquant-quantize-pipeline 2>&1 | FileCheck %s --check-prefix=NONE

// A mask of floats is compared as fixed point; without the option, nobody knows that it is one.
// CPU: llvm.func @masked
// NONE: error: 'transformer.linear' op expects a constant weight

#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#mask = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-LABEL: func.func @masked(
// CHECK-SAME: %[[MASK:.*]]: !iquant.fixed<3x3xi32, 14>)
func.func @masked(%q: tensor<1x3x4xf32>, %k: tensor<1x4x3xf32>, %v: tensor<1x3x4xf32>, %mask: tensor<3x3xf32>) -> tensor<1x3x4xf32> {
  // CHECK-DAG: %[[LIMIT:.*]] = arith.constant dense<-163577856> : tensor<1x3x3xi32>
  // CHECK: %[[VALID:.*]] = arith.cmpi sgt, %{{.*}}, %{{.*}} : tensor<1x3x3xi32>
  // CHECK: iquant.attention {{.*}} mask %[[VALID]]
  %zero = arith.constant 0.0 : f32
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

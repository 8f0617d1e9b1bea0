// RUN: quant-opt %s --iquant-quantize-pipeline=max-positions=8 | FileCheck %s
// RUN: quant-opt %s --iquant-quantize-pipeline=max-positions=8 | quant-opt --iquant-to-cpu-pipeline | FileCheck %s --check-prefix=CPU
// RUN: not quant-opt %s --iquant-quantize-pipeline 2>&1 | FileCheck %s --check-prefix=NONE

// Angles of positions that are an argument become tables of as many positions as the option says; without it, cosines
// are left, which no integers stand for.
// CPU: llvm.func @rotated
// NONE: error: 'linalg.generic' op has no integer form

#id = affine_map<(d0, d1) -> (d0)>
#pair = affine_map<(d0, d1) -> (d1)>
#row = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @rotated(
// CHECK-SAME: %[[X:.*]]: !iquant.fixed<3x4xi32, 14>, %[[P:.*]]: tensor<3xi64>)
func.func @rotated(%x: tensor<3x4xf32>, %positions: tensor<3xi64>) -> tensor<3x4xf32> {
  // CHECK-COUNT-2: tensor<8x2xi16>
  // CHECK: iquant.rope %[[X]]<half> by %{{.*}}, %{{.*}} at %[[P]] {heads = 1 : i64}
  %frequencies = arith.constant dense<[1.0, 0.25]> : tensor<2xf32>
  %angles = tensor.empty() : tensor<3x2xf32>
  %angle = linalg.generic {indexing_maps = [#id, #pair, #row], iterator_types = ["parallel", "parallel"]}
      ins(%positions, %frequencies : tensor<3xi64>, tensor<2xf32>) outs(%angles : tensor<3x2xf32>) {
  ^bb0(%p: i64, %f: f32, %out: f32):
    %p0 = arith.sitofp %p : i64 to f32
    %p1 = arith.mulf %p0, %f : f32
    linalg.yield %p1 : f32
  } -> tensor<3x2xf32>
  %cosine = math.cos %angle : tensor<3x2xf32>
  %sine = math.sin %angle : tensor<3x2xf32>
  %first = tensor.extract_slice %x[0, 0] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %second = tensor.extract_slice %x[0, 2] [3, 2] [1, 1] : tensor<3x4xf32> to tensor<3x2xf32>
  %0 = arith.mulf %first, %cosine : tensor<3x2xf32>
  %1 = arith.mulf %second, %sine : tensor<3x2xf32>
  %2 = arith.subf %0, %1 : tensor<3x2xf32>
  %3 = arith.mulf %first, %sine : tensor<3x2xf32>
  %4 = arith.mulf %second, %cosine : tensor<3x2xf32>
  %5 = arith.addf %3, %4 : tensor<3x2xf32>
  %result = tensor.concat dim(1) %2, %5 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}

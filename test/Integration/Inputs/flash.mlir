// What IREE 3.13 makes of torch.scaled_dot_product_attention for a CPU (`iree-compile
// --mlir-print-ir-after=iree-linalg-ext-decompose-attention`), without its buffers and layouts: blocks of heads, queries
// and channels of values around a loop over blocks of keys, with powers of 2.
func.func @main(%4: tensor<4x32x16xf32>, %5: tensor<4x64x16xf32>, %6: tensor<4x64x16xf32>) -> tensor<4x32x16xf32> {
  %c4 = arith.constant 4 : index
  %c64 = arith.constant 64 : index
  %cst = arith.constant 1.000000e+00 : f32
  %cst_0 = arith.constant -3.40282347E+38 : f32
  %cst_1 = arith.constant 0.000000e+00 : f32
  %cst_2 = arith.constant 2.500000e-01 : f32
  %c0 = arith.constant 0 : index
  %7 = tensor.empty() : tensor<4x32x16xf32>
  %8 = scf.forall (%arg0, %arg1) = (0, 0) to (4, 32) step (1, 16) shared_outs(%arg2 = %7) -> (tensor<4x32x16xf32>) {
    %extracted_slice = tensor.extract_slice %arg2[%arg0, %arg1, 0] [1, 16, 16] [1, 1, 1] : tensor<4x32x16xf32> to tensor<1x16x16xf32>
    %9 = scf.forall (%arg3, %arg4) = (0, 0) to (16, 16) step (2, 4) shared_outs(%arg5 = %extracted_slice) -> (tensor<1x16x16xf32>) {
      %10 = affine.apply affine_map<()[s0, s1] -> (s0 + s1)>()[%arg3, %arg1]
      %extracted_slice_3 = tensor.extract_slice %4[%arg0, %10, 0] [1, 2, 16] [1, 1, 1] : tensor<4x32x16xf32> to tensor<1x2x16xf32>
      %11 = tensor.empty() : tensor<1x2x4xf32>
      %12 = linalg.fill ins(%cst_1 : f32) outs(%11 : tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
      %13 = tensor.empty() : tensor<1x2xf32>
      %14 = linalg.fill ins(%cst_0 : f32) outs(%13 : tensor<1x2xf32>) -> tensor<1x2xf32>
      %15 = tensor.empty() : tensor<1x2xf32>
      %16 = linalg.fill ins(%cst_1 : f32) outs(%15 : tensor<1x2xf32>) -> tensor<1x2xf32>
      %17:3 = scf.for %arg6 = %c0 to %c64 step %c4 iter_args(%arg7 = %12, %arg8 = %14, %arg9 = %16) -> (tensor<1x2x4xf32>, tensor<1x2xf32>, tensor<1x2xf32>) {
        %extracted_slice_5 = tensor.extract_slice %5[%arg0, %arg6, 0] [1, 4, 16] [1, 1, 1] : tensor<4x64x16xf32> to tensor<1x4x16xf32>
        %extracted_slice_6 = tensor.extract_slice %6[%arg0, %arg6, %arg4] [1, 4, 4] [1, 1, 1] : tensor<4x64x16xf32> to tensor<1x4x4xf32>
        %cst_7 = arith.constant 1.44269502 : f32
        %19 = arith.mulf %cst_2, %cst_7 : f32
        %20 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> ()>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%19 : f32) outs(%extracted_slice_3 : tensor<1x2x16xf32>) {
        ^bb0(%in: f32, %out: f32):
          %32 = arith.mulf %in, %out : f32
          linalg.yield %32 : f32
        } -> tensor<1x2x16xf32>
        %21 = tensor.empty() : tensor<1x2x4xf32>
        %cst_8 = arith.constant 0.000000e+00 : f32
        %22 = linalg.fill ins(%cst_8 : f32) outs(%21 : tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
        %23 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>, affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>], iterator_types = ["parallel", "parallel", "reduction", "parallel"]} ins(%20, %extracted_slice_5 : tensor<1x2x16xf32>, tensor<1x4x16xf32>) outs(%22 : tensor<1x2x4xf32>) {
        ^bb0(%in: f32, %in_9: f32, %out: f32):
          %32 = arith.mulf %in, %in_9 : f32
          %33 = arith.addf %32, %out : f32
          linalg.yield %33 : f32
        } -> tensor<1x2x4xf32>
        %24 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} outs(%23 : tensor<1x2x4xf32>) {
        ^bb0(%out: f32):
          linalg.yield %out : f32
        } -> tensor<1x2x4xf32>
        %25 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%24 : tensor<1x2x4xf32>) outs(%arg8 : tensor<1x2xf32>) {
        ^bb0(%in: f32, %out: f32):
          %32 = arith.maximumf %in, %out : f32
          linalg.yield %32 : f32
        } -> tensor<1x2xf32>
        %26 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%25 : tensor<1x2xf32>) outs(%arg8 : tensor<1x2xf32>) {
        ^bb0(%in: f32, %out: f32):
          %32 = arith.subf %out, %in : f32
          %33 = math.exp2 %32 : f32
          linalg.yield %33 : f32
        } -> tensor<1x2xf32>
        %27 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%26 : tensor<1x2xf32>) outs(%arg9 : tensor<1x2xf32>) {
        ^bb0(%in: f32, %out: f32):
          %32 = arith.mulf %in, %out : f32
          linalg.yield %32 : f32
        } -> tensor<1x2xf32>
        %28 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%25 : tensor<1x2xf32>) outs(%24 : tensor<1x2x4xf32>) {
        ^bb0(%in: f32, %out: f32):
          %32 = arith.subf %out, %in : f32
          %33 = math.exp2 %32 : f32
          linalg.yield %33 : f32
        } -> tensor<1x2x4xf32>
        %29 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%28 : tensor<1x2x4xf32>) outs(%27 : tensor<1x2xf32>) {
        ^bb0(%in: f32, %out: f32):
          %32 = arith.addf %in, %out : f32
          linalg.yield %32 : f32
        } -> tensor<1x2xf32>
        %30 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%26 : tensor<1x2xf32>) outs(%arg7 : tensor<1x2x4xf32>) {
        ^bb0(%in: f32, %out: f32):
          %32 = arith.mulf %in, %out : f32
          linalg.yield %32 : f32
        } -> tensor<1x2x4xf32>
        %31 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%28, %extracted_slice_6 : tensor<1x2x4xf32>, tensor<1x4x4xf32>) outs(%30 : tensor<1x2x4xf32>) {
        ^bb0(%in: f32, %in_9: f32, %out: f32):
          %32 = arith.mulf %in, %in_9 : f32
          %33 = arith.addf %32, %out : f32
          linalg.yield %33 : f32
        } -> tensor<1x2x4xf32>
        scf.yield %31, %25, %29 : tensor<1x2x4xf32>, tensor<1x2xf32>, tensor<1x2xf32>
      }
      %extracted_slice_4 = tensor.extract_slice %arg5[0, %arg3, %arg4] [1, 2, 4] [1, 1, 1] : tensor<1x16x16xf32> to tensor<1x2x4xf32>
      %18 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%17#2, %17#0 : tensor<1x2xf32>, tensor<1x2x4xf32>) outs(%extracted_slice_4 : tensor<1x2x4xf32>) {
      ^bb0(%in: f32, %in_5: f32, %out: f32):
        %19 = arith.divf %cst, %in : f32
        %20 = arith.mulf %19, %in_5 : f32
        linalg.yield %20 : f32
      } -> tensor<1x2x4xf32>
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %18 into %arg5[%c0, %arg3, %arg4] [1, 2, 4] [1, 1, 1] : tensor<1x2x4xf32> into tensor<1x16x16xf32>
      }
    }
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %9 into %arg2[%arg0, %arg1, 0] [1, 16, 16] [1, 1, 1] : tensor<1x16x16xf32> into tensor<4x32x16xf32>
    }
  }
  return %8 : tensor<4x32x16xf32>
}

// RUN: quant-opt %s -verify-diagnostics --remark-format=emitRemark --remarks-filter=vectorize-contractions \
// RUN:   --pass-pipeline="builtin.module(func.func(vectorize-contractions))"

// Each contraction says what became of it; a generic that is none says nothing.

#m = affine_map<(m, n, k) -> (m, k)>
#n = affine_map<(m, n, k) -> (n, k)>
#k = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>

func.func @contractions(%a: memref<8x16xf32>, %b: memref<16x8xf32>, %strided: memref<8x16xf32, strided<[32, 2]>>,
                        %double: memref<8x16xf64>, %sum: memref<8x8xf32>, %wide: memref<8x8xf64>) {
  // expected-remark@+1 {{[Passed] VectorizeContractions | Category:vectorize-contractions | Function=contractions | Remark="a product of rows became vector loops"}}
  linalg.generic {indexing_maps = [#m, #n, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %a : memref<8x16xf32>, memref<8x16xf32>) outs(%sum : memref<8x8xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %p = arith.mulf %x, %y : f32
    %r = arith.addf %s, %p : f32
    linalg.yield %r : f32
  }
  // expected-remark@+1 {{Remark="a weighted sum of rows became vector loops"}}
  linalg.generic {indexing_maps = [#m, #k, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x16xf32>, memref<16x8xf32>) outs(%sum : memref<8x8xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %p = arith.mulf %x, %y : f32
    %r = arith.addf %s, %p : f32
    linalg.yield %r : f32
  }
  // expected-remark@+1 {{[Missed] VectorizeContractions | Category:vectorize-contractions | Function=contractions | Remark="a contraction stays a scalar loop: a row of it is not contiguous"}}
  linalg.generic {indexing_maps = [#m, #n, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %strided : memref<8x16xf32>, memref<8x16xf32, strided<[32, 2]>>) outs(%sum : memref<8x8xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %p = arith.mulf %x, %y : f32
    %r = arith.addf %s, %p : f32
    linalg.yield %r : f32
  }
  // expected-remark@+1 {{stays a scalar loop: its sums are neither i32 of codes of 8 or 16 bits nor f32}}
  linalg.generic {indexing_maps = [#m, #n, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%double, %double : memref<8x16xf64>, memref<8x16xf64>) outs(%wide : memref<8x8xf64>) {
  ^bb0(%x: f64, %y: f64, %s: f64):
    %p = arith.mulf %x, %y : f64
    %r = arith.addf %s, %p : f64
    linalg.yield %r : f64
  }
  // expected-remark@+1 {{stays a scalar loop: it is neither a product nor a weighted sum of rows}}
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, #k, #c],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%b, %b : memref<16x8xf32>, memref<16x8xf32>) outs(%sum : memref<8x8xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %p = arith.mulf %x, %y : f32
    %r = arith.addf %s, %p : f32
    linalg.yield %r : f32
  }
  // No contraction: a sum of differences.
  linalg.generic {indexing_maps = [#m, #n, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %a : memref<8x16xf32>, memref<8x16xf32>) outs(%sum : memref<8x8xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %p = arith.subf %x, %y : f32
    %r = arith.addf %s, %p : f32
    linalg.yield %r : f32
  }
  return
}

func.func @batch(%a: memref<2x8x16xf32>, %sum: memref<2x8x8xf32>) {
  // expected-remark@+1 {{stays a scalar loop: it has other loops than rows, columns and one sum}}
  linalg.generic {indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (b, n, k)>,
                                   affine_map<(b, m, n, k) -> (b, m, n)>],
                  iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%a, %a : memref<2x8x16xf32>, memref<2x8x16xf32>) outs(%sum : memref<2x8x8xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %p = arith.mulf %x, %y : f32
    %r = arith.addf %s, %p : f32
    linalg.yield %r : f32
  }
  return
}

func.func @tensors(%a: tensor<8x16xf32>, %sum: tensor<8x8xf32>) -> tensor<8x8xf32> {
  // expected-remark@+1 {{stays a scalar loop: it is not on buffers}}
  %0 = linalg.generic {indexing_maps = [#m, #n, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %a : tensor<8x16xf32>, tensor<8x16xf32>) outs(%sum : tensor<8x8xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %p = arith.mulf %x, %y : f32
    %r = arith.addf %s, %p : f32
    linalg.yield %r : f32
  } -> tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}

// RUN: quant-opt %s --iquant-pack-weights=tiles=2x2 | FileCheck %s

// The codes of two output and two input channels lie together, the tiles of one
// pair of output channels in a row; the third channels leave halves of tiles
// empty.
func.func @project(%x: !iquant.dyn<?x3xui8>) -> !iquant.fixed<?x3xi32, 14> {
  %codes = arith.constant dense<[[1, 2, 3], [4, 5, 6], [7, 8, 9]]> : tensor<3x3xi8>
  %multipliers = arith.constant dense<32768> : tensor<3xi32>
  %exponents = arith.constant dense<20> : tensor<3xi32>
  %sums = arith.constant dense<[6, 15, 24]> : tensor<3xi32>
  %weight = iquant.compose %codes, %multipliers, %exponents, %sums : (tensor<3x3xi8>, tensor<3xi32>, tensor<3xi32>, tensor<3xi32>) -> !iquant.weight<3x3xsi8>
  %result = iquant.linear %x, %weight : (!iquant.dyn<?x3xui8>, !iquant.weight<3x3xsi8>) -> !iquant.fixed<?x3xi32, 14>
  return %result : !iquant.fixed<?x3xi32, 14>
}

// CHECK: %[[CODES:.*]] = arith.constant dense<{{\[\[\[\[}}1, 2], [4, 5]], {{\[\[}}3, 0], [6, 0]]], {{\[\[\[}}7, 8], [0, 0]], {{\[\[}}9, 0], [0, 0]]]]> : tensor<2x2x2x2xi8>
// CHECK: %[[WEIGHT:.*]] = iquant.compose %[[CODES]], {{.*}} -> !iquant.weight<3x3xsi8, #iquant.tiles<2x2>>
// CHECK: iquant.linear %{{.*}}, %[[WEIGHT]]

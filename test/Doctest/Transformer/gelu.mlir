// RUN: quant-run run %s --function example --engine=reference | FileCheck %s

// The first two forms differ from the fourth digit on, the third from the second.
func.func @example() -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
  %x = arith.constant dense<[[-2.0, -0.5, 0.5, 2.0]]> : tensor<1x4xf32>
  %erf = transformer.gelu %x<erf> : tensor<1x4xf32>
  %tanh = transformer.gelu %x<tanh> : tensor<1x4xf32>
  %sigmoid = transformer.gelu %x<sigmoid> : tensor<1x4xf32>
  return %erf, %tanh, %sigmoid : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}

// CHECK{LITERAL}: tensor<1x4xf32> [[-0.0455003, -0.154269, 0.345731, 1.9545]]
// CHECK-NEXT{LITERAL}: tensor<1x4xf32> [[-0.0454023, -0.154286, 0.345714, 1.9546]]
// CHECK-NEXT{LITERAL}: tensor<1x4xf32> [[-0.0643414, -0.149612, 0.350388, 1.93566]]

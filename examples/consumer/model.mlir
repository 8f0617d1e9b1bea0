// One linear layer and its activation, as the consumer converts them.
func.func @layer(%x: tensor<2x4xf32>) -> tensor<2x2xf32> {
  %weight = arith.constant dense<[[0.5, -0.25, 1.0, 0.0], [2.0, 0.125, -1.0, 0.75]]> : tensor<2x4xf32>
  %0 = transformer.linear %x, %weight : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x2xf32>
  %1 = transformer.silu %0 : tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

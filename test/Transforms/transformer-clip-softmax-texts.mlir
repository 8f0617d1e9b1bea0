// RUN: not quant-opt %s --transformer-clip-softmax 2>&1 | FileCheck %s

// Texts of different lengths cannot be of one attention.
// CHECK: error: expects statistics of one attention at least, got none: the sequences of query, key and value do not belong together
func.func @mixed(%q: tensor<?x2xf32>, %k: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %0 = transformer.observe %q "q" {statistics = #transformer.statistics<count = 2, min = dense<0.0> : tensor<2xf32>, max = dense<0.0> : tensor<2xf32>, mean = dense<0.0> : tensor<2xf32>, deviation = dense<0.0> : tensor<2xf32>, absmax = dense<0.0> : tensor<2xf32>,
    sequences = dense<[[[0.4, -1.0], [-1.9, 0.1]]]> : tensor<1x2x2xf32>>} : tensor<?x2xf32>
  %1 = transformer.observe %k "k" {statistics = #transformer.statistics<count = 3, min = dense<0.0> : tensor<2xf32>, max = dense<0.0> : tensor<2xf32>, mean = dense<0.0> : tensor<2xf32>, deviation = dense<0.0> : tensor<2xf32>, absmax = dense<0.0> : tensor<2xf32>,
    sequences = dense<[[[-0.9, 0.7], [-1.1, -2.6], [-1.0, 1.6]]]> : tensor<1x3x2xf32>>} : tensor<?x2xf32>
  %2 = transformer.attention %0, %1, %0 {heads = 1, kv_heads = 1} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  return %2 : tensor<?x2xf32>
}

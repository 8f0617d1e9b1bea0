// RUN: quant-opt %s --transformer-clip-softmax="strategy=exaq-rule bits=2" | FileCheck %s

// The deviation of all scores is 1, and the published line for 2 bits is
// -1.66 times that, minus 1.85.
func.func @f(%q: tensor<?x4xf32>, %k: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = transformer.attention %q, %k, %k {heads = 2, kv_heads = 2, causal, scores = "scores",
      statistics = #transformer.statistics<count = 100,
          min = dense<-9.0> : tensor<2xf32>, max = dense<0.0> : tensor<2xf32>, mean = dense<-3.0> : tensor<2xf32>,
          deviation = dense<1.0> : tensor<2xf32>, absmax = dense<9.0> : tensor<2xf32>>}
    : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// CHECK: clip = #transformer.clip<bits = 2, at = [-3.510000e+00]>

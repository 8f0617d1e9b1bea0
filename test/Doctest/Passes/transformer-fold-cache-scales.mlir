// RUN: quant-opt %s --transformer-fold-cache-scales | FileCheck %s

// The first channel of the keys reaches four times as far as the second. Both
// get the range 2: the key's rows are halved and doubled, those of the query,
// and of the scores nobody sees it.
func.func @f(%x: tensor<?x2xf32>, %q: tensor<2x2xf32>, %value: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %weight = arith.constant dense<[[1.0, 1.0], [1.0, -1.0]]> : tensor<2x2xf32>
  %query = transformer.linear %x, %weight : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %key = transformer.linear %x, %weight : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %k = transformer.observe %key "key" {statistics = #transformer.statistics<count = 100,
      min = dense<[-4.0, -1.0]> : tensor<2xf32>, max = dense<[3.0, 0.5]> : tensor<2xf32>,
      mean = dense<0.0> : tensor<2xf32>, deviation = dense<1.0> : tensor<2xf32>,
      absmax = dense<[4.0, 1.0]> : tensor<2xf32>>} : tensor<?x2xf32>
  %v = transformer.observe %value "value" {statistics = #transformer.statistics<count = 100,
      min = dense<-3.0> : tensor<2xf32>, max = dense<1.0> : tensor<2xf32>,
      mean = dense<0.0> : tensor<2xf32>, deviation = dense<1.0> : tensor<2xf32>,
      absmax = dense<[3.0, 1.0]> : tensor<2xf32>>} : tensor<?x2xf32>
  %result = transformer.attention %query, %k, %v {heads = 1, kv_heads = 1, causal} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  return %result : tensor<?x2xf32>
}

// CHECK-LABEL: func.func @f(
// CHECK-DAG: %[[WQ:.*]] = arith.constant dense<{{\[}}[2.000000e+00, 2.000000e+00], [5.000000e-01, -5.000000e-01]]>
// CHECK-DAG: %[[WK:.*]] = arith.constant dense<{{\[}}[5.000000e-01, 5.000000e-01], [2.000000e+00, -2.000000e+00]]>
// CHECK: transformer.linear %{{.*}}, %[[WQ]]
// CHECK: transformer.linear %{{.*}}, %[[WK]]
// CHECK: %[[K:.*]] = transformer.clamp %{{.*}} to [2.000000e+00]
// The values are an argument, which nothing can scale: one range for the head.
// CHECK: %[[V:.*]] = transformer.clamp %{{.*}} to [3.000000e+00]
// CHECK: transformer.attention %{{.*}}, %[[K]], %[[V]]

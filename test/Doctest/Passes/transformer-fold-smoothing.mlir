// RUN: quant-opt %s --transformer-fold-smoothing="strategy=alpha alpha=0.5" | FileCheck %s

// The first channel of the norm's result reaches 16 times as far as the second,
// the weight's columns equally far: the square root of 16 moves over.
func.func @f(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %scale = arith.constant dense<[8.0, 1.0]> : tensor<2xf32>
  %normed = transformer.rms_norm %x scale %scale {epsilon = 1.0e-5} : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %observed = transformer.observe %normed "normed" {statistics = #transformer.statistics<count = 100,
      min = dense<[-16.0, -1.0]> : tensor<2xf32>, max = dense<[12.0, 0.5]> : tensor<2xf32>,
      mean = dense<0.0> : tensor<2xf32>, deviation = dense<[5.0, 0.25]> : tensor<2xf32>,
      absmax = dense<[16.0, 1.0]> : tensor<2xf32>>} : tensor<?x2xf32>
  %weight = arith.constant dense<[[1.0, -1.0], [0.5, 0.25]]> : tensor<2x2xf32>
  %result = transformer.linear %observed, %weight : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %result : tensor<?x2xf32>
}

// CHECK-LABEL: func.func @f(
// CHECK: %[[SCALE:.*]] = arith.constant dense<[4.000000e+00, 2.000000e+00]>
// CHECK: transformer.rms_norm %{{.*}} scale %[[SCALE]]
// CHECK: transformer.observe %{{.*}} "normed" : tensor<?x2xf32>
// CHECK: %[[WEIGHT:.*]] = arith.constant dense<{{\[}}[2.000000e+00, -5.000000e-01], [1.000000e+00, 1.250000e-01]]>
// CHECK: transformer.linear %{{.*}}, %[[WEIGHT]]

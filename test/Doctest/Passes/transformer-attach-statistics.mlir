// RUN: quant-opt %s --transformer-attach-statistics=file=%S/Inputs/statistics.json | FileCheck %s

func.func @active(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %gate = transformer.observe %x "gate" : tensor<?x2xf32>
  %result = transformer.silu %gate : tensor<?x2xf32>
  return %result : tensor<?x2xf32>
}

// CHECK: transformer.observe %arg0 "gate" {statistics = #transformer.statistics<count = 3,
// CHECK-SAME: min = dense<[-1.000000e+00, 0.000000e+00]> : tensor<2xf32>,
// CHECK-SAME: absmax = dense<[1.000000e+00, 7.500000e-01]> : tensor<2xf32>>} : tensor<?x2xf32>

// RUN: quant-opt %s --transformer-fold-smoothing --split-input-file | FileCheck %s
// RUN: quant-opt %s --transformer-fold-smoothing --split-input-file -o /dev/null \
// RUN:   --remarks-filter=transformer-fold-smoothing --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: not quant-opt %s --transformer-fold-smoothing=row-group=-1 --split-input-file 2>&1 | FileCheck %s --check-prefix=GROUP

// GROUP: expects a row group of 0 or more channels, got -1

// The first channel is 1000 times the second, whose codes were all 0. An alpha
// of 0, which looks at the weight alone, leaves next to no error.
// CHECK-LABEL: func.func @outlier
// CHECK: transformer.rms_norm %{{.*}} scale %
// CHECK-NOT: dense<1.000000e+00> : tensor<2x2xf32>
// CHECK: return
// REMARK: [Passed] Smoothed | {{.*}}alpha=0.000000e+00, error=5.0{{.*}}, left={{.*}}e-08, place=outlier.rms_norm.0, scales=2
func.func @outlier(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %n = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %o = transformer.observe %n "n" {statistics = #transformer.statistics<count = 2, min = dense<0.0> : tensor<2xf32>,
    max = dense<[1000.0, 1.0]> : tensor<2xf32>, mean = dense<0.0> : tensor<2xf32>, deviation = dense<0.0> : tensor<2xf32>,
    absmax = dense<[1000.0, 1.0]> : tensor<2xf32>, rows = dense<[[1000.0, 1.0], [50.0, 0.4]]> : tensor<2x2xf32>>} : tensor<?x2xf32>
  %w = arith.constant dense<[[0.001, 1.0], [0.0, 1.0]]> : tensor<2x2xf32>
  %0 = transformer.linear %o, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// -----

// No alpha is better than none where 8 bits lose nothing; and statistics
// without rows say nothing of an error.
// CHECK-LABEL: func.func @declined
// CHECK-COUNT-2: transformer.rms_norm %{{.*}} {epsilon
// REMARK: [Missed] NotSmoothed | {{.*}}"not smoothed, since no alpha leaves a smaller error"
// REMARK: [Missed] NotSmoothed | {{.*}}"not smoothed, since the statistics have no rows of what 'transformer.rms_norm' gives, in function 'declined'"
func.func @declined(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %n = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %o = transformer.observe %n "n" {statistics = #transformer.statistics<count = 1, min = dense<0.0> : tensor<2xf32>,
    max = dense<[1.0, 0.0]> : tensor<2xf32>, mean = dense<0.0> : tensor<2xf32>, deviation = dense<0.0> : tensor<2xf32>,
    absmax = dense<[1.0, 0.0]> : tensor<2xf32>, rows = dense<0.0> : tensor<1x2xf32>>} : tensor<?x2xf32>
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %0 = transformer.linear %o, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %m = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %p = transformer.observe %m "m" {statistics = #transformer.statistics<count = 1, min = dense<0.0> : tensor<2xf32>,
    max = dense<1.0> : tensor<2xf32>, mean = dense<0.0> : tensor<2xf32>, deviation = dense<0.0> : tensor<2xf32>,
    absmax = dense<1.0> : tensor<2xf32>>} : tensor<?x2xf32>
  %1 = transformer.linear %p, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %0, %1 : tensor<?x2xf32>, tensor<?x2xf32>
}

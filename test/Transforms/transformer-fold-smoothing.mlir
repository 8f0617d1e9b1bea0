// RUN: quant-opt %s --transformer-fold-smoothing="strategy=alpha alpha=1" --split-input-file | FileCheck %s
// RUN: quant-opt %s --transformer-fold-smoothing="strategy=alpha alpha=1" --split-input-file -o /dev/null \
// RUN:   --remarks-filter=transformer-fold-smoothing --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK

// Query heads share the scales of their value head: with alpha 1 the largest
// magnitude of either decides, 4 and 1; their geometric mean is 2.
// CHECK-LABEL: func.func @values
// CHECK: arith.constant dense<{{\[}}[5.000000e-01], [2.000000e+00]]> : tensor<2x1xf32>
// CHECK: transformer.linear %{{.*}} bias
// CHECK: arith.constant dense<{{\[}}[2.000000e+00, 5.000000e-01, 2.000000e+00, 5.000000e-01]]> : tensor<1x4xf32>
// REMARK: fold-smoothing.mlir:[[#@LINE+4]]:{{.*}} remark: [Passed] Smoothed | {{.*}}Remark="divided its channels by scales", alpha=1.000000e+00, place=values.linear.0, scales=2
func.func @values(%x: tensor<?x1xf32>, %q: tensor<?x4xf32>, %k: tensor<?x2xf32>) -> tensor<?x1xf32> {
  %w = arith.constant dense<1.0> : tensor<2x1xf32>
  %b = arith.constant dense<1.0> : tensor<2xf32>
  %v = transformer.linear %x, %w bias %b : (tensor<?x1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %a = transformer.attention %q, %k, %v {heads = 2 : i64, kv_heads = 1 : i64}
    : (tensor<?x4xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x4xf32>
  %o = transformer.observe %a "a" {statistics = #transformer.statistics<count = 1,
    min = dense<0.0> : tensor<4xf32>, max = dense<[1.0, 1.0, 4.0, 0.5]> : tensor<4xf32>, mean = dense<0.0> : tensor<4xf32>,
    deviation = dense<0.0> : tensor<4xf32>, absmax = dense<[1.0, 1.0, 4.0, 0.5]> : tensor<4xf32>>} : tensor<?x4xf32>
  %p = arith.constant dense<1.0> : tensor<1x4xf32>
  %0 = transformer.linear %o, %p : (tensor<?x4xf32>, tensor<1x4xf32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}

// -----

// Query against key: the query is divided, the key multiplied. A rotary
// embedding ties the channels of a pair, 0 and 2, 1 and 3. Largest magnitudes
// of the query's pairs are 16 and 1, so the scales are 4 and 1/4.
// CHECK-LABEL: func.func @scores
// CHECK: arith.constant dense<{{\[}}[2.500000e-01], [4.000000e+00], [2.500000e-01], [4.000000e+00]]>
// CHECK: arith.constant dense<{{\[}}[4.000000e+00], [2.500000e-01], [4.000000e+00], [2.500000e-01]]>
// REMARK: [Passed] Smoothed | {{.*}}place=q_proj, scales=2
func.func @scores(%x: tensor<?x1xf32>, %v: tensor<?x4xf32>, %f: tensor<2xf32>, %at: index) -> tensor<?x4xf32> {
  %wq = arith.constant dense<1.0> : tensor<4x1xf32>
  %q = transformer.linear %x, %wq : (tensor<?x1xf32>, tensor<4x1xf32>) -> tensor<?x4xf32> loc("q_proj")
  %wk = arith.constant dense<1.0> : tensor<4x1xf32>
  %k = transformer.linear %x, %wk : (tensor<?x1xf32>, tensor<4x1xf32>) -> tensor<?x4xf32>
  %qr = transformer.rope %q<half> by %f at %at {heads = 1 : i64, max_positions = 8 : i64} : (tensor<?x4xf32>, tensor<2xf32>, index) -> tensor<?x4xf32>
  %kr = transformer.rope %k<half> by %f at %at {heads = 1 : i64, max_positions = 8 : i64} : (tensor<?x4xf32>, tensor<2xf32>, index) -> tensor<?x4xf32>
  %qo = transformer.observe %qr "q" {statistics = #transformer.statistics<count = 1, min = dense<0.0> : tensor<4xf32>,
    max = dense<[16.0, 1.0, 2.0, 1.0]> : tensor<4xf32>, mean = dense<0.0> : tensor<4xf32>, deviation = dense<0.0> : tensor<4xf32>,
    absmax = dense<[16.0, 1.0, 2.0, 1.0]> : tensor<4xf32>>} : tensor<?x4xf32>
  %ko = transformer.observe %kr "k" {statistics = #transformer.statistics<count = 1, min = dense<0.0> : tensor<4xf32>,
    max = dense<1.0> : tensor<4xf32>, mean = dense<0.0> : tensor<4xf32>, deviation = dense<0.0> : tensor<4xf32>,
    absmax = dense<1.0> : tensor<4xf32>>} : tensor<?x4xf32>
  %a = transformer.attention %qo, %ko, %v {heads = 1 : i64, kv_heads = 1 : i64} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %a : tensor<?x4xf32>
}

// -----

// The up projection meets the down projection through the SwiGLU; the gate has
// no factors, and its remark says so. A norm without a scale gets one.
// CHECK-LABEL: func.func @feed_forward
// CHECK: %[[SCALE:.*]] = arith.constant dense<[5.000000e-01, 2.000000e+00]> : tensor<2xf32>
// CHECK: transformer.rms_norm %{{.*}} scale %[[SCALE]]
// CHECK-DAG: %[[GATE:.*]] = arith.constant dense<{{\[}}[2.000000e+00, 5.000000e-01], [2.000000e+00, 5.000000e-01]]>
// CHECK-DAG: %[[UP:.*]] = arith.constant dense<{{\[}}[2.500000e-01, 6.250000e-02], [1.600000e+01, 4.000000e+00]]>
// CHECK: %[[G:.*]] = transformer.linear %{{.*}}, %[[GATE]]
// CHECK: %[[U:.*]] = transformer.linear %{{.*}}, %[[UP]]
// CHECK: transformer.swiglu %[[G]], %[[U]]
// CHECK: %[[DOWN:.*]] = arith.constant dense<{{\[}}[8.000000e+00, 1.250000e-01]]>
// CHECK: transformer.linear %{{.*}}, %[[DOWN]]
// REMARK: remark: [Passed] Smoothed | {{.*}}place=feed_forward.rms_norm.0
// REMARK: remark: [Passed] Smoothed | {{.*}}place=feed_forward.linear.1
func.func @feed_forward(%x: tensor<?x2xf32>) -> tensor<?x1xf32> {
  %n = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %no = transformer.observe %n "n" {statistics = #transformer.statistics<count = 1, min = dense<0.0> : tensor<2xf32>,
    max = dense<[2.0, 0.5]> : tensor<2xf32>, mean = dense<0.0> : tensor<2xf32>, deviation = dense<0.0> : tensor<2xf32>,
    absmax = dense<[2.0, 0.5]> : tensor<2xf32>>} : tensor<?x2xf32>
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %gate = transformer.linear %no, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %up = transformer.linear %no, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %h = transformer.swiglu %gate, %up : tensor<?x2xf32>
  %ho = transformer.observe %h "h" {statistics = #transformer.statistics<count = 1, min = dense<0.0> : tensor<2xf32>,
    max = dense<[64.0, 1.0]> : tensor<2xf32>, mean = dense<0.0> : tensor<2xf32>, deviation = dense<0.0> : tensor<2xf32>,
    absmax = dense<[64.0, 1.0]> : tensor<2xf32>>} : tensor<?x2xf32>
  %wd = arith.constant dense<1.0> : tensor<1x2xf32>
  %0 = transformer.linear %ho, %wd : (tensor<?x2xf32>, tensor<1x2xf32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}

// -----

// Places without statistics stay as they are, as long as there is another one;
// so do those whose scales are 1.
// CHECK-LABEL: func.func @declined
// CHECK-COUNT-2: arith.constant dense<1.000000e+00>
// REMARK: remark: [Missed] NotSmoothed | {{.*}}"not smoothed, since no observer has statistics of what 'transformer.rms_norm' gives, in function 'declined'"
// REMARK: remark: [Missed] NotSmoothed | {{.*}}"not smoothed, since all scales are 1"
func.func @declined(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %g = arith.constant dense<1.0> : tensor<2xf32>
  %n = transformer.rms_norm %x scale %g {epsilon = 1.0e-5} : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %0 = transformer.linear %n, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %m = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %o = transformer.observe %m "m" {statistics = #transformer.statistics<count = 1, min = dense<0.0> : tensor<2xf32>,
    max = dense<1.0> : tensor<2xf32>, mean = dense<0.0> : tensor<2xf32>, deviation = dense<0.0> : tensor<2xf32>,
    absmax = dense<1.0> : tensor<2xf32>>} : tensor<?x2xf32>
  %v = arith.constant dense<3.0> : tensor<2x2xf32>
  %1 = transformer.linear %o, %v : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %0, %1 : tensor<?x2xf32>, tensor<?x2xf32>
}

// RUN: quant-opt %s --transformer-clip-softmax="strategy=exaq-rule bits=2" -split-input-file | FileCheck %s --check-prefix=RULE
// RUN: quant-opt %s --transformer-clip-softmax="strategy=exaq-rule bits=4 per-head floor=zero" -split-input-file | FileCheck %s --check-prefix=HEADS
// RUN: quant-opt %s --transformer-clip-softmax="strategy=exaq-mse bits=2 per-head width=16" -split-input-file | FileCheck %s --check-prefix=MSE
// RUN: quant-opt %s --transformer-clip-softmax="strategy=fixed at=-5 bits=3 rounding=dithered" -split-input-file | FileCheck %s --check-prefix=FIXED
// RUN: quant-opt %s --transformer-clip-softmax="strategy=exaq-rule bits=3" -split-input-file -o /dev/null \
// RUN:   --remarks-filter=transformer-clip-softmax --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: not quant-opt %s --transformer-clip-softmax="strategy=fixed at=1" -split-input-file 2>&1 | FileCheck %s --check-prefix=AT
// RUN: not quant-opt %s --transformer-clip-softmax="width=12" -split-input-file 2>&1 | FileCheck %s --check-prefix=WIDTH
// RUN: not quant-opt %s --transformer-clip-softmax="budget=0" -split-input-file 2>&1 | FileCheck %s --check-prefix=BUDGET
// RUN: not quant-opt %s --transformer-clip-softmax="bits=6" -split-input-file 2>&1 | FileCheck %s --check-prefix=BITS
// RUN: not quant-opt %s --transformer-clip-softmax="strategy=exaq-rule bits=5" -split-input-file 2>&1 | FileCheck %s --check-prefix=RULE5
// RUN: not quant-opt %s --transformer-clip-softmax="bits=8" -split-input-file 2>&1 | FileCheck %s --check-prefix=SOUGHT8
// RUN: quant-opt %s --transformer-clip-softmax="strategy=fixed bits=8 at=-12" -split-input-file | FileCheck %s --check-prefix=DEFAULT
// RUN: quant-opt %s --transformer-clip-softmax="strategy=fixed bits=5 at=-6.6 floor=zero" -split-input-file | FileCheck %s --check-prefix=INDEX
// RUN: not quant-opt %s --transformer-clip-softmax -split-input-file 2>&1 | FileCheck %s --check-prefix=NONE

// AT: error: expects the option 'at' to be negative and finite, got 1
// WIDTH: error: expects a width of 8 or 16 bits, got 12
// BUDGET: error: expects a positive budget, got 0
// BITS: Cannot find option named '6'
// RULE5: error: expects 2, 3 or 4 bits, for which EXAQ has a rule, got 5
// SOUGHT8: error: expects 2, 3, 4 or 5 bits, for which a clip is sought, got 8
// DEFAULT: #transformer.clip<bits = 8, at = [-1.200000e+01]>
// IntAttention's table.
// INDEX: #transformer.clip<bits = 5, at = [-6.6{{0*}}e+00], floor = zero>
// NONE: error: expects statistics of one attention at least, got none: no observer has statistics of an argument

// One clip for all heads: their pooled variance is (1 + 4) / 2 + 1, as the means
// are 1 on both sides of theirs. -1.66 * sqrt(3.5) - 1.85 is -4.96.
// RULE-LABEL: func.func @heads
// RULE: clip = #transformer.clip<bits = 2, at = [-4.955{{.*}}]>
// HEADS-LABEL: func.func @heads
// HEADS: clip = #transformer.clip<bits = 4, at = [-4.100{{.*}}, -5.930{{.*}}], floor = zero>
// The published table has -3.18 for the first mean and deviation.
// MSE-LABEL: func.func @heads
// MSE: clip = #transformer.clip<bits = 2, at = [-2.9{{.*}}, -3.7{{.*}}], width = 16>
// FIXED-LABEL: func.func @heads
// FIXED: clip = #transformer.clip<bits = 3, at = [-5.000000e+00], rounding = dithered>
// REMARK: [Passed] Clipped | Category:transformer-clip-softmax | {{.*}}bits=3{{.*}}highest=-5.33{{.*}}lowest=-5.33
func.func @heads(%q: tensor<?x4xf32>, %k: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = transformer.attention %q, %k, %k {heads = 2, kv_heads = 2, scores = "s", statistics = #transformer.statistics<count = 9,
    min = dense<[-9.0, -20.0]> : tensor<2xf32>, max = dense<0.0> : tensor<2xf32>, mean = dense<[-2.65, -4.65]> : tensor<2xf32>,
    deviation = dense<[1.0, 2.0]> : tensor<2xf32>, absmax = dense<[9.0, 20.0]> : tensor<2xf32>>}
    : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// -----

// No clip below the smallest score; a head whose scores are all the same has
// some clip. Attentions without statistics are declined, and softmax ops, unless
// the clip is given.
// RULE-LABEL: func.func @small
// RULE: clip = #transformer.clip<bits = 2, at = [-1.500000e+00]>
// RULE: clip = #transformer.clip<bits = 2, at = [-1.85{{.*}}]>
// RULE: transformer.attention
// RULE-NOT: clip
// FIXED-LABEL: func.func @small
// FIXED-COUNT-4: clip = #transformer.clip<bits = 3, at = [-5.000000e+00], rounding = dithered>
// REMARK: [Missed] NotClipped | Category:transformer-clip-softmax | {{.*}}not clipped, since there are no statistics of its scores
// REMARK: [Missed] NotClipped | Category:transformer-clip-softmax | {{.*}}not clipped, since there are no statistics of its scores
func.func @small(%q: tensor<?x4xf32>, %k: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = transformer.attention %q, %k, %k {heads = 1, kv_heads = 1, scores = "s", statistics = #transformer.statistics<count = 9,
    min = dense<-1.5> : tensor<1xf32>, max = dense<0.0> : tensor<1xf32>, mean = dense<-1.0> : tensor<1xf32>,
    deviation = dense<0.5> : tensor<1xf32>, absmax = dense<1.5> : tensor<1xf32>>}
    : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = transformer.attention %0, %k, %k {heads = 1, kv_heads = 1, scores = "t", statistics = #transformer.statistics<count = 9,
    min = dense<0.0> : tensor<1xf32>, max = dense<0.0> : tensor<1xf32>, mean = dense<0.0> : tensor<1xf32>,
    deviation = dense<0.0> : tensor<1xf32>, absmax = dense<0.0> : tensor<1xf32>>}
    : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %2 = transformer.attention %1, %k, %k {heads = 1, kv_heads = 1} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %3 = transformer.softmax %2 : tensor<?x4xf32>
  return %3 : tensor<?x4xf32>
}

// -----

// A function without attention has nothing to clip, which is no error.
// RULE-LABEL: func.func @nothing
func.func @nothing(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

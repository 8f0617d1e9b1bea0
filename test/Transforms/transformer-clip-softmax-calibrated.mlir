// RUN: quant-opt %s --transformer-clip-softmax="bits=2" | FileCheck %s
// RUN: quant-opt %s --transformer-clip-softmax="bits=2 width=16 rounding=dithered" | FileCheck %s --check-prefix=WIDE
// RUN: quant-opt %s --transformer-clip-softmax="bits=2" -o /dev/null \
// RUN:   --remarks-filter=transformer-clip-softmax --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=TWO
// RUN: quant-opt %s --transformer-clip-softmax="bits=auto budget=0.5" | FileCheck %s --check-prefix=LARGE
// RUN: quant-opt %s --transformer-clip-softmax="bits=auto budget=0.00002" | FileCheck %s --check-prefix=SMALL
// RUN: not quant-opt %s --transformer-clip-softmax="bits=auto budget=1e-9" 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: quant-opt %s --transformer-clip-softmax="strategy=exaq-rule bits=auto budget=0.0015" -o /dev/null \
// RUN:   --remarks-filter=transformer-clip-softmax --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=RULE

// NONE: error: expects a budget that 4 bits can meet, got 1e-09, and an error of

// Each head gets thresholds and the weights of its codes; what it was found with is
// gone, other statistics are there.
// CHECK-LABEL: func.func @f
// CHECK: transformer.observe %{{.*}} "q" {statistics = #transformer.statistics<count = 64, min = {{[^=]*}}, max = {{[^=]*}}, mean = {{[^=]*}}, deviation = {{[^=]*}}, absmax = {{[^=]*}}>}
// CHECK: clip = #transformer.clip<bits = 2, at = [-{{[^,]*}}, -{{[^,]*}}], table = [1.000000e+00, {{[^,]*}}, {{[^,]*}}, {{[^,]*}}, 1.000000e+00, {{[^]]*}}], thresholds = [{{[0-9]+, [0-9]+, [0-9]+, [0-9]+, [0-9]+, [0-9]+}}]>
// WIDE: rounding = dithered, table = [{{.*}}], width = 16, thresholds = [{{.*}}]>
// TWO: [Passed] Clipped | Category:transformer-clip-softmax | {{.*}}bits=2, error={{[0-9.]+}}e-04
// LARGE: bits = 2
// SMALL: bits = 3
// RULE: [Passed] Clipped | {{.*}}bits=4, error=
func.func @f(%q: tensor<?x2xf32>, %k: tensor<?x2xf32>, %v: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %0 = transformer.observe %q "q" {statistics = #transformer.statistics<count = 64, min = dense<0.0> : tensor<2xf32>, max = dense<0.0> : tensor<2xf32>, mean = dense<0.0> : tensor<2xf32>, deviation = dense<0.0> : tensor<2xf32>, absmax = dense<0.0> : tensor<2xf32>,
    sequences = dense<[[[-0.4, 0.8], [-0.3, -0.5], [-1.4, -0.3], [1.7, 0.6], [1.6, 0.4], [0.6, 0.3], [-2.5, 1.3], [0.8, 0.7], [-2.5, -2.6], [-1.3, -0.7], [0.5, -0.1], [0.8, -1.0], [0.5, 0.6], [-1.0, 2.6], [0.8, 1.8], [-0.9, -1.1], [-0.5, -0.2], [0.9, 0.4], [-0.7, -1.4], [-0.8, 1.8], [-1.2, 0.4], [0.6, -2.2], [0.1, 2.0], [-3.0, -0.5], [-0.2, -1.2], [0.7, -0.1], [-2.2, 1.2], [1.0, 1.4], [2.2, 0.5], [0.2, -1.9], [0.9, -0.9], [-0.7, -1.9], [-1.5, -0.8], [1.9, -3.0], [-2.2, 0.4], [2.2, 0.9], [-2.8, -3.8], [0.5, -1.1], [-1.7, 1.5], [1.7, 0.2], [0.4, 0.7], [2.4, 0.9], [0.8, 0.8], [-2.4, 1.9], [1.4, 0.8], [-3.0, -1.0], [1.3, -2.7], [-0.3, 1.5], [-2.0, 2.4], [0.8, -0.2], [0.5, 1.0], [0.2, 1.7], [-1.0, -0.6], [1.6, 0.0], [-1.3, 1.4], [2.2, -0.7], [-2.1, -0.2], [-0.2, -0.4], [2.1, -1.5], [1.9, -1.9], [-1.2, 0.9], [1.7, 1.3], [0.5, 0.2], [0.2, 0.9]]]> : tensor<1x64x2xf32>>} : tensor<?x2xf32>
  %1 = transformer.observe %k "k" {statistics = #transformer.statistics<count = 64, min = dense<0.0> : tensor<2xf32>, max = dense<0.0> : tensor<2xf32>, mean = dense<0.0> : tensor<2xf32>, deviation = dense<0.0> : tensor<2xf32>, absmax = dense<0.0> : tensor<2xf32>,
    sequences = dense<[[[-0.3, 0.4], [0.9, 0.0], [1.1, 0.8], [3.0, 0.5], [-0.6, -0.6], [-0.0, 1.4], [-0.5, 0.6], [2.8, -3.8], [-1.7, 0.4], [0.6, 0.4], [-0.6, 1.0], [0.4, -0.8], [3.6, 0.5], [-0.8, -0.1], [-0.3, -0.1], [-4.1, -0.7], [1.5, -1.8], [-0.1, 1.4], [1.3, 2.2], [-2.6, -0.5], [-0.5, 0.9], [1.6, -4.0], [1.6, -2.2], [1.0, -2.2], [0.3, 1.8], [-0.2, 0.3], [1.2, 0.2], [-0.1, 2.3], [1.6, -0.4], [4.1, -1.7], [1.4, -0.4], [0.2, 1.1], [0.3, 1.0], [-2.3, -2.3], [0.9, -1.4], [-1.5, -2.2], [1.9, 1.1], [2.2, -1.4], [0.0, -1.7], [1.1, 2.4], [-1.3, 2.3], [1.5, -0.3], [-3.0, 2.1], [-0.1, -0.9], [0.6, 0.6], [2.2, -1.5], [1.7, 2.2], [2.2, -0.3], [-1.1, 1.5], [0.2, 0.2], [2.1, -0.4], [-3.4, -0.6], [-2.8, 1.2], [0.5, -0.9], [-0.0, 1.2], [0.1, 2.0], [-0.1, 1.6], [2.2, 2.4], [-1.0, 1.3], [-2.8, -1.6], [-2.9, 1.6], [-1.8, -0.0], [-0.3, -0.0], [-0.9, 0.4]]]> : tensor<1x64x2xf32>>} : tensor<?x2xf32>
  %2 = transformer.observe %v "v" {statistics = #transformer.statistics<count = 64, min = dense<0.0> : tensor<2xf32>, max = dense<0.0> : tensor<2xf32>, mean = dense<0.0> : tensor<2xf32>, deviation = dense<0.0> : tensor<2xf32>, absmax = dense<0.0> : tensor<2xf32>,
    sequences = dense<[[[1.8, 0.0], [0.5, 1.0], [-0.2, -1.3], [-0.6, 1.1], [-1.6, -0.6], [1.0, 0.8], [0.0, 0.8], [0.2, -1.2], [-1.6, -0.6], [0.9, -0.6], [-0.9, -0.8], [-1.5, -0.1], [-1.2, 0.4], [-2.4, 0.3], [-0.6, -1.9], [0.7, -0.3], [-2.2, -0.9], [0.3, -0.5], [0.8, 0.7], [0.7, 0.3], [1.3, 0.7], [0.5, -2.1], [0.9, 1.3], [-0.3, -0.5], [1.9, -1.8], [0.5, 2.4], [-0.9, 0.7], [1.9, -0.1], [0.6, 0.9], [-0.9, -0.1], [0.3, 0.8], [-0.0, -0.2], [-1.0, -0.4], [0.9, 0.1], [-0.9, -0.8], [2.7, 1.1], [0.6, -2.6], [0.6, 0.5], [1.7, 0.4], [-0.1, 0.5], [-1.9, 1.0], [0.3, -0.7], [1.3, 1.8], [-1.4, -0.7], [0.3, 0.2], [-0.4, -1.0], [2.1, 1.0], [-1.2, -1.3], [1.7, 1.0], [1.8, 0.8], [-0.9, 0.3], [-2.2, -0.7], [-0.1, 0.5], [-0.7, -0.1], [0.5, 0.4], [0.6, 0.2], [-0.3, 0.8], [0.0, -0.8], [-0.6, -0.0], [-0.1, 0.2], [-0.0, 0.2], [-0.1, -1.3], [0.4, 1.1], [0.4, -0.2]]]> : tensor<1x64x2xf32>>} : tensor<?x2xf32>
  %3 = transformer.attention %0, %1, %2 {heads = 2, kv_heads = 2, causal, scores = "s", statistics = #transformer.statistics<count = 9,
    min = dense<[-9.0, -9.0]> : tensor<2xf32>, max = dense<0.0> : tensor<2xf32>, mean = dense<-3.0> : tensor<2xf32>,
    deviation = dense<2.0> : tensor<2xf32>, absmax = dense<9.0> : tensor<2xf32>>} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  return %3 : tensor<?x2xf32>
}

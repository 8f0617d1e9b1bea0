// RUN: quant-opt %s --transformer-add-cache="function=decode step=resume" --remarks-filter=transformer-add-cache --remark-format=emitRemark 2>&1 | FileCheck %s

// CHECK: [Passed] AddCache | {{.*}}Function=decode | Caches=2, Remark="made 'resume', which continues from caches"
// CHECK: func.func @decode(
// CHECK: func.func @resume(
func.func @decode(%ids: tensor<?xi32>) -> tensor<?x2xf32> {
  %table = arith.constant dense<1.0> : tensor<5x2xf32>
  %x = transformer.embedding %ids, %table : (tensor<?xi32>, tensor<5x2xf32>) -> tensor<?x2xf32>
  %y = transformer.attention %x, %x, %x {heads = 1, kv_heads = 1, causal} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

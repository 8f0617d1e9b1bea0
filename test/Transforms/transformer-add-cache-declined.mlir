// RUN: quant-opt %s --transformer-add-cache -split-input-file --remarks-filter=transformer-add-cache --remark-format=emitRemark 2>&1 | FileCheck %s
// RUN: quant-opt %s --transformer-add-cache -split-input-file | FileCheck %s --check-prefix=NONE
// NONE-NOT: @step({{.*}}: index

// CHECK: [Missed] AddCache | {{.*}}'forward' gets no cache: the module has no such function with a body
func.func private @forward(tensor<?xi32>) -> tensor<?x2xf32>

// -----

// CHECK: [Missed] AddCache | {{.*}}'forward' gets no cache: the module has a 'step' already
func.func @forward(%ids: tensor<?xi32>) -> tensor<?xi32> {
  return %ids : tensor<?xi32>
}
func.func private @step()

// -----

// CHECK: [Missed] AddCache | {{.*}}'forward' gets no cache: it has no attention
func.func @forward(%ids: tensor<?xi32>) -> tensor<?x2xf32> {
  %table = arith.constant dense<1.0> : tensor<5x2xf32>
  %x = transformer.embedding %ids, %table : (tensor<?xi32>, tensor<5x2xf32>) -> tensor<?x2xf32>
  return %x : tensor<?x2xf32>
}

// -----

// CHECK: [Missed] AddCache | {{.*}}gets no cache: expects one result, got 2
func.func @forward(%ids: tensor<?xi32>) -> (tensor<?xi32>, tensor<?xi32>) {
  return %ids, %ids : tensor<?xi32>, tensor<?xi32>
}

// -----

// CHECK: [Missed] AddCache | {{.*}}gets no cache: its body has more than one block
func.func @forward(%ids: tensor<?xi32>) -> tensor<?xi32> {
  cf.br ^bb1
^bb1:
  return %ids : tensor<?xi32>
}

// -----

// CHECK: [Missed] AddCache | {{.*}}gets no cache: an attention is not causal, so that early positions see later ones
func.func @forward(%ids: tensor<?xi32>) -> tensor<?x2xf32> {
  %table = arith.constant dense<1.0> : tensor<5x2xf32>
  %x = transformer.embedding %ids, %table : (tensor<?xi32>, tensor<5x2xf32>) -> tensor<?x2xf32>
  %y = transformer.attention %x, %x, %x {heads = 1, kv_heads = 1} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// CHECK: [Missed] AddCache | {{.*}}gets no cache: an attention has a mask, which covers no keys of a cache
func.func @forward(%ids: tensor<?xi32>, %mask: tensor<?xi1>) -> tensor<?x2xf32> {
  %table = arith.constant dense<1.0> : tensor<5x2xf32>
  %x = transformer.embedding %ids, %table : (tensor<?xi32>, tensor<5x2xf32>) -> tensor<?x2xf32>
  %y = transformer.attention %x, %x, %x mask %mask {heads = 1, kv_heads = 1, causal} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>, tensor<?xi1>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// CHECK: [Missed] AddCache | {{.*}}gets no cache: an attention has an offset, so that it has a cache already
func.func @forward(%ids: tensor<?xi32>, %at: index) -> tensor<?x2xf32> {
  %table = arith.constant dense<1.0> : tensor<5x2xf32>
  %x = transformer.embedding %ids, %table : (tensor<?xi32>, tensor<5x2xf32>) -> tensor<?x2xf32>
  %y = transformer.attention %x, %x, %x at %at {heads = 1, kv_heads = 1, causal} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>, index) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// CHECK: [Missed] AddCache | {{.*}}gets no cache: 'arith.addf' reads values of many positions, and is not known to work row by row
func.func @forward(%ids: tensor<?xi32>) -> tensor<?x2xf32> {
  %table = arith.constant dense<1.0> : tensor<5x2xf32>
  %x = transformer.embedding %ids, %table : (tensor<?xi32>, tensor<5x2xf32>) -> tensor<?x2xf32>
  %y = arith.addf %x, %x : tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// CHECK: [Missed] AddCache | {{.*}}gets no cache: 'transformer.mean_pool' reads values of many positions, and is not known to work row by row
func.func @forward(%ids: tensor<?xi32>, %mask: tensor<?xi1>) -> tensor<2xf32> {
  %table = arith.constant dense<1.0> : tensor<5x2xf32>
  %x = transformer.embedding %ids, %table : (tensor<?xi32>, tensor<5x2xf32>) -> tensor<?x2xf32>
  %y = transformer.mean_pool %x mask %mask : (tensor<?x2xf32>, tensor<?xi1>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// A region may read what is no operand.
// CHECK: [Missed] AddCache | {{.*}}gets no cache: 'tensor.generate' reads values of many positions, and is not known to work row by row
func.func @forward(%ids: tensor<2xi32>) -> tensor<2x2xf32> {
  %table = arith.constant dense<1.0> : tensor<5x2xf32>
  %x = transformer.embedding %ids, %table : (tensor<2xi32>, tensor<5x2xf32>) -> tensor<2x2xf32>
  %w = tensor.generate {
  ^bb0(%i: index, %j: index):
    %e = tensor.extract %x[%i, %j] : tensor<2x2xf32>
    tensor.yield %e : f32
  } : tensor<2x2xf32>
  %y = transformer.linear %x, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// -----

// Learned positions, for one.
// CHECK: [Missed] AddCache | {{.*}}gets no cache: 'transformer.add' joins values of many positions with one that does not come from the ids
func.func @forward(%ids: tensor<4xi32>) -> tensor<4x2xf32> {
  %table = arith.constant dense<1.0> : tensor<5x2xf32>
  %positions = arith.constant dense<1.0> : tensor<4x2xf32>
  %x = transformer.embedding %ids, %table : (tensor<4xi32>, tensor<5x2xf32>) -> tensor<4x2xf32>
  %y = transformer.add %x, %positions : tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// -----

// CHECK: [Missed] AddCache | {{.*}}gets no cache: 'transformer.linear' reads values of many positions as parameters
func.func @forward(%ids: tensor<2xi32>) -> tensor<2x2xf32> {
  %table = arith.constant dense<1.0> : tensor<5x2xf32>
  %x = transformer.embedding %ids, %table : (tensor<2xi32>, tensor<5x2xf32>) -> tensor<2x2xf32>
  %y = transformer.linear %x, %x : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// -----

// CHECK: [Missed] AddCache | {{.*}}gets no cache: its result does not come from ids
func.func @forward(%ids: tensor<?xi32>, %other: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %table = arith.constant dense<1.0> : tensor<5x2xf32>
  %x = transformer.embedding %ids, %table : (tensor<?xi32>, tensor<5x2xf32>) -> tensor<?x2xf32>
  %y = transformer.attention %x, %x, %x {heads = 1, kv_heads = 1, causal} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  return %other : tensor<?x2xf32>
}

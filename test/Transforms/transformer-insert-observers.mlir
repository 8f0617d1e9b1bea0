// RUN: quant-opt %s --transformer-insert-observers | FileCheck %s
// Twice is as once.
// RUN: quant-opt %s --transformer-insert-observers -o %t.once
// RUN: quant-opt %s --transformer-insert-observers --transformer-insert-observers -o %t.twice
// RUN: diff %t.once %t.twice
// RUN: quant-opt %s --transformer-insert-observers --remark-format=emitRemark \
// RUN:   --remarks-filter=transformer-insert-observers -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// Names come from locations. Query and key are observed behind the rotation,
// what comes before it is not; the result once, though a linear reads it too.
// CHECK-LABEL: func.func @attention(
// REMARK: remark: {{.*}}[Passed] Observed | Category:transformer-insert-observers | Function=attention | observers=7
func.func @attention(%x: tensor<?x4xf32> loc("hidden")) -> tensor<?x4xf32> {
  %w = arith.constant dense<0.5> : tensor<4x4xf32>
  %f = arith.constant dense<0.5> : tensor<1xf32>
  %at = arith.constant 0 : index
  // CHECK: %[[X:.*]] = transformer.observe %arg0 "hidden"
  // CHECK: %[[Q:.*]] = transformer.linear %[[X]]
  %q = transformer.linear %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32> loc("attn.q_proj")
  // CHECK-NEXT: %[[QR:.*]] = transformer.rope %[[Q]]
  // CHECK-NEXT: %[[QO:.*]] = transformer.observe %[[QR]] "attn.q_rope"
  %qr = transformer.rope %q<half> by %f at %at {heads = 2, max_positions = 8} : (tensor<?x4xf32>, tensor<1xf32>, index) -> tensor<?x4xf32> loc("attn.q_rope")
  // CHECK-NEXT: %[[KR:.*]] = transformer.rope %[[X]]
  // CHECK-NEXT: %[[KO:.*]] = transformer.observe %[[KR]] "attn.k_rope"
  %kr = transformer.rope %x<half> by %f at %at {heads = 2, max_positions = 8} : (tensor<?x4xf32>, tensor<1xf32>, index) -> tensor<?x4xf32> loc("attn.k_rope")
  // CHECK-NEXT: %[[V:.*]] = transformer.linear %[[X]]
  // CHECK-NEXT: %[[VO:.*]] = transformer.observe %[[V]] "attn.v_proj"
  %v = transformer.linear %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32> loc("attn.v_proj")
  // CHECK-NEXT: %[[A:.*]] = transformer.attention %[[QO]], %[[KO]], %[[VO]] {heads = 2 : i64, kv_heads = 2 : i64, scores = "attn.mix.scores"}
  // CHECK-NEXT: %[[AO:.*]] = transformer.observe %[[A]] "attn.mix"
  %a = transformer.attention %qr, %kr, %v {heads = 2, kv_heads = 2} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32> loc("attn.mix")
  // CHECK-NEXT: %[[O:.*]] = transformer.linear %[[AO]]
  %o = transformer.linear %a, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32> loc("attn.o_proj")
  // CHECK-NEXT: %[[S:.*]] = transformer.add %[[X]], %[[O]]
  // CHECK-NEXT: %[[SO:.*]] = transformer.observe %[[S]] "attn.residual"
  // CHECK-NEXT: return %[[SO]]
  %s = transformer.add %x, %o : tensor<?x4xf32> loc("attn.residual")
  return %s : tensor<?x4xf32>
} loc("attention")

// Names are unique in the module, whatever locations say and whoever gave them.
// CHECK-LABEL: func.func @names(
func.func @names(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) {
  // CHECK: transformer.observe %{{.*}} "attn.mix''"
  %mine = transformer.observe %x "attn.mix'" : tensor<?x4xf32>
  %0 = transformer.silu %mine : tensor<?x4xf32> loc("attn.mix")
  %1 = transformer.silu %0 : tensor<?x4xf32>
  // The third silu of the function, and the second result of the call.
  // CHECK: transformer.observe %{{.*}} "names.silu.1"
  // CHECK: transformer.observe %{{.*}}#1 "names.call.0#1"
  %2 = transformer.gelu %1<erf> : tensor<?x4xf32>
  %3:2 = call @pair(%2) : (tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>)
  %4 = transformer.silu %3#1 : tensor<?x4xf32>
  return
}
func.func private @pair(tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>)

// An observer that stands beside the readers observes already.
// CHECK-LABEL: func.func @observed(
// CHECK-COUNT-1: transformer.observe
// CHECK-NOT: transformer.observe
// CHECK: return
func.func @observed(%x: tensor<?x4xf32>) {
  %named = transformer.observe %x "mine" : tensor<?x4xf32>
  %0 = transformer.silu %x : tensor<?x4xf32>
  %1 = transformer.silu %named : tensor<?x4xf32>
  return
}

// Nothing to name: constants, integers, and ops of other dialects.
// CHECK-LABEL: func.func @untouched(
// CHECK-NOT: transformer.observe
// CHECK: return
func.func @untouched(%x: tensor<?x4xf32>, %i: tensor<4xi32>) -> tensor<4xi32> {
  %c = arith.constant dense<1.0> : tensor<2x4xf32>
  %w = arith.constant dense<0.5> : tensor<4x4xf32>
  %0 = transformer.linear %c, %w : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
  %1 = arith.negf %x : tensor<?x4xf32>
  return %i : tensor<4xi32>
}

// REMARK: remark: [Missed] NotObserved {{.*}}not observed, since its number of channels is dynamic
// CHECK-LABEL: func.func @dynamic(
// CHECK-NOT: transformer.observe
func.func @dynamic(%x: tensor<?x?xf32>) {
  %0 = transformer.silu %x : tensor<?x?xf32>
  return
}

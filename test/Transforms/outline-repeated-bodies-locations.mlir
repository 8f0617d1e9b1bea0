// RUN: quant-opt %s --split-input-file --allow-unregistered-dialect --outline-repeated-bodies=min-ops=2 \
// RUN:   -mlir-print-debuginfo -mlir-print-local-scope | FileCheck %s
// RUN: quant-opt %s --split-input-file --allow-unregistered-dialect --outline-repeated-bodies=min-ops=2 \
// RUN:   --remark-format=emitRemark --remarks-filter=outline-repeated-bodies -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=REMARK

// A call is named by what the names of its ops share, whole parts of them; the
// ops of the body keep the locations of the first repetition.

// REMARK: [Passed] OutlineRepeatedBodies | Category:outline-repeated-bodies | Function=named | Remark="outlined 2 repetitions of 2 ops as 'named_body_0'"
// CHECK: call @named_body_0({{.*}} loc("layers.1"("model.gguf":0:0))
// CHECK: call @named_body_0({{.*}} loc("layers.2"("model.gguf":0:0))
// CHECK: func.func private @named_body_0({{.*}}loc("x"))
// CHECK:   "other.a"{{.*}} loc("layers.1.mlp"("model.gguf":0:0))
// CHECK:   "other.b"{{.*}} loc("layers.1.mlp_gate"("model.gguf":0:0))
#file = loc("model.gguf":0:0)
func.func @named(%x: i32 loc("x")) -> i32 {
  %0 = "other.a"(%x) : (i32) -> i32 loc("layers.1.mlp"(#file))
  %1 = "other.b"(%0) : (i32) -> i32 loc("layers.1.mlp_gate"(#file))
  %2 = "other.a"(%1) : (i32) -> i32 loc("layers.2.mlp"(#file))
  %3 = "other.b"(%2) : (i32) -> i32 loc("layers.2.mlp_gate"(#file))
  return %3 : i32
}

// -----

// Without a part that they share, a call has all locations.

// CHECK: call @unnamed_body_0({{.*}} loc(fused["up"("m":1:1), "m":1:2])
// CHECK: call @unnamed_body_0({{.*}} loc(fused["upper"("m":2:1), "gate"("m":2:2)])
func.func @unnamed(%x: i32) -> i32 {
  %0 = "other.a"(%x) : (i32) -> i32 loc("up"("m":1:1))
  %1 = "other.b"(%0) : (i32) -> i32 loc("m":1:2)
  %2 = "other.a"(%1) : (i32) -> i32 loc("upper"("m":2:1))
  %3 = "other.b"(%2) : (i32) -> i32 loc("gate"("m":2:2))
  return %3 : i32
}

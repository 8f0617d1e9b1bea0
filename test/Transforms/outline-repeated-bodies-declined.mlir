// RUN: quant-opt %s --split-input-file --allow-unregistered-dialect --outline-repeated-bodies=min-ops=3 \
// RUN:   -o %t.mlir --remark-format=emitRemark --remarks-filter=outline-repeated-bodies 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=SAME --input-file=%t.mlir
// RUN: quant-opt %s --split-input-file --allow-unregistered-dialect -o %t.before.mlir
// RUN: diff %t.before.mlir %t.mlir
// RUN: not quant-opt %s --split-input-file --allow-unregistered-dialect \
// RUN:   --outline-repeated-bodies=min-repetitions=1 2>&1 | FileCheck %s --check-prefix=OPTION

// Functions that the pass leaves as they are. The last run but one compares the
// whole of them; SAME says that nothing else made them so.

// OPTION: error: expects min-repetitions and min-ops of at least 2, got 1 and 8
// SAME-NOT: no_inline

// Nothing repeats.
// CHECK: remark: [Missed] OutlineRepeatedBodies | Category:outline-repeated-bodies | Function=once | Remark="no body of 3 ops or more repeats 2 times in a row"
func.func @once(%x: i32) -> i32 {
  %0 = "other.a"(%x) : (i32) -> i32
  %1 = "other.b"(%0) : (i32) -> i32
  %2 = "other.c"(%1) : (i32) -> i32
  %3 = "other.a"(%2) : (i32) -> i32
  %4 = "other.b"(%3) : (i32) -> i32
  return %4 : i32
}

// -----

// What repeats is too short.
// CHECK: [Missed] {{.*}}Function=short
func.func @short(%x: i32) -> i32 {
  %0 = "other.a"(%x) : (i32) -> i32
  %1 = "other.b"(%0) : (i32) -> i32
  %2 = "other.a"(%1) : (i32) -> i32
  %3 = "other.b"(%2) : (i32) -> i32
  return %3 : i32
}

// -----

// And it does not become longer by being taken twice.
// CHECK: [Missed] {{.*}}Function=short_row
func.func @short_row(%x: i32) -> i32 {
  %0 = "other.a"(%x) : (i32) -> i32
  %1 = "other.b"(%0) : (i32) -> i32
  %2 = "other.a"(%1) : (i32) -> i32
  %3 = "other.b"(%2) : (i32) -> i32
  %4 = "other.a"(%3) : (i32) -> i32
  %5 = "other.b"(%4) : (i32) -> i32
  %6 = "other.a"(%5) : (i32) -> i32
  %7 = "other.b"(%6) : (i32) -> i32
  return %7 : i32
}

// -----

// The repetitions are not next to each other.
// CHECK: [Missed] {{.*}}Function=apart
func.func @apart(%x: i32) -> i32 {
  %0 = "other.a"(%x) : (i32) -> i32
  %1 = "other.b"(%0) : (i32) -> i32
  %2 = "other.c"(%1) : (i32) -> i32
  %3 = "other.between"(%2) : (i32) -> i32
  %4 = "other.a"(%3) : (i32) -> i32
  %5 = "other.b"(%4) : (i32) -> i32
  %6 = "other.c"(%5) : (i32) -> i32
  return %6 : i32
}

// -----

// The same ops, connected in another way.
// CHECK: [Missed] {{.*}}Function=connected
func.func @connected(%x: i32) -> i32 {
  %0 = "other.a"(%x) : (i32) -> i32
  %1 = "other.b"(%0) : (i32) -> i32
  %2 = "other.c"(%0, %1) : (i32, i32) -> i32
  %3 = "other.a"(%2) : (i32) -> i32
  %4 = "other.b"(%3) : (i32) -> i32
  %5 = "other.c"(%4, %3) : (i32, i32) -> i32
  return %5 : i32
}

// -----

// Another result of the same op.
// CHECK: [Missed] {{.*}}Function=other_result
func.func @other_result(%x: i32) -> i32 {
  %0:2 = "other.a"(%x) : (i32) -> (i32, i32)
  %1 = "other.b"(%0#0) : (i32) -> i32
  %2 = "other.c"(%1) : (i32) -> i32
  %3:2 = "other.a"(%2) : (i32) -> (i32, i32)
  %4 = "other.b"(%3#1) : (i32) -> i32
  %5 = "other.c"(%4) : (i32) -> i32
  return %5 : i32
}

// -----

// A value of the body before where the first has one of its own.
// CHECK: [Missed] {{.*}}Function=reaches_back
func.func @reaches_back(%x: i32) -> i32 {
  %0 = "other.a"(%x) : (i32) -> i32
  %1 = "other.b"(%0) : (i32) -> i32
  %2 = "other.c"(%1) : (i32) -> i32
  %3 = "other.a"(%2) : (i32) -> i32
  %4 = "other.b"(%0) : (i32) -> i32
  %5 = "other.c"(%4) : (i32) -> i32
  return %5 : i32
}

// -----

// Another attribute, inherent or discardable.
// CHECK: [Missed] {{.*}}Function=attributes
func.func @attributes(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = transformer.silu %x : tensor<?x8xf32>
  %1 = transformer.gelu %0<erf> : tensor<?x8xf32>
  %2 = transformer.add %x, %1 : tensor<?x8xf32>
  %3 = transformer.silu %2 : tensor<?x8xf32>
  %4 = transformer.gelu %3<tanh> : tensor<?x8xf32>
  %5 = transformer.add %2, %4 : tensor<?x8xf32>
  %6 = transformer.silu %5 {other.note} : tensor<?x8xf32>
  %7 = transformer.gelu %6<tanh> : tensor<?x8xf32>
  %8 = transformer.add %5, %7 : tensor<?x8xf32>
  return %8 : tensor<?x8xf32>
}

// -----

// Another type of a result.
// CHECK: [Missed] {{.*}}Function=result_type
func.func @result_type(%x: i32) {
  %0 = "other.a"(%x) : (i32) -> i32
  %1 = "other.b"(%x) : (i32) -> i32
  "other.c"() : () -> ()
  %2 = "other.a"(%x) : (i32) -> i64
  %3 = "other.b"(%x) : (i32) -> i32
  "other.c"() : () -> ()
  return
}

// -----

// Another type of a value from outside.
// CHECK: [Missed] {{.*}}Function=operand_type
func.func @operand_type(%x: i32, %y: i64) {
  %0 = "other.a"(%x) : (i32) -> i32
  %1 = "other.b"(%x) : (i32) -> i32
  "other.c"() : () -> ()
  %2 = "other.a"(%x) : (i32) -> i32
  %3 = "other.b"(%y) : (i64) -> i32
  "other.c"() : () -> ()
  return
}

// -----

// Another op, another constant, another use of values in a region.
// CHECK: [Missed] {{.*}}Function=regions
func.func @regions(%x: i32) {
  "other.a"() : () -> ()
  "other.b"() ({
    %0 = "other.in"() : () -> i32
    %1 = "other.op"(%0, %x) : (i32, i32) -> i32
  }) : () -> ()
  "other.c"() : () -> ()
  "other.a"() : () -> ()
  "other.b"() ({
    %0 = "other.in"() : () -> i32
    %1 = "other.op"(%x, %0) : (i32, i32) -> i32
  }) : () -> ()
  "other.c"() : () -> ()
  "other.a"() : () -> ()
  "other.b"() ({
    %0 = "other.in"() {value = 1 : i32} : () -> i32
    %1 = "other.op"(%x, %0) : (i32, i32) -> i32
  }) : () -> ()
  "other.c"() : () -> ()
  "other.a"() : () -> ()
  "other.b"() ({
    %0 = "other.in"() {value = 1 : i32} : () -> i32
    %1 = "other.other"(%x, %0) : (i32, i32) -> i32
  }) : () -> ()
  "other.c"() : () -> ()
  return
}

// -----

// Memory on the stack lives as long as its function.
// CHECK: [Missed] {{.*}}Function=stack
func.func @stack() {
  %0 = memref.alloca() : memref<4xi32>
  "other.a"(%0) : (memref<4xi32>) -> ()
  "other.b"() : () -> ()
  %1 = memref.alloca() : memref<4xi32>
  "other.a"(%1) : (memref<4xi32>) -> ()
  "other.b"() : () -> ()
  return
}

// -----

// Regions of ops are not searched.
// CHECK: [Missed] {{.*}}Function=inner
func.func @inner(%c: i1, %x: i32) {
  scf.if %c {
    "other.a"() : () -> ()
    "other.b"() : () -> ()
    "other.c"() : () -> ()
    "other.a"() : () -> ()
    "other.b"() : () -> ()
    "other.c"() : () -> ()
  }
  return
}

// -----

// A declaration is no body.
// CHECK-NOT: declaration
func.func private @declaration(i32) -> i32

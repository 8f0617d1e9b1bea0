// RUN: quant-opt %s --split-input-file --allow-unregistered-dialect --outline-repeated-bodies=min-ops=3 \
// RUN:   | FileCheck %s
// RUN: quant-opt %s --split-input-file --allow-unregistered-dialect \
// RUN:   --outline-repeated-bodies=min-ops=3 --outline-repeated-bodies=min-ops=3 | FileCheck %s

// Three layers: the stream goes from one to the next, the weights differ.
// Constants in between move before the first call.

// CHECK-LABEL: func.func @layers(
// CHECK-SAME:    %[[X:.*]]: tensor<?x8xf32>) -> tensor<?x8xf32>
// CHECK:         %[[IN:.*]] = transformer.gelu %[[X]]<erf>
// CHECK:         %[[W0:.*]] = arith.constant dense<0.0
// CHECK:         %[[W1:.*]] = arith.constant dense<1.0
// CHECK:         %[[W2:.*]] = arith.constant dense<2.0
// CHECK:         %[[R0:.*]] = call @layers_body_0(%[[IN]], %[[W0]])
// CHECK-NEXT:    %[[R1:.*]] = call @layers_body_0(%[[R0]], %[[W1]])
// CHECK-NEXT:    %[[R2:.*]] = call @layers_body_0(%[[R1]], %[[W2]])
// CHECK-NEXT:    %[[OUT:.*]] = transformer.silu %[[R2]]
// CHECK-NEXT:    return %[[OUT]]

// CHECK-LABEL: func.func private @layers_body_0(
// CHECK-SAME:    %[[X:.*]]: tensor<?x8xf32>, %[[W:.*]]: tensor<8x8xf32>) -> tensor<?x8xf32> attributes {no_inline}
// CHECK-NEXT:    %[[L:.*]] = transformer.linear %[[X]], %[[W]]
// CHECK-NEXT:    %[[S:.*]] = transformer.silu %[[L]]
// CHECK-NEXT:    %[[R:.*]] = transformer.add %[[X]], %[[S]]
// CHECK-NEXT:    return %[[R]]
func.func @layers(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %in = transformer.gelu %x<erf> : tensor<?x8xf32>
  %w0 = arith.constant dense<0.0> : tensor<8x8xf32>
  %a0 = transformer.linear %in, %w0 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %b0 = transformer.silu %a0 : tensor<?x8xf32>
  %c0 = transformer.add %in, %b0 : tensor<?x8xf32>
  %w1 = arith.constant dense<1.0> : tensor<8x8xf32>
  %a1 = transformer.linear %c0, %w1 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %b1 = transformer.silu %a1 : tensor<?x8xf32>
  %c1 = transformer.add %c0, %b1 : tensor<?x8xf32>
  %w2 = arith.constant dense<2.0> : tensor<8x8xf32>
  %a2 = transformer.linear %c1, %w2 : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
  %b2 = transformer.silu %a2 : tensor<?x8xf32>
  %c2 = transformer.add %c1, %b2 : tensor<?x8xf32>
  %out = transformer.silu %c2 : tensor<?x8xf32>
  return %out : tensor<?x8xf32>
}

// -----

// What is computed from constants only is no part of a body, however deep; a
// constant that all repetitions share is copied into it, whether it is one op
// or several; another value that they share stays an argument.

// CHECK-LABEL: func.func @constants(
// CHECK-SAME:    %[[X:.*]]: !iquant.dyn<?x8xui8>, %[[S:.*]]: index) -> index
// CHECK-NEXT:    %[[M:.*]] = arith.constant dense<32768>
// CHECK-NEXT:    %[[Q0:.*]] = arith.constant dense<1>
// CHECK-NEXT:    %[[W0:.*]] = iquant.compose %[[Q0]], %[[M]], %[[M]], %[[M]]
// CHECK-NEXT:    %[[Q1:.*]] = arith.constant dense<2>
// CHECK-NEXT:    %[[W1:.*]] = iquant.compose %[[Q1]], %[[M]], %[[M]], %[[M]]
// CHECK-NEXT:    %[[R:.*]] = call @constants_body_0(%[[S]], %[[X]], %[[W0]])
// CHECK-NEXT:    call @constants_body_0(%[[R]], %[[X]], %[[W1]])

// CHECK-LABEL: func.func private @constants_body_0(
// CHECK-SAME:    %[[S:[^:]*]]: index, %[[X:[^:]*]]: !iquant.dyn<?x8xui8>, %[[W:[^:]*]]: !iquant.weight<2x8xsi8>) -> index
// CHECK-NEXT:    %[[C:.*]] = arith.constant 7 : index
// CHECK-NEXT:    %[[A:.*]] = arith.addi %[[S]], %[[C]]
// CHECK-NEXT:    %[[L:.*]] = iquant.linear %[[X]], %[[W]]
// CHECK-NEXT:    "other.op"(%[[L]], %[[A]])
// CHECK-NEXT:    return %[[A]]
func.func @constants(%x: !iquant.dyn<?x8xui8>, %s: index) -> index {
  %m = arith.constant dense<32768> : tensor<2xi32>
  %seven0 = arith.constant 7 : index
  %a0 = arith.addi %s, %seven0 : index
  %codes0 = arith.constant dense<1> : tensor<2x8xi8>
  %w0 = iquant.compose %codes0, %m, %m, %m : (tensor<2x8xi8>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>) -> !iquant.weight<2x8xsi8>
  %l0 = iquant.linear %x, %w0 : (!iquant.dyn<?x8xui8>, !iquant.weight<2x8xsi8>) -> !iquant.fixed<?x2xi32, 16>
  "other.op"(%l0, %a0) : (!iquant.fixed<?x2xi32, 16>, index) -> ()
  %seven1 = arith.constant 7 : index
  %a1 = arith.addi %a0, %seven1 : index
  %codes1 = arith.constant dense<2> : tensor<2x8xi8>
  %w1 = iquant.compose %codes1, %m, %m, %m : (tensor<2x8xi8>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>) -> !iquant.weight<2x8xsi8>
  %l1 = iquant.linear %x, %w1 : (!iquant.dyn<?x8xui8>, !iquant.weight<2x8xsi8>) -> !iquant.fixed<?x2xi32, 16>
  "other.op"(%l1, %a1) : (!iquant.fixed<?x2xi32, 16>, index) -> ()
  return %a1 : index
}

// -----

// A result that one repetition needs is a result of all; two operands are one
// argument only if they are the same value every time.

// CHECK-LABEL: func.func @operands(
// CHECK-SAME:    %[[X:.*]]: i32, %[[Y:.*]]: i32) -> (i32, i32)
// CHECK-NEXT:    %[[R:.*]]:2 = call @operands_body_0(%[[X]], %[[X]])
// CHECK-NEXT:    %[[S:.*]]:2 = call @operands_body_0(%[[X]], %[[Y]])
// CHECK-NEXT:    return %[[R]]#0, %[[S]]#1

// CHECK-LABEL: func.func private @operands_body_0(
// CHECK-SAME:    %[[A:.*]]: i32, %[[B:.*]]: i32) -> (i32, i32)
// CHECK-NEXT:    %[[P:.*]] = "other.mul"(%[[A]], %[[A]])
// CHECK-NEXT:    %[[Q:.*]] = "other.sub"(%[[P]], %[[A]])
// CHECK-NEXT:    %[[T:.*]] = "other.add"(%[[Q]], %[[B]])
// CHECK-NEXT:    return %[[P]], %[[T]]
func.func @operands(%x: i32, %y: i32) -> (i32, i32) {
  %0 = "other.mul"(%x, %x) : (i32, i32) -> i32
  %1 = "other.sub"(%0, %x) : (i32, i32) -> i32
  %2 = "other.add"(%1, %x) : (i32, i32) -> i32
  %3 = "other.mul"(%x, %x) : (i32, i32) -> i32
  %4 = "other.sub"(%3, %x) : (i32, i32) -> i32
  %5 = "other.add"(%4, %y) : (i32, i32) -> i32
  return %0, %5 : i32, i32
}

// -----

// Regions are part of a body; what they capture becomes an argument, be it from
// outside of the body, and stays a value of it, be it from inside.

// CHECK-LABEL: func.func @regions(
// CHECK-SAME:    %[[X:.*]]: tensor<4xi32>, %[[A:.*]]: i32, %[[B:.*]]: i32) -> tensor<4xi32>
// CHECK-NEXT:    %[[R:.*]] = call @regions_body_0(%[[A]], %[[X]])
// CHECK-NEXT:    %[[S:.*]] = call @regions_body_0(%[[B]], %[[R]])
// CHECK-NEXT:    return %[[S]]

// CHECK-LABEL: func.func private @regions_body_0(
// CHECK-SAME:    %[[A:.*]]: i32, %[[X:.*]]: tensor<4xi32>) -> tensor<4xi32>
// CHECK-NEXT:    %[[E:.*]] = tensor.empty()
// CHECK-NEXT:    %[[N:.*]] = "other.negate"(%[[A]])
// CHECK-NEXT:    %[[M:.*]] = linalg.map ins(%[[X]] : tensor<4xi32>) outs(%[[E]] : tensor<4xi32>)
// CHECK-NEXT:      (%[[IN:.*]]: i32, %{{.*}}: i32) {
// CHECK-NEXT:        %[[T:.*]] = arith.muli %[[IN]], %[[N]]
// CHECK-NEXT:        %[[U:.*]] = arith.addi %[[T]], %[[A]]
// CHECK-NEXT:        linalg.yield %[[U]]
// CHECK:         return %[[M]]
func.func @regions(%x: tensor<4xi32>, %a: i32, %b: i32) -> tensor<4xi32> {
  %e0 = tensor.empty() : tensor<4xi32>
  %n0 = "other.negate"(%a) : (i32) -> i32
  %m0 = linalg.map ins(%x : tensor<4xi32>) outs(%e0 : tensor<4xi32>) (%in: i32, %init: i32) {
    %t = arith.muli %in, %n0 : i32
    %u = arith.addi %t, %a : i32
    linalg.yield %u : i32
  }
  %e1 = tensor.empty() : tensor<4xi32>
  %n1 = "other.negate"(%b) : (i32) -> i32
  %m1 = linalg.map ins(%m0 : tensor<4xi32>) outs(%e1 : tensor<4xi32>) (%in: i32, %init: i32) {
    %t = arith.muli %in, %n1 : i32
    %u = arith.addi %t, %b : i32
    linalg.yield %u : i32
  }
  return %m1 : tensor<4xi32>
}

// -----

// A norm before the layers and one behind look like those in them; the layers
// are cut where only the stream passes.

// CHECK-LABEL: func.func @cut(
// CHECK:         transformer.rms_norm
// CHECK-NEXT:    call @cut_body_0(%{{[^,]*}}) :
// CHECK-NEXT:    call @cut_body_0
// CHECK-NEXT:    transformer.rms_norm
// CHECK-NEXT:    transformer.silu
// CHECK-NEXT:    return

// CHECK-LABEL: func.func private @cut_body_0(
// CHECK-SAME:    tensor<?x8xf32>) -> tensor<?x8xf32>
// CHECK-NEXT:    transformer.rms_norm
// CHECK-NEXT:    transformer.silu
// CHECK-NEXT:    transformer.gelu
// CHECK-NEXT:    transformer.add
// CHECK-NEXT:    return
func.func @cut(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %in = transformer.rms_norm %x {epsilon = 1.0e-5 : f64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %a0 = transformer.rms_norm %in {epsilon = 1.0e-5 : f64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %b0 = transformer.silu %a0 : tensor<?x8xf32>
  %c0 = transformer.gelu %b0<erf> : tensor<?x8xf32>
  %d0 = transformer.add %in, %c0 : tensor<?x8xf32>
  %a1 = transformer.rms_norm %d0 {epsilon = 1.0e-5 : f64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %b1 = transformer.silu %a1 : tensor<?x8xf32>
  %c1 = transformer.gelu %b1<erf> : tensor<?x8xf32>
  %d1 = transformer.add %d0, %c1 : tensor<?x8xf32>
  %e = transformer.rms_norm %d1 {epsilon = 1.0e-5 : f64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %out = transformer.silu %e : tensor<?x8xf32>
  return %out : tensor<?x8xf32>
}

// -----

// Two rows in one function, an encoder and a decoder say, the longer one first;
// a name that is in use is skipped; the bound on positions comes along.

// CHECK-LABEL: func.func @rows(
// CHECK:         call @rows_body_2
// CHECK-NEXT:    call @rows_body_2
// CHECK-NEXT:    "other.between"
// CHECK-NEXT:    call @rows_body_1
// CHECK-NEXT:    call @rows_body_1
// CHECK-NEXT:    call @rows_body_1
// CHECK:       func.func private @rows_body_2({{.*}} attributes {no_inline, transformer.context_length = 64 : i64}
// CHECK:       func.func private @rows_body_1({{.*}} attributes {no_inline, transformer.context_length = 64 : i64}
// CHECK:       func.func private @rows_body_0()
func.func @rows(%x: i32) -> i32 attributes {transformer.context_length = 64 : i64, transformer.vocabulary_size = 9 : i64} {
  %0 = "other.a"(%x) : (i32) -> i32
  %1 = "other.b"(%0) : (i32) -> i32
  %2 = "other.c"(%1) : (i32) -> i32
  %3 = "other.a"(%2) : (i32) -> i32
  %4 = "other.b"(%3) : (i32) -> i32
  %5 = "other.c"(%4) : (i32) -> i32
  %6 = "other.between"(%5) : (i32) -> i32
  %7 = "other.d"(%6) : (i32) -> i32
  %8 = "other.e"(%7) : (i32) -> i32
  %9 = "other.f"(%8) : (i32) -> i32
  %10 = "other.d"(%9) : (i32) -> i32
  %11 = "other.e"(%10) : (i32) -> i32
  %12 = "other.f"(%11) : (i32) -> i32
  %13 = "other.d"(%12) : (i32) -> i32
  %14 = "other.e"(%13) : (i32) -> i32
  %15 = "other.f"(%14) : (i32) -> i32
  return %15 : i32
}
func.func private @rows_body_0()

// -----

// Every block of a function counts, and functions in nested modules, which get
// their body beside them.

// CHECK-LABEL: module @inner
// CHECK:         func.func @blocks(
// CHECK:         ^bb1(%[[X:.*]]: i32):
// CHECK-NEXT:      %[[R:.*]] = call @blocks_body_0(%[[X]])
// CHECK-NEXT:      %[[S:.*]] = call @blocks_body_0(%[[R]])
// CHECK-NEXT:      return %[[S]]
// CHECK:         func.func private @blocks_body_0
module @inner {
  func.func @blocks(%x: i32) -> i32 {
    cf.br ^bb1(%x : i32)
  ^bb1(%y: i32):
    %0 = "other.a"(%y) : (i32) -> i32
    %1 = "other.b"(%0) : (i32) -> i32
    %2 = "other.c"(%1) : (i32) -> i32
    %3 = "other.a"(%2) : (i32) -> i32
    %4 = "other.b"(%3) : (i32) -> i32
    %5 = "other.c"(%4) : (i32) -> i32
    return %5 : i32
  }
}

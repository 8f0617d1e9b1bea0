// RUN: not quant-opt %s --split-input-file --allow-unregistered-dialect \
// RUN:   --verify-integer-only="allow=reference,expf allow-ops=unregistered.op,llvm.inline_asm" \
// RUN:   --remark-format=emitRemark --remarks-filter=verify-integer-only 2>&1 >/dev/null | FileCheck %s
// RUN: not quant-opt %s --split-input-file --allow-unregistered-dialect --verify-integer-only \
// RUN:   -o /dev/null 2>&1 | FileCheck %s --check-prefix=STRICT
// RUN: not quant-opt %s --split-input-file --allow-unregistered-dialect --verify-integer-only=max-errors=1 \
// RUN:   -o /dev/null 2>&1 | FileCheck %s --check-prefix=LIMIT

// Modules that the pass must not refuse.

// CHECK: remark: [Passed] IntegerOnly | Category:verify-integer-only | AllowedFunctions=0, ProvenOps=10, Remark="no op computes in floating point"
func.func @integers(%x: tensor<?x8xi32>, %i: index, %c: complex<i32>, %t: tuple<i8, ui4>,
                    %f: (i32) -> i1, %m: memref<4xi8, strided<[1], offset: ?>>) -> i64 {
  %0 = arith.constant dense<[1, 2]> : tensor<2xi16>
  %1 = arith.constant 0x1e5 : i64
  %2 = tosa.sub %x, %x : (tensor<?x8xi32>, tensor<?x8xi32>) -> tensor<?x8xi32>
  %3 = math.ctlz %1 : i64
  %4 = llvm.mlir.zero : !llvm.ptr
  %5 = arith.index_cast %i : index to i64
  return %3 : i64
}
memref.global "private" constant @table : memref<2xi16> = dense<1>

// -----

// Types and attributes of the project's own integer dialect; `half` is a way to
// pair channels and no type.
// CHECK: remark: {{.*}}ProvenOps=5,
func.func @iquant(%x: !iquant.fixed<?x8xi32, 16>, %t: !iquant.fixed<16x4xi16, 14>, %p: index) -> !iquant.dyn<?x8xui8> {
  %0 = "iquant.rope"(%x, %t, %t, %p) <{heads = 1 : i64, pairing = #iquant.rope_pairing<half>}>
    : (!iquant.fixed<?x8xi32, 16>, !iquant.fixed<16x4xi16, 14>, !iquant.fixed<16x4xi16, 14>, index)
    -> !iquant.fixed<?x8xi32, 16>
  %1 = iquant.quantize %0 : !iquant.fixed<?x8xi32, 16> -> !iquant.dyn<?x8xui8>
  return %1 : !iquant.dyn<?x8xui8>
}

// -----

// Names are not types: of functions, of structs, of locations, in strings.
// CHECK: remark: {{.*}}ProvenOps=4,
llvm.func @f32(%x: !llvm.struct<"f32", (i32)>) attributes {passthrough = ["f16", "1.5"]} {
  %0 = llvm.mlir.constant(1 : i32) {note = "bf16"} : i32 loc(fused<{scale = 0.5 : f32}>["f64"])
  llvm.return
}

// -----

// Metadata: a module's data layout, hyperparameters on a function, statistics
// of an argument.
// CHECK: remark: {{.*}}ProvenOps=3,
module attributes {dlti.dl_spec = #dlti.dl_spec<f80 = dense<128> : vector<2xi64>>, transformer.theta = 1.0e5 : f64} {
  func.func @metadata(%x: i32 {transformer.mean = 0.5 : f32}) -> (i32 {transformer.mean = 0.5 : f32})
      attributes {transformer.epsilon = 1.0e-5 : f64} {
    return %x : i32
  }
}

// -----

// Memory and integer intrinsics of a program that is lowered to LLVM.
// CHECK: remark: {{.*}}ProvenOps=11,
llvm.func @malloc(i64) -> !llvm.ptr
llvm.func @free(!llvm.ptr)
llvm.func @llvm.smax.i64(i64, i64) -> i64
llvm.func @lowered(%n: i64) {
  %0 = llvm.call @llvm.smax.i64(%n, %n) : (i64, i64) -> i64
  %1 = llvm.call @malloc(%0) : (i64) -> !llvm.ptr
  %2 = llvm.load %1 : !llvm.ptr -> i8
  llvm.call @free(%1) : (!llvm.ptr) -> ()
  %3 = llvm.call_intrinsic "llvm.sadd.sat.i64"(%0, %0) : (i64, i64) -> i64
  llvm.return
}

// -----

// A function that is in the module, called by name and by an address in plain
// sight; and a declaration of integers that nothing calls.
// CHECK: remark: {{.*}}ProvenOps=10,
func.func private @unused(i32) -> i32
func.func private @double(%x: i32) -> i32 {
  %0 = arith.addi %x, %x : i32
  return %0 : i32
}
func.func @calls(%x: i32) -> i32 {
  %0 = call @double(%x) : (i32) -> i32
  %f = func.constant @double : (i32) -> i32
  %1 = func.call_indirect %f(%0) : (i32) -> i32
  return %1 : i32
}

// -----

// What the user allows: a function that stays float, declared or with a body,
// and calls to it. What else touches floats would still be refused.
// CHECK: remark: {{.*}}AllowedFunctions=2, ProvenOps=3,
// STRICT: error: 'func.func' op 'expf' has argument 0 of type 'f32'
// STRICT: error: 'func.func' op 'reference' returns result 0 of type 'f32'
// STRICT: error: 'arith.sitofp' op has result 0 of type 'f32', in function 'reference'
// STRICT: error: 'func.call' op calls 'expf', a floating-point function of the C library, in function 'reference'
// STRICT: error: 'func.return' op has operand 0 of type 'f32', in function 'reference'
// STRICT: error: 'func.call' op has result 0 of type 'f32', in function 'compare'
// STRICT-NOT: error
// LIMIT: error: 'func.func' op 'expf' has argument 0 of type 'f32'
// LIMIT: error: module is not integer-only at 6 ops, of which the first 1 are reported
// LIMIT-NOT: in function 'reference'
func.func private @expf(f32) -> f32
func.func private @reference(%x: i32) -> f32 {
  %0 = arith.sitofp %x : i32 to f32
  %1 = call @expf(%0) : (f32) -> f32
  return %1 : f32
}
func.func @compare(%x: i32) {
  %0 = call @reference(%x) : (i32) -> f32
  return
}

// -----

// Ops that the user vouches for.
// CHECK: remark: {{.*}}ProvenOps=5,
// STRICT: error: 'unregistered.op' op is not registered
// STRICT: error: 'llvm.inline_asm' op runs code that is not in this module
func.func @vouched(%x: i32) -> i32 {
  %0 = "unregistered.op"(%x) : (i32) -> i32
  %1 = llvm.inline_asm "addl $1, $0", "=r,r" %0 : (i32) -> i32
  return %1 : i32
}

// -----

// A long way back is cut in the middle.
// CHECK: error: 'arith.fptosi' op has operand 0 of type 'f32', in function 'long_chain'
// CHECK-COUNT-6: note: which comes from 'arith.negf' op
// CHECK: note: values left out of this chain: 1
// CHECK: note: floating point enters here, made of other types by 'arith.sitofp' op
func.func @long_chain(%x: i32) -> i32 {
  %0 = arith.sitofp %x : i32 to f32
  %1 = arith.negf %0 : f32
  %2 = arith.negf %1 : f32
  %3 = arith.negf %2 : f32
  %4 = arith.negf %3 : f32
  %5 = arith.negf %4 : f32
  %6 = arith.negf %5 : f32
  %7 = arith.negf %6 : f32
  %8 = arith.fptosi %7 : f32 to i32
  return %8 : i32
}

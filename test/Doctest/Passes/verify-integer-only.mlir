// RUN: not quant-opt %s --verify-integer-only --mlir-print-op-on-diagnostic=false -o /dev/null 2>&1 | FileCheck %s

// A float hides in the middle of integer code: the pass names the op that
// computes in it, and where it came from.
func.func @half(%x: i32) -> i32 {
  %c = arith.constant 0.5 : f32
  %float = arith.sitofp %x : i32 to f32
  %product = arith.mulf %float, %c : f32
  %result = arith.fptosi %product : f32 to i32
  return %result : i32
}

// The same function in integers passes.
func.func @half_in_integers(%x: i32) -> i32 {
  %one = arith.constant 1 : i32
  %result = arith.shrsi %x, %one : i32
  return %result : i32
}

// CHECK: error: 'arith.constant' op
// CHECK: error: 'arith.sitofp' op has result 0 of type 'f32', in function 'half'
// CHECK: error: 'arith.mulf' op
// CHECK: note: floating point enters here
// CHECK: error: 'arith.fptosi' op
// CHECK-NOT: half_in_integers

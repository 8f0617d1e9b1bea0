// RUN: quant-opt %s --clone-for-targets="triple=x86_64-linux-gnu cpu=haswell,x86-64 features=+movbe" | FileCheck %s
// RUN: quant-opt %s --clone-for-targets="triple=riscv64-linux-gnu cpu=generic-rv64" | FileCheck %s --check-prefix=ONE
// RUN: not quant-opt %s --clone-for-targets="triple=x86_64-linux-gnu cpu=x86-64,haswell" 2>&1 | FileCheck %s --check-prefix=ORDER
// RUN: not quant-opt %s --clone-for-targets="triple=x86_64-linux-gnu cpu=skylake,broadwell,x86-64" 2>&1 | FileCheck %s --check-prefix=BITS
// RUN: not quant-opt %s --clone-for-targets="triple=x86_64-linux-gnu cpu=haswell,,x86-64" 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: not quant-opt %s --clone-for-targets="triple=x86_64-linux-gnu cpu=haswell,cortex-a76" 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not quant-opt %s --clone-for-targets="triple=aarch64-apple-darwin cpu=apple-m1,generic" 2>&1 | FileCheck %s --check-prefix=ASK

// Attributes of the module stay where they are, but for its target; features
// are those of all targets, not of the code that chooses.
// CHECK: module attributes {iquant.kept, llvm.target = #llvm.target<triple = "x86_64-unknown-linux-gnu", chip = "x86-64", features = <[
// CHECK-NOT: +movbe
// CHECK-SAME: ]>>} {
// CHECK: module @haswell attributes {llvm.target = #llvm.target<triple = "x86_64-unknown-linux-gnu", chip = "haswell", features = <[{{.*}}"+avx2"{{.*}}"+movbe"
// CHECK-NEXT: func.func private @outside()
// CHECK-NEXT: func.func @f()
// CHECK: module @"x86-64" attributes {llvm.target = #llvm.target<triple = "x86_64-unknown-linux-gnu", chip = "x86-64", features = <[{{.*}}"+movbe"
// CHECK-NEXT: func.func private @outside()
// CHECK-NEXT: func.func @f()

// One needs no question.
// ONE: module @"generic-rv64" attributes {llvm.target = #llvm.target<triple = "riscv64-unknown-linux-gnu", chip = "generic-rv64"

// ORDER: error: 'haswell' would never be chosen behind 'x86-64', which runs wherever it does: expects the best one first
// What code may use is what counts, not the age of a processor.
// BITS: error: 'broadwell' would never be chosen behind 'skylake'
// EMPTY: error: expects processors between the commas, got 'haswell,,x86-64'
// UNKNOWN: error: unknown processor 'cortex-a76' of target 'x86_64-unknown-linux-gnu'
// ASK: error: programs for 'aarch64-apple-darwin' cannot ask what their processor has: expects one processor, got 'apple-m1,generic'
module attributes {iquant.kept, llvm.target = #llvm.target<triple = "riscv64-linux-gnu", chip = "generic-rv64">} {
  func.func private @outside()
  func.func @f() -> tensor<2xi8> {
    call @outside() : () -> ()
    %c = arith.constant dense_resource<codes> : tensor<2xi8>
    return %c : tensor<2xi8>
  }
}

{-#
  dialect_resources: { builtin: { codes: "0x010000000102" } }
#-}

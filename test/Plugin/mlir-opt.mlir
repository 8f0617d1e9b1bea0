// The dialects and passes in a stock mlir-opt. The plugins come before the
// pipeline, which is parsed as soon as it is seen.
//
// RUN: mlir-opt %s --load-dialect-plugin=%{libs}/IQuantPlugin.so \
// RUN:   --load-pass-plugin=%{libs}/IQuantPlugin.so \
// RUN:   --pass-pipeline="builtin.module(canonicalize,verify-integer-only)" | FileCheck %s
// RUN: not mlir-opt %s 2>&1 | FileCheck %s --check-prefix=UNLOADED
//
// A module built with a sanitizer needs its runtime, which mlir-opt lacks.
// UNSUPPORTED: sanitizer

// CHECK-LABEL: @add
// CHECK-NEXT: return
// UNLOADED: type created with unregistered dialect
func.func @add(%x: !iquant.fixed<?x8xi32, 16>) -> !iquant.fixed<?x8xi32, 16> {
  %0 = iquant.rescale %x : !iquant.fixed<?x8xi32, 16> -> !iquant.fixed<?x8xi32, 16>
  return %0 : !iquant.fixed<?x8xi32, 16>
}

// RUN: not quant-opt %s --verify-accumulator-range --mlir-print-op-on-diagnostic=false -o /dev/null 2>&1 | FileCheck %s

// 8-bit codes times 8-bit weights over 70000 channels can leave 32 bits; the
// message says at which length they would still fit.
func.func @wide(%x: !iquant.dyn<?x70000xui8>, %w: !iquant.weight<8x70000xsi8>) -> !iquant.fixed<?x8xi32, 16> {
  %y = iquant.linear %x, %w : (!iquant.dyn<?x70000xui8>, !iquant.weight<8x70000xsi8>) -> !iquant.fixed<?x8xi32, 16>
  return %y : !iquant.fixed<?x8xi32, 16>
}

// This one cannot overflow.
func.func @narrow(%x: !iquant.dyn<?x576xui8>, %w: !iquant.weight<8x576xsi8>) -> !iquant.fixed<?x8xi32, 16> {
  %y = iquant.linear %x, %w : (!iquant.dyn<?x576xui8>, !iquant.weight<8x576xsi8>) -> !iquant.fixed<?x8xi32, 16>
  return %y : !iquant.fixed<?x8xi32, 16>
}

// CHECK: error: 'iquant.linear' op
// CHECK-SAME: 66311
// CHECK-NOT: error

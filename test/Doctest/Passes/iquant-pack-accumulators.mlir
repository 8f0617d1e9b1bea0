// RUN: quant-opt %s --iquant-pack-accumulators=form=counts | FileCheck %s

// Four codes of 2 bits share a byte, and the weights of the codes are added up
// by how many have the low bit, the high bit and both.
func.func @attend(%q: !iquant.dyn<?x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16> {
  %result = iquant.attention %q, %k, %k {heads = 2 : i64, kv_heads = 2 : i64, table = #iquant.table<bits = 2, multiplier = [55924], exponent = [16], entries = [255, 79, 25, 8]>}
    : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return %result : !iquant.fixed<?x8xi32, 16>
}

// CHECK: iquant.attention {{.*}}packed_sum = #iquant.packed_sum<counts>

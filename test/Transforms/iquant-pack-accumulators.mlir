// RUN: quant-opt %s --iquant-pack-accumulators=form=table | FileCheck %s --check-prefixes=CHECK,TABLE
// RUN: quant-opt %s --iquant-pack-accumulators=form=counts | FileCheck %s --check-prefixes=CHECK,COUNTS
// RUN: quant-opt %s --iquant-pack-accumulators | FileCheck %s --check-prefixes=CHECK,ELEMENTS
// RUN: quant-opt %s --iquant-pack-accumulators=form=table --remarks-filter=iquant-pack-accumulators 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: not quant-opt %s --iquant-pack-accumulators=form=bytes 2>&1 | FileCheck %s --check-prefix=FORM

// FORM: Cannot find option named 'bytes'
// REMARK-DAG: remark: {{.*}}iquant-pack-accumulators{{.*}}PackedSums=2
// REMARK-DAG: remark: {{.*}}the exponentials come from no table of few entries

// CHECK-LABEL: func.func @softmax
func.func @softmax(%x: !iquant.fixed<?x16xi32, 14>) -> !iquant.dyn<?x16xui8> {
  // TABLE: iquant.softmax {{.*}}packed_sum = #iquant.packed_sum<table>
  // COUNTS: iquant.softmax {{.*}}packed_sum = #iquant.packed_sum<counts>
  // ELEMENTS: iquant.softmax %{{.*}} {table
  %0 = iquant.softmax %x {table = #iquant.table<bits = 2, multiplier = [55924], exponent = [16], entries = [255, 79, 25, 8]>} : (!iquant.fixed<?x16xi32, 14>) -> !iquant.dyn<?x16xui8>
  return %0 : !iquant.dyn<?x16xui8>
}

// A form that is there already gives way.
// CHECK-LABEL: func.func @attention
func.func @attention(%q: !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16> {
  // TABLE: iquant.attention {{.*}}packed_sum = #iquant.packed_sum<table>
  // COUNTS: iquant.attention {{.*}}packed_sum = #iquant.packed_sum<counts>
  // ELEMENTS-NOT: packed_sum
  %0 = iquant.attention %q, %q, %q {heads = 2 : i64, kv_heads = 2 : i64, packed_sum = #iquant.packed_sum<counts>, table = #iquant.table<bits = 2, multiplier = [55924], exponent = [16], entries = [255, 79, 25, 8]>}
    : (!iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<?x8xi32, 16>
  return %0 : !iquant.fixed<?x8xi32, 16>
}

// Two codes of 5 bits do not fit.
// REMARK-DAG: remark: {{.*}}a byte has no room for two codes
// CHECK-LABEL: func.func @wide_codes
func.func @wide_codes(%x: !iquant.fixed<?x16xi32, 14>) -> !iquant.dyn<?x16xui8> {
  // CHECK: iquant.softmax %{{.*}} {table
  %0 = iquant.softmax %x {table = #iquant.table<bits = 5, multiplier = [38478], exponent = [13], entries = [255, 206, 167, 135, 109, 88, 71, 57, 46, 38, 30, 25, 20, 16, 13, 10, 8, 7, 6, 4, 4, 3, 2, 2, 2, 1, 1, 1, 1, 1, 0, 0]>} : (!iquant.fixed<?x16xi32, 14>) -> !iquant.dyn<?x16xui8>
  return %0 : !iquant.dyn<?x16xui8>
}

// The exponentials of rule S1 have no codes that could share a byte.
// CHECK-LABEL: func.func @two_levels
func.func @two_levels(%x: !iquant.fixed<?x16xi32, 14>) -> !iquant.dyn<?x16xui8> {
  // CHECK: iquant.softmax %{{.*}} :
  %0 = iquant.softmax %x : (!iquant.fixed<?x16xi32, 14>) -> !iquant.dyn<?x16xui8>
  return %0 : !iquant.dyn<?x16xui8>
}

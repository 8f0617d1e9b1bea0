// RUN: quant-opt %s --allow-unregistered-dialect --outline-repeated-bodies=min-ops=2 | FileCheck %s --check-prefix=OPS2
// RUN: quant-opt %s --allow-unregistered-dialect --outline-repeated-bodies="min-ops=2 min-repetitions=3" \
// RUN:   | FileCheck %s --check-prefix=REPEAT3
// RUN: quant-opt %s --allow-unregistered-dialect --outline-repeated-bodies=min-ops=4 | FileCheck %s --check-prefix=OPS4

// Four ops twice, then two ops three times.

// OPS2-COUNT-2: call @model_body_0
// OPS2-COUNT-3: call @model_body_1
// REPEAT3-NOT:  call
// REPEAT3:      "other.last"
// REPEAT3-COUNT-3: call @model_body_0
// REPEAT3-NOT:  call
// OPS4-COUNT-2: call @model_body_0
// OPS4:         "other.e"
// OPS4-NOT:     call
func.func @model(%x: i32) -> i32 {
  %0 = "other.a"(%x) : (i32) -> i32
  %1 = "other.b"(%0) : (i32) -> i32
  %2 = "other.c"(%1) : (i32) -> i32
  %3 = "other.last"(%2) : (i32) -> i32
  %4 = "other.a"(%3) : (i32) -> i32
  %5 = "other.b"(%4) : (i32) -> i32
  %6 = "other.c"(%5) : (i32) -> i32
  %7 = "other.last"(%6) : (i32) -> i32
  %8 = "other.e"(%7) : (i32) -> i32
  %9 = "other.f"(%8) : (i32) -> i32
  %10 = "other.e"(%9) : (i32) -> i32
  %11 = "other.f"(%10) : (i32) -> i32
  %12 = "other.e"(%11) : (i32) -> i32
  %13 = "other.f"(%12) : (i32) -> i32
  return %13 : i32
}

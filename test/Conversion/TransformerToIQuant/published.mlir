// RUN: quant-opt %s --convert-transformer-to-iquant="softmax=di-exp sigmoid=row-maximum erf=ibert" | FileCheck %s --check-prefixes=CHECK,EXP
// RUN: quant-opt %s --convert-transformer-to-iquant="softmax=di-exp-guarded sigmoid=row-maximum erf=ibert" | FileCheck %s --check-prefixes=CHECK,EXP-GUARDED
// RUN: quant-opt %s --convert-transformer-to-iquant="softmax=di-clipped sigmoid=row-maximum erf=ibert" | FileCheck %s --check-prefixes=CHECK,CLIPPED
// RUN: quant-opt %s --convert-transformer-to-iquant="softmax=di-clipped-guarded sigmoid=row-maximum erf=ibert" | FileCheck %s --check-prefixes=CHECK,CLIPPED-GUARDED
// RUN: quant-opt %s --convert-transformer-to-iquant="softmax=ibert sigmoid=row-maximum erf=ibert" | FileCheck %s --check-prefixes=CHECK,IBERT
// RUN: not quant-opt %s --convert-transformer-to-iquant="softmax=exact" 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// UNKNOWN: Cannot find option named 'exact'

// CHECK-LABEL: func.func @activations(
func.func @activations(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: %[[SWIGLU:.*]] = iquant.swiglu %arg0, %arg0 {sigmoid = #iquant.sigmoid<row_maximum>}
  // CHECK-NEXT: %[[SILU:.*]] = iquant.silu %[[SWIGLU]] {sigmoid = #iquant.sigmoid<row_maximum>}
  // CHECK-NEXT: %[[ERF:.*]] = iquant.gelu %[[SILU]]<ibert>
  // CHECK-NEXT: %[[TANH:.*]] = iquant.gelu %[[ERF]]<tanh>
  // CHECK-NEXT: return %[[TANH]]
  %0 = transformer.swiglu %x, %x : tensor<?x4xf32>
  %1 = transformer.silu %0 : tensor<?x4xf32>
  %2 = transformer.gelu %1<erf> : tensor<?x4xf32>
  %3 = transformer.gelu %2<tanh> : tensor<?x4xf32>
  return %3 : tensor<?x4xf32>
}

// EXP: iquant.softmax %arg0 {exponential = #iquant.exponential<di_exp>}
// EXP-GUARDED: iquant.softmax %arg0 {exponential = #iquant.exponential<di_exp_guarded>}
// CLIPPED: iquant.softmax %arg0 {exponential = #iquant.exponential<di_clipped>}
// CLIPPED-GUARDED: iquant.softmax %arg0 {exponential = #iquant.exponential<di_clipped_guarded>}
// IBERT: iquant.softmax %arg0 {exponential = #iquant.exponential<ibert>}
func.func @softmax(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = transformer.softmax %x : tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// The factor on the scores is 1/2, without the steps per unit of a table.
// EXP: iquant.attention {{.*}} {exponential = #iquant.exponential<di_exp>, heads = 1 : i64, kv_heads = 1 : i64, scale_exponent = 16 : i64, scale_multiplier = 32768 : i64}
// EXP-GUARDED: iquant.attention {{.*}} {exponential = #iquant.exponential<di_exp_guarded>
// CLIPPED: iquant.attention {{.*}} {exponential = #iquant.exponential<di_clipped>
// CLIPPED-GUARDED: iquant.attention {{.*}} {exponential = #iquant.exponential<di_clipped_guarded>
// IBERT: iquant.attention {{.*}} {exponential = #iquant.exponential<ibert>
func.func @attention(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %0 = transformer.attention %x, %x, %x {heads = 1, kv_heads = 1} : (tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}

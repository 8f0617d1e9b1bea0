// RUN: quant-opt %s --convert-iquant-to-linalg --canonicalize --cse --split-input-file | FileCheck %s

// Rows have their largest and smallest element, then four numbers of D2 and
// the shift of S5 for each; no division is by element.
// CHECK-LABEL: func.func @di_exp(
func.func @di_exp(%x: !iquant.fixed<?x18xi32, 14>) -> !iquant.dyn<?x18xui8> {
  // CHECK-NOT: dense<
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]
  // CHECK-DAG: arith.maxsi
  // CHECK-DAG: arith.minsi
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel"]
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]
  // CHECK-NOT: arith.divui
  // CHECK: arith.shrui %{{.*}}, %c28_i32
  // CHECK-NOT: arith.divui
  // CHECK: linalg.yield
  %0 = iquant.softmax %x {exponential = #iquant.exponential<di_exp>} : (!iquant.fixed<?x18xi32, 14>) -> !iquant.dyn<?x18xui8>
  return %0 : !iquant.dyn<?x18xui8>
}

// -----

// Codes of 8 bits from products of 64, and guard bits before the halvings.
// CHECK-LABEL: func.func @di_clipped_guarded(
func.func @di_clipped_guarded(%x: !iquant.fixed<?x18xi32, 14>) -> !iquant.fixed<?x18xi32, 14> {
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel"]
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]
  // CHECK: arith.muli {{.*}} : i64
  // CHECK: arith.shrui %{{.*}}, %c28_i32
  // CHECK: arith.shli %{{.*}}, %c8_i32
  // CHECK: linalg.yield
  %0 = iquant.softmax %x {exponential = #iquant.exponential<di_clipped_guarded>} : (!iquant.fixed<?x18xi32, 14>) -> !iquant.fixed<?x18xi32, 14>
  return %0 : !iquant.fixed<?x18xi32, 14>
}

// -----

// The polynomial's numbers belong to a row.
// CHECK-LABEL: func.func @ibert(
func.func @ibert(%q: !iquant.dyn<2x4xsi8, 4>) -> !iquant.fixed<2x4xi32, 14> {
  // CHECK: arith.muli %{{.*}}, %c45423_i64
  // CHECK: arith.muli %{{.*}}, %c177427_i64
  // CHECK: arith.muli %{{.*}}, %c182984_i64
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
  // CHECK: arith.shrui %{{.*}}, %c28_i32
  // No valid score is that small.
  // CHECK: arith.cmpi eq, %{{.*}}, %c-2147483648_i32
  %0 = iquant.attention %q, %q, %q {causal, exponential = #iquant.exponential<ibert>, heads = 1, kv_heads = 1, scale_exponent = 16, scale_multiplier = 32768} : (!iquant.dyn<2x4xsi8, 4>, !iquant.dyn<2x4xsi8, 4>, !iquant.dyn<2x4xsi8, 4>) -> !iquant.fixed<2x4xi32, 14>
  return %0 : !iquant.fixed<2x4xi32, 14>
}

// -----

// A gate is read twice; T of 14 bits is a constant.
// CHECK-LABEL: func.func @row_maximum(
func.func @row_maximum(%x: !iquant.fixed<?x?xi32, 14>, %y: !iquant.fixed<?x?xi32, 14>) -> !iquant.fixed<?x?xi32, 14> {
  // CHECK: linalg.fill ins(%c0_i32
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]
  // CHECK: arith.maxsi
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]
  // CHECK: arith.muli %{{.*}}, %c11398_i32
  // CHECK: arith.divui
  // CHECK: linalg.yield
  %0 = iquant.swiglu %x, %y {sigmoid = #iquant.sigmoid<row_maximum>} : (!iquant.fixed<?x?xi32, 14>, !iquant.fixed<?x?xi32, 14>) -> !iquant.fixed<?x?xi32, 14>
  return %0 : !iquant.fixed<?x?xi32, 14>
}

// -----

// CHECK-LABEL: func.func @erf(
func.func @erf(%x: !iquant.fixed<?xi32, 14>) -> !iquant.fixed<?xi32, 14> {
  // CHECK: arith.subi %c10247_i32, %{{.*}}
  // CHECK: arith.subi %c116183478_i32, %{{.*}}
  // CHECK: arith.muli %{{.*}}, %c75712_i32
  %0 = iquant.gelu %x<ibert> : !iquant.fixed<?xi32, 14>
  return %0 : !iquant.fixed<?xi32, 14>
}

// RUN: quant-opt %s -verify-diagnostics --remark-format=emitRemark --remarks-filter=pack-contractions \
// RUN:   --pack-contractions

// Each contraction that could be packed says what became of it.

#m = affine_map<(m, n, k) -> (m, k)>
#n = affine_map<(m, n, k) -> (n, k)>
#k = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
#avx2 = #llvm.target<triple = "x86_64-unknown-linux-gnu", chip = "", features = <["+avx2"]>>

module attributes {llvm.target = #avx2} {

func.func @packed(%a: memref<32x64xi8>, %b: memref<32x64xi8>, %c: memref<32x32xi32>) {
  // expected-remark@+1 {{[Passed] PackContractions | Category:pack-contractions | Function=packed | Remark="packed a contraction for X86_AVX2_1x8x2_I32_S16_S16"}}
  linalg.generic {indexing_maps = [#m, #n, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x64xi8>, memref<32x64xi8>) outs(%c : memref<32x32xi32>) {
  ^bb0(%x: i8, %y: i8, %s: i32):
    %p = arith.extsi %x : i8 to i32
    %q = arith.extsi %y : i8 to i32
    %r = arith.muli %p, %q : i32
    %t = arith.addi %s, %r : i32
    linalg.yield %t : i32
  }
  return
}

func.func @few(%a: memref<23x64xi8>, %b: memref<32x64xi8>, %c: memref<23x32xi32>) {
  // expected-remark@+1 {{[Missed] PackContractions | Category:pack-contractions | Function=few | Remark="a contraction is not packed: its rows are few"}}
  linalg.generic {indexing_maps = [#m, #n, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<23x64xi8>, memref<32x64xi8>) outs(%c : memref<23x32xi32>) {
  ^bb0(%x: i8, %y: i8, %s: i32):
    %p = arith.extsi %x : i8 to i32
    %q = arith.extsi %y : i8 to i32
    %r = arith.muli %p, %q : i32
    %t = arith.addi %s, %r : i32
    linalg.yield %t : i32
  }
  return
}

func.func @unsigned(%a: memref<32x64xi8>, %b: memref<32x64xi8>, %c: memref<32x32xi32>) {
  // expected-remark@+1 {{its factors are no codes of 8 bits, the second one signed}}
  linalg.generic {indexing_maps = [#m, #n, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x64xi8>, memref<32x64xi8>) outs(%c : memref<32x32xi32>) {
  ^bb0(%x: i8, %y: i8, %s: i32):
    %p = arith.extsi %x : i8 to i32
    %q = arith.extui %y : i8 to i32
    %r = arith.muli %p, %q : i32
    %t = arith.addi %s, %r : i32
    linalg.yield %t : i32
  }
  return
}

func.func @open(%a: memref<32x?xi8>, %b: memref<32x?xi8>, %c: memref<32x32xi32>) {
  // expected-remark@+1 {{the length of its rows is not known}}
  linalg.generic {indexing_maps = [#m, #n, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x?xi8>, memref<32x?xi8>) outs(%c : memref<32x32xi32>) {
  ^bb0(%x: i8, %y: i8, %s: i32):
    %p = arith.extsi %x : i8 to i32
    %q = arith.extsi %y : i8 to i32
    %r = arith.muli %p, %q : i32
    %t = arith.addi %s, %r : i32
    linalg.yield %t : i32
  }
  return
}

func.func @long(%a: memref<32x512xi8>, %b: memref<32x512xi8>, %c: memref<32x32xi32>) {
  // expected-remark@+1 {{its rows are long}}
  linalg.generic {indexing_maps = [#m, #n, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x512xi8>, memref<32x512xi8>) outs(%c : memref<32x32xi32>) {
  ^bb0(%x: i8, %y: i8, %s: i32):
    %p = arith.extsi %x : i8 to i32
    %q = arith.extsi %y : i8 to i32
    %r = arith.muli %p, %q : i32
    %t = arith.addi %s, %r : i32
    linalg.yield %t : i32
  }
  return
}

func.func @uneven(%a: memref<32x40xi8>, %b: memref<32x40xi8>, %c: memref<32x32xi32>) {
  // expected-remark@+1 {{its rows are no whole number of steps}}
  linalg.generic {indexing_maps = [#m, #n, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x40xi8>, memref<32x40xi8>) outs(%c : memref<32x32xi32>) {
  ^bb0(%x: i8, %y: i8, %s: i32):
    %p = arith.extsi %x : i8 to i32
    %q = arith.extsi %y : i8 to i32
    %r = arith.muli %p, %q : i32
    %t = arith.addi %s, %r : i32
    linalg.yield %t : i32
  }
  return
}

func.func @columns(%a: memref<32x64xi8>, %b: memref<64x12xi8>, %c: memref<32x12xi32>) {
  // expected-remark@+1 {{its columns are no whole number of tiles}}
  linalg.generic {indexing_maps = [#m, #k, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x64xi8>, memref<64x12xi8>) outs(%c : memref<32x12xi32>) {
  ^bb0(%x: i8, %y: i8, %s: i32):
    %p = arith.extsi %x : i8 to i32
    %q = arith.extsi %y : i8 to i32
    %r = arith.muli %p, %q : i32
    %t = arith.addi %s, %r : i32
    linalg.yield %t : i32
  }
  return
}

}

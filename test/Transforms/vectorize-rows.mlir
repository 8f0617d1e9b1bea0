// RUN: quant-opt %s --split-input-file --pass-pipeline="builtin.module(func.func(vectorize-rows{vector-bits=256}), canonicalize, cse)" | FileCheck %s
// RUN: quant-opt %s --split-input-file --pass-pipeline="builtin.module(func.func(vectorize-rows))" | FileCheck %s --check-prefix=TARGET
// RUN: not quant-opt %s --split-input-file --pass-pipeline="builtin.module(func.func(vectorize-rows{vector-bits=100}))" 2>&1 | FileCheck %s --check-prefix=WIDTH

// WIDTH: error: expects a vector of 128, 256 or 512 bits, got 100

#row = affine_map<(r, c) -> (r)>
#column = affine_map<(r, c) -> (c)>
#whole = affine_map<(r, c) -> (r, c)>

// Two reductions at once; what fills no vector follows in a scalar loop, and so
// do the sums into it. Elements of 32 bits fill a register, their squares two.
// CHECK-LABEL: func.func @reductions(
// CHECK-SAME: %[[X:.*]]: memref<?x?xi32>, %[[SUMS:.*]]: memref<?xi64>, %[[MOST:.*]]: memref<?xi32>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0> : vector<8xi64>
// CHECK-DAG: %[[LEAST:.*]] = arith.constant dense<-2147483648> : vector<8xi32>
// CHECK-NOT: linalg.generic
// CHECK: scf.parallel (%[[R:[^ ]*]]) =
// CHECK: %[[SUM:.*]] = memref.load %[[SUMS]][%[[R]]]
// CHECK: %[[BEFORE:.*]] = memref.load %[[MOST]][%[[R]]]
// CHECK: %[[REST:.*]] = arith.remui %[[SIZE:.*]], %c8
// CHECK: %[[FULL:.*]] = arith.subi %[[SIZE]], %[[REST]]
// CHECK: %[[VECTORS:.*]]:2 = scf.for %{{.*}} = %c0 to %[[FULL]] step %c8 iter_args(%{{.*}} = %[[ZERO]], %{{.*}} = %[[LEAST]])
// CHECK: vector.load %[[X]]{{.*}} vector<8xi32>
// CHECK: arith.extsi %{{.*}} : vector<8xi32> to vector<8xi64>
// CHECK: arith.maxsi %{{.*}} : vector<8xi32>
// CHECK: %[[S:.*]] = vector.reduction <add>, %[[VECTORS]]#0, %[[SUM]] : vector<8xi64> into i64
// CHECK: %[[M:.*]] = vector.reduction <maxsi>, %[[VECTORS]]#1, %[[BEFORE]] : vector<8xi32> into i32
// CHECK: %[[SCALARS:.*]]:2 = scf.for %{{.*}} = %[[FULL]] to %[[SIZE]] step %c1 iter_args(%{{.*}} = %[[S]], %{{.*}} = %[[M]])
// CHECK: memref.store %[[SCALARS]]#0, %[[SUMS]][%[[R]]]
// CHECK: memref.store %[[SCALARS]]#1, %[[MOST]][%[[R]]]
func.func @reductions(%x: memref<?x?xi32>, %sums: memref<?xi64>, %most: memref<?xi32>) {
  linalg.generic {indexing_maps = [#whole, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x?xi32>) outs(%sums, %most : memref<?xi64>, memref<?xi32>) {
  ^bb0(%e: i32, %sum: i64, %m: i32):
    %wide = arith.extsi %e : i32 to i64
    %square = arith.muli %wide, %wide : i64
    %s = arith.addi %sum, %square : i64
    %l = arith.maxsi %e, %m : i32
    linalg.yield %s, %l : i64, i32
  }
  return
}

// -----

#column = affine_map<(r, c) -> (c)>
#row = affine_map<(r, c) -> (r)>
#whole = affine_map<(r, c) -> (r, c)>

// Positions are vectors along the innermost loop and scalars along others, and
// so is what is computed from them; a table is gathered from. A
// register holds 32 of the codes.
// CHECK-LABEL: func.func @positions(
// CHECK-SAME: %[[CODES:.*]]: memref<4x64xi8, strided<[64, 1], offset: ?>>, %[[TABLE:.*]]: memref<256xi32>, %[[OUT:.*]]: memref<4x64xi32>
// CHECK: scf.for %[[R:.*]] = %c0 to %c4 step %c1
// CHECK: scf.for %[[C:.*]] = %c0 to %c64 step %c32
// CHECK: vector.load %[[CODES]]{{.*}} vector<32xi8>
// CHECK: %[[BASE:.*]] = vector.broadcast %[[C]] : index to vector<32xindex>
// CHECK: %[[STEP:.*]] = vector.step : vector<32xindex>
// CHECK: arith.addi %[[BASE]], %[[STEP]] : vector<32xindex>
// CHECK: arith.index_cast %[[R]] : index to i32
// CHECK: %[[AT:.*]] = arith.index_castui %{{.*}} : vector<32xi32> to vector<32xindex>
// CHECK: vector.gather %[[TABLE]][%c0] [%[[AT]]]
// CHECK: vector.store %{{.*}}, %[[OUT]]{{.*}} vector<32xi32>
// CHECK-NOT: memref.store
func.func @positions(%codes: memref<4x64xi8, strided<[64, 1], offset: ?>>, %table: memref<256xi32>, %out: memref<4x64xi32>) {
  linalg.generic {indexing_maps = [#whole, #whole], iterator_types = ["parallel", "parallel"]}
      ins(%codes : memref<4x64xi8, strided<[64, 1], offset: ?>>) outs(%out : memref<4x64xi32>) {
  ^bb0(%code: i8, %unused: i32):
    %c = linalg.index 1 : index
    %column = arith.index_cast %c : index to i32
    %r = linalg.index 0 : index
    %row = arith.index_cast %r : index to i32
    %wide = arith.extui %code : i8 to i32
    %seen = arith.cmpi sle, %column, %row : i32
    %zero = arith.constant 0 : i32
    %chosen = arith.select %seen, %wide, %zero : i32
    %at = arith.index_castui %chosen : i32 to index
    %e = memref.load %table[%at] : memref<256xi32>
    linalg.yield %e : i32
  }
  return
}

// -----

#whole = affine_map<(r, c) -> (r, c)>

// Each row of the result has a row of the table, whose place stays a scalar; a
// row that moves along the innermost loop has no vector form.
// CHECK-LABEL: func.func @rows_of_tables(
// CHECK-SAME: %[[TABLES:.*]]: memref<5x16xi32>, %[[FIRST:.*]]: index
// CHECK: scf.for %[[R:.*]] = %c0 to %c4 step %c1
// CHECK: %[[ROW:.*]] = arith.addi %[[R]], %[[FIRST]] : index
// CHECK: vector.gather %[[TABLES]][%[[ROW]], %c0] [%{{.*}}]
// CHECK-LABEL: func.func @columns_of_tables(
// CHECK: linalg.generic
func.func @rows_of_tables(%tables: memref<5x16xi32>, %first: index, %out: memref<4x16xi32>) {
  linalg.generic {indexing_maps = [#whole], iterator_types = ["parallel", "parallel"]} outs(%out : memref<4x16xi32>) {
  ^bb0(%code: i32):
    %r = linalg.index 0 : index
    %row = arith.addi %r, %first : index
    %at = arith.index_castui %code : i32 to index
    %e = memref.load %tables[%row, %at] : memref<5x16xi32>
    linalg.yield %e : i32
  }
  return
}
func.func @columns_of_tables(%tables: memref<16x5xi32>, %out: memref<4x16xi32>) {
  linalg.generic {indexing_maps = [#whole], iterator_types = ["parallel", "parallel"]} outs(%out : memref<4x16xi32>) {
  ^bb0(%code: i32):
    %r = linalg.index 0 : index
    %at = arith.index_castui %code : i32 to index
    %e = memref.load %tables[%at, %r] : memref<16x5xi32>
    linalg.yield %e : i32
  }
  return
}

// -----

#row = affine_map<(r, c) -> (r)>
#whole = affine_map<(r, c) -> (r, c)>
#turned = affine_map<(r, c) -> (c, r)>

// Does nothing to floats, to elements that are not contiguous, to rows shorter
// than a vector, to a difference, whose order counts, to single bits, to what
// branches, to quotients, which no processor has for vectors.
// CHECK-LABEL: func.func @others(
// CHECK-COUNT-7: linalg.generic
// CHECK-NOT: vector.
func.func @others(%floats: memref<4x16xf32>, %x: memref<16x16xi32>, %y: memref<16x16xi32>, %short: memref<4x2xi32>, %sums: memref<16xi32>, %bits: memref<16x16xi1>, %b: i1) {
  linalg.generic {indexing_maps = [#whole], iterator_types = ["parallel", "parallel"]} outs(%floats : memref<4x16xf32>) {
  ^bb0(%e: f32):
    %0 = arith.addf %e, %e : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [#turned, #whole], iterator_types = ["parallel", "parallel"]} ins(%x : memref<16x16xi32>) outs(%y : memref<16x16xi32>) {
  ^bb0(%e: i32, %unused: i32):
    linalg.yield %e : i32
  }
  linalg.generic {indexing_maps = [#whole], iterator_types = ["parallel", "parallel"]} outs(%short : memref<4x2xi32>) {
  ^bb0(%e: i32):
    %0 = arith.addi %e, %e : i32
    linalg.yield %0 : i32
  }
  linalg.generic {indexing_maps = [#whole, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<16x16xi32>) outs(%sums : memref<16xi32>) {
  ^bb0(%e: i32, %sum: i32):
    %0 = arith.subi %e, %sum : i32
    linalg.yield %0 : i32
  }
  linalg.generic {indexing_maps = [#whole], iterator_types = ["parallel", "parallel"]} outs(%bits : memref<16x16xi1>) {
  ^bb0(%e: i1):
    %0 = arith.xori %e, %b : i1
    linalg.yield %0 : i1
  }
  linalg.generic {indexing_maps = [#whole], iterator_types = ["parallel", "parallel"]} outs(%x : memref<16x16xi32>) {
  ^bb0(%e: i32):
    %0 = scf.if %b -> i32 {
      %1 = arith.addi %e, %e : i32
      scf.yield %1 : i32
    } else {
      scf.yield %e : i32
    }
    linalg.yield %0 : i32
  }
  linalg.generic {indexing_maps = [#whole], iterator_types = ["parallel", "parallel"]} outs(%x : memref<16x16xi32>) {
  ^bb0(%e: i32):
    %c3 = arith.constant 3 : i32
    %0 = arith.divui %e, %c3 : i32
    linalg.yield %0 : i32
  }
  return
}

// -----

#whole = affine_map<(r, c) -> (r, c)>

// Without the option, the target decides. 24 elements do not divide into pairs
// of vectors: there is one at a time.
// CHECK-LABEL: func.func @for_a_target(
// CHECK: vector.load {{.*}} vector<8xi32>
// TARGET-LABEL: func.func @for_a_target(
// TARGET: vector.load {{.*}} vector<16xi32>
module attributes {llvm.target = #llvm.target<triple = "x86_64-linux-gnu", chip = "", features = <["+avx512bw"]>>} {
  func.func @for_a_target(%x: memref<4x24xi32>) {
    linalg.generic {indexing_maps = [#whole], iterator_types = ["parallel", "parallel"]} outs(%x : memref<4x24xi32>) {
    ^bb0(%e: i32):
      %0 = arith.addi %e, %e : i32
      linalg.yield %0 : i32
    }
    return
  }
}

// -----

#map = affine_map<(b, s, g, c) -> (b, s, g, c)>

// Threads share sequences and rows; the two groups of a row are too little to
// share. A few rows of known number are as well, and what depends on its order
// is not to be shared at all. The channels divide into four vectors at a time.
// CHECK-LABEL: func.func @shared(
// CHECK-SAME: %[[X:.*]]: memref<?x?x2x288xi32>, %[[FEW:.*]]: memref<4x64xi32>, %[[MANY:.*]]: memref<512x64xi32>
// CHECK: scf.parallel (%[[B:.*]], %[[S:.*]]) = (%c0, %c0) to (%{{.*}}, %{{.*}}) step (%c1, %c1) {
// CHECK: scf.for %[[G:.*]] = %c0 to %c2 step %c1
// CHECK: scf.for %[[C:.*]] = %c0 to %c288 step %c32
// CHECK: vector.load %[[X]][%[[B]], %[[S]], %[[G]], %[[C]]]
// CHECK: scf.reduce
// CHECK-NOT: scf.parallel
// CHECK: vector.load %[[FEW]]
// CHECK: scf.parallel (%[[R:.*]]) = (%c0) to (%c512) step (%c1) {
// CHECK: vector.load %[[MANY]][%[[R]],
// CHECK-NOT: scf.parallel
// CHECK: return
func.func @shared(%x: memref<?x?x2x288xi32>, %few: memref<4x64xi32>, %many: memref<512x64xi32>, %sums: memref<64xi32>) {
  linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      outs(%x : memref<?x?x2x288xi32>) {
  ^bb0(%e: i32):
    %0 = arith.addi %e, %e : i32
    linalg.yield %0 : i32
  }
  linalg.generic {indexing_maps = [affine_map<(r, c) -> (r, c)>], iterator_types = ["parallel", "parallel"]}
      outs(%few : memref<4x64xi32>) {
  ^bb0(%e: i32):
    %0 = arith.addi %e, %e : i32
    linalg.yield %0 : i32
  }
  linalg.generic {indexing_maps = [affine_map<(r, c) -> (r, c)>], iterator_types = ["parallel", "parallel"]}
      outs(%many : memref<512x64xi32>) {
  ^bb0(%e: i32):
    %0 = arith.addi %e, %e : i32
    linalg.yield %0 : i32
  }
  linalg.generic {indexing_maps = [affine_map<(r, c) -> (r, c)>, affine_map<(r, c) -> (c)>], iterator_types = ["reduction", "parallel"]}
      ins(%many : memref<512x64xi32>) outs(%sums : memref<64xi32>) {
  ^bb0(%e: i32, %sum: i32):
    %0 = arith.addi %e, %sum : i32
    linalg.yield %0 : i32
  }
  return
}

// -----

#row = affine_map<(r, c) -> (r)>
#whole = affine_map<(r, c) -> (r, c)>

// Sums of bytes: neighbours are added first, in 16 bits and then in 32.
// CHECK-LABEL: func.func @bytes(
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0> : vector<8xi32>
// CHECK-DAG: %[[BYTE:.*]] = arith.constant dense<255> : vector<16xi16>
// CHECK-DAG: %[[EIGHT:.*]] = arith.constant dense<8> : vector<16xi16>
// CHECK-DAG: %[[HALF:.*]] = arith.constant dense<65535> : vector<8xi32>
// CHECK-DAG: %[[SIXTEEN:.*]] = arith.constant dense<16> : vector<8xi32>
// CHECK: scf.for {{.*}} step %c32 iter_args(%[[SUM:.*]] = %[[ZERO]])
// CHECK: %[[BYTES:.*]] = vector.load {{.*}} vector<32xi8>
// CHECK-NOT: arith.extui
// CHECK: %[[PAIRS:.*]] = vector.bitcast %[[BYTES]] : vector<32xi8> to vector<16xi16>
// CHECK: %[[LOW:.*]] = arith.andi %[[PAIRS]], %[[BYTE]]
// CHECK: %[[HIGH:.*]] = arith.shrui %[[PAIRS]], %[[EIGHT]]
// CHECK: %[[ADDED:.*]] = arith.addi %[[LOW]], %[[HIGH]]
// CHECK: %[[FOURS:.*]] = vector.bitcast %[[ADDED]] : vector<16xi16> to vector<8xi32>
// CHECK: %[[EVEN:.*]] = arith.andi %[[FOURS]], %[[HALF]]
// CHECK: %[[ODD:.*]] = arith.shrui %[[FOURS]], %[[SIXTEEN]]
// CHECK: %[[ALL:.*]] = arith.addi %[[EVEN]], %[[ODD]]
// CHECK: %[[NEXT:.*]] = arith.addi %[[SUM]], %[[ALL]]
// CHECK: scf.yield %[[NEXT]]
// CHECK: vector.reduction <add>, {{.*}} vector<8xi32> into i32
// CHECK: scf.for {{.*}} step %c1
// CHECK: arith.extui %{{.*}} : i8 to i32
func.func @bytes(%x: memref<?x?xi8>, %sums: memref<?xi32>) {
  linalg.generic {indexing_maps = [#whole, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x?xi8>) outs(%sums : memref<?xi32>) {
  ^bb0(%e: i8, %sum: i32):
    %half = arith.extui %e : i8 to i16
    %wide = arith.extui %half : i16 to i32
    %s = arith.addi %sum, %wide : i32
    linalg.yield %s : i32
  }
  return
}

// -----

#row = affine_map<(r, c) -> (r)>
#whole = affine_map<(r, c) -> (r, c)>

// Signed ones are not, and neither is one number for a whole row.
// CHECK-LABEL: func.func @not_narrow(
// CHECK-NOT: vector.bitcast
// CHECK: vector.reduction <add>, {{.*}} vector<32xi32> into i32
// CHECK: vector.reduction <add>, {{.*}} vector<32xi32> into i32
func.func @not_narrow(%x: memref<?x?xi8>, %y: memref<?xi8>, %sums: memref<?xi32>, %others: memref<?xi32>) {
  linalg.generic {indexing_maps = [#whole, #row, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x, %y : memref<?x?xi8>, memref<?xi8>) outs(%sums, %others : memref<?xi32>, memref<?xi32>) {
  ^bb0(%e: i8, %one: i8, %sum: i32, %other: i32):
    %wide = arith.extsi %e : i8 to i32
    %s = arith.addi %sum, %wide : i32
    %same = arith.extui %one : i8 to i32
    %t = arith.addi %other, %same : i32
    linalg.yield %s, %t : i32, i32
  }
  return
}

// -----

#row = affine_map<(r, c) -> (r)>
#whole = affine_map<(r, c) -> (r, c)>

// Four bytes are too few for a vector of sums.
// CHECK-LABEL: func.func @few_bytes(
// CHECK-NOT: vector.bitcast
// CHECK: vector.reduction <add>, {{.*}} vector<4xi32> into i32
func.func @few_bytes(%x: memref<?x?xi64>, %sums: memref<?xi32>) {
  linalg.generic {indexing_maps = [#whole, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x?xi64>) outs(%sums : memref<?xi32>) {
  ^bb0(%e: i64, %sum: i32):
    %byte = arith.trunci %e : i64 to i8
    %wide = arith.extui %byte : i8 to i32
    %s = arith.addi %sum, %wide : i32
    linalg.yield %s : i32
  }
  return
}

// -----

#row = affine_map<(r, c) -> (r)>
#whole = affine_map<(r, c) -> (r, c)>

// An instruction adds bytes up by eights.
// TARGET-LABEL: func.func @byte_sums(
// TARGET: %[[BYTES:.*]] = vector.load {{.*}} vector<32xi8>
// TARGET: %[[EIGHTS:.*]] = llvm.call_intrinsic "llvm.x86.avx2.psad.bw"(%[[BYTES]], %{{.*}})
// TARGET: %[[ADDED:.*]] = vector.bitcast %[[EIGHTS]] : vector<4xi64> to vector<8xi32>
// TARGET: arith.addi %{{.*}}, %[[ADDED]] : vector<8xi32>
module attributes {llvm.target = #llvm.target<triple = "x86_64-linux-gnu", chip = "", features = <["+avx2", "+sse2"]>>} {
  func.func @byte_sums(%x: memref<?x?xi8>, %sums: memref<?xi32>) {
    linalg.generic {indexing_maps = [#whole, #row], iterator_types = ["parallel", "reduction"]}
        ins(%x : memref<?x?xi8>) outs(%sums : memref<?xi32>) {
    ^bb0(%e: i8, %sum: i32):
      %wide = arith.extui %e : i8 to i32
      %s = arith.addi %sum, %wide : i32
      linalg.yield %s : i32
    }
    return
  }
}

// RUN: quant-opt %s --add-c-interface -split-input-file -verify-diagnostics | FileCheck %s

// Elements of every kind, no open size, several results; what callers do not
// see stays as it is, but for its linkage.
// CHECK-LABEL: module attributes
// CHECK-SAME: /* ids [?, 2]; mask [3]; gives result0 [2]; result1 [].
// CHECK-SAME: int32_t model_f(const void *weights,\0A    const int64_t *ids, int64_t ids_0,\0A    const bool *mask,\0A    float *result0, int64_t result0_count,\0A    int16_t *result1, int64_t result1_count);
// CHECK: func.func private @f(
// CHECK: func.func private @helper() attributes {llvm.linkage = #llvm.linkage<internal>}
// CHECK: func.func private @outside()
// CHECK: func.func @model_f(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: !llvm.ptr, %{{.*}}: i64) -> i32
module {
  func.func @f(%ids: memref<?x2xi64> loc("ids"), %mask: memref<3xi1> loc("mask"), %constants: memref<?xi8>) -> (memref<2xf32>, memref<i16>) {
    %a = memref.alloc() : memref<2xf32>
    %b = memref.alloc() : memref<i16>
    return %a, %b : memref<2xf32>, memref<i16>
  }
  func.func private @helper() {
    return
  }
  func.func private @outside()
}

// -----

// A name that C does not take is not used.
// CHECK-LABEL: module attributes
// CHECK-SAME: const int8_t *argument0)
module {
  func.func @g(%x: memref<2xi8> loc("layers.0"), %constants: memref<?xi8>) {
    return
  }
}

// -----

// The step of a language model.
// CHECK-LABEL: module attributes
// CHECK-SAME: #define MODEL_VOCABULARY 7\0A#define MODEL_CONTEXT 9\0A#define MODEL_LOGIT_EXPONENT 14
// CHECK-SAME: #define MODEL_END_TOKENS {2, 3}
// CHECK-SAME: int32_t model_decode(
// CHECK-DAG: func.func @model_state_size(%{{.*}}: i64) -> i64
// CHECK-DAG: func.func @model_init(%{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64) -> i32
// CHECK-DAG: func.func @model_position(%{{.*}}: !llvm.ptr) -> i64
// CHECK-DAG: func.func @model_rewind(%{{.*}}: !llvm.ptr, %{{.*}}: i64) -> i32
// CHECK-DAG: func.func @model_prefill(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: !llvm.ptr) -> i32
// CHECK-DAG: func.func @model_decode(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: i32, %{{.*}}: !llvm.ptr) -> i32
// CHECK-NOT: @model_step
module {
  func.func @step(%ids: memref<?x?xi32>, %position: index, %constants: memref<?xi8>, %state: memref<?xi8>, %batch: index, %capacity: index) -> (memref<1x1x7xi32> {iquant.type = !iquant.fixed<1x1x7xi32, 14>})
      attributes {transformer.context_length = 9 : i64, transformer.vocabulary_size = 7 : i64, transformer.end_tokens = array<i64: 2, 3>} {
    %a = memref.alloc() : memref<1x1x7xi32>
    return %a : memref<1x1x7xi32>
  }
  func.func @step_state_size(%batch: index, %capacity: index) -> index {
    return %capacity : index
  }
}

// -----

// expected-error @below {{expects buffers as arguments, got 'index'}}
func.func @scalar(%x: index, %constants: memref<?xi8>) {
  return
}

// -----

// expected-error @below {{expects buffers as arguments, got 'memref<?xi8, strided<[2]>>'}}
func.func @strided(%x: memref<?xi8, strided<[2]>>, %constants: memref<?xi8>) {
  return
}

// -----

// expected-error @below {{expects buffers as results, got 'index'}}
func.func @result(%constants: memref<?xi8>) -> index {
  %c0 = arith.constant 0 : index
  return %c0 : index
}

// -----

// expected-error @below {{expects the pool of constants, 'memref<?xi8>', as the last argument, got '(memref<2xi8>) -> ()'}}
func.func @no_pool(%x: memref<2xi8>) {
  return
}

// -----

// expected-error @below {{has a state, but not the attributes 'transformer.context_length' and 'transformer.vocabulary_size'}}
func.func @step(%ids: memref<?x?xi32>, %position: index, %constants: memref<?xi8>, %state: memref<?xi8>, %batch: index, %capacity: index) -> (memref<1x1x7xi32> {iquant.type = !iquant.fixed<1x1x7xi32, 14>}) {
  %a = memref.alloc() : memref<1x1x7xi32>
  return %a : memref<1x1x7xi32>
}
func.func @step_state_size(%batch: index, %capacity: index) -> index {
  return %capacity : index
}

// -----

// expected-error @below {{expects logits in fixed point as its first result, got 'memref<1x1x7xf32>'}}
func.func @step(%ids: memref<?x?xi32>, %position: index, %constants: memref<?xi8>, %state: memref<?xi8>, %batch: index, %capacity: index) -> memref<1x1x7xf32>
    attributes {transformer.context_length = 9 : i64, transformer.vocabulary_size = 7 : i64} {
  %a = memref.alloc() : memref<1x1x7xf32>
  return %a : memref<1x1x7xf32>
}
func.func @step_state_size(%batch: index, %capacity: index) -> index {
  return %capacity : index
}

// -----

// expected-error @below {{expects ids, a position, constants, a state, its batch and capacity as arguments, got}}
func.func @step(%ids: memref<?x?xi64>, %position: index, %constants: memref<?xi8>, %state: memref<?xi8>, %batch: index, %capacity: index) -> (memref<1x1x7xi32> {iquant.type = !iquant.fixed<1x1x7xi32, 14>})
    attributes {transformer.context_length = 9 : i64, transformer.vocabulary_size = 7 : i64} {
  %a = memref.alloc() : memref<1x1x7xi32>
  return %a : memref<1x1x7xi32>
}
func.func @step_state_size(%batch: index, %capacity: index) -> index {
  return %capacity : index
}

// -----

// Code for several targets: callers see what they see of one, the functions of
// the module take the number of one.
// CHECK-LABEL: module attributes
// CHECK-SAME: int32_t model_f(const void *weights,\0A    const int8_t *argument0);
// CHECK: llvm.mlir.global internal @iquant.chosen_target(0 : i64)
// CHECK: func.func private @iquant.choose_target() -> i64
// CHECK-SAME: target_cpu = "x86-64", target_features = #llvm.target_features<[]>
// CHECK: %[[MEMORY:.*]] = llvm.mlir.addressof @iquant.chosen_target
// CHECK: %[[KNOWN:.*]] = llvm.load %[[MEMORY]] atomic monotonic
// CHECK: %[[STORED:.*]] = scf.if %{{.*}} -> (i64) {
// CHECK-NEXT: scf.yield %[[KNOWN]]
// CHECK-NEXT: } else {
// CHECK: %[[FIRST:.*]] = arith.select %{{.*}}, %{{.*}}, %{{.*}} : i64
// CHECK: %[[CHOICE:.*]] = arith.select %{{.*}}, %{{.*}}, %[[FIRST]] : i64
// CHECK: %[[ANSWER:.*]] = arith.addi %[[CHOICE]], %[[TWO:.*]] : i64
// CHECK: llvm.store %[[ANSWER]], %[[MEMORY]] atomic monotonic
// CHECK: scf.yield %[[ANSWER]]
// CHECK: %[[NUMBER:.*]] = arith.subi %[[STORED]], %[[TWO]] : i64
// CHECK: return %[[NUMBER]]
// CHECK: func.func @model_init(%[[STATE:[a-z0-9]+]]: !llvm.ptr,
// CHECK: %[[TARGET:.*]] = call @iquant.choose_target()
// CHECK: cmpi sge, %[[TARGET]],
// CHECK: %[[PLACE:.*]] = llvm.getelementptr %[[STATE]][%c24_i64{{[_0-9]*}}]
// CHECK: llvm.store %[[TARGET]], %[[PLACE]]
// CHECK: func.func @model_prefill(%arg0: !llvm.ptr, %[[STATE:[a-z0-9]+]]: !llvm.ptr,
// CHECK-NOT: @iquant.choose_target
// CHECK: %[[PLACE:.*]] = llvm.getelementptr %[[STATE]][%c24_i64{{[_0-9]*}}]
// CHECK: %[[NUMBER:.*]] = llvm.load %[[PLACE]] : !llvm.ptr -> i64
// CHECK: %[[TARGET:.*]] = arith.index_cast %[[NUMBER]]
// CHECK: call @step(%{{.*}}, %{{.*}}, %[[TARGET]],
// CHECK: func.func @model_f(
// CHECK: %[[NUMBER:.*]] = call @iquant.choose_target()
// CHECK: cmpi sge, %[[NUMBER]],
// CHECK: %[[TARGET:.*]] = arith.index_cast %[[NUMBER]]
// CHECK: call @f(%{{.*}}, %[[TARGET]], %{{.*}})
module attributes {llvm.target = #llvm.target<triple = "x86_64-linux-gnu", chip = "x86-64">,
                   iquant.targets = [#llvm.target<triple = "x86_64-linux-gnu", chip = "haswell", features = <["+avx2"]>>,
                                     #llvm.target<triple = "x86_64-linux-gnu", chip = "nehalem", features = <["+sse4.2"]>>]} {
  func.func @f(%x: memref<2xi8>, %target: index, %constants: memref<?xi8>) {
    return
  }
  func.func @step(%ids: memref<?x?xi32>, %position: index, %target: index, %constants: memref<?xi8>, %state: memref<?xi8>, %batch: index, %capacity: index) -> (memref<1x1x7xi32> {iquant.type = !iquant.fixed<1x1x7xi32, 14>})
      attributes {transformer.context_length = 9 : i64, transformer.vocabulary_size = 7 : i64} {
    %a = memref.alloc() : memref<1x1x7xi32>
    return %a : memref<1x1x7xi32>
  }
  func.func @step_state_size(%batch: index, %capacity: index) -> index {
    return %capacity : index
  }
}

// -----

module attributes {iquant.targets = [#llvm.target<triple = "x86_64-linux-gnu", chip = "haswell", features = <["+avx2"]>>]} {
  // expected-error @below {{expects the number of a target, 'index', before the pool of constants, got '(memref<2xi8>, memref<?xi8>) -> ()'}}
  func.func @f(%x: memref<2xi8>, %constants: memref<?xi8>) {
    return
  }
}

// -----

module attributes {iquant.targets = [#llvm.target<triple = "x86_64-linux-gnu", chip = "haswell", features = <["+avx2"]>>]} {
  // expected-error @below {{expects ids, a position, the number of a target, constants, a state, its batch and capacity as arguments, got}}
  func.func @step(%ids: memref<?x?xi32>, %position: index, %constants: memref<?xi8>, %state: memref<?xi8>, %batch: index, %capacity: index) -> (memref<1x1x7xi32> {iquant.type = !iquant.fixed<1x1x7xi32, 14>})
      attributes {transformer.context_length = 9 : i64, transformer.vocabulary_size = 7 : i64} {
    %a = memref.alloc() : memref<1x1x7xi32>
    return %a : memref<1x1x7xi32>
  }
  func.func @step_state_size(%batch: index, %capacity: index) -> index {
    return %capacity : index
  }
}

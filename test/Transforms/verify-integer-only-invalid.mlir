// RUN: quant-opt %s --verify-integer-only -split-input-file -verify-diagnostics --allow-unregistered-dialect

// One way for floating point to hide in a module per case, each with the
// message and the way back to where the float enters.

// A constant.
func.func @scalar_constant() {
  // expected-error@+1 {{'arith.constant' op has the floating-point attribute 'value', '1.500000e+00 : f32', in function 'scalar_constant'}}
  %0 = arith.constant 1.5 : f32
  return
}

// -----

// A dense constant.
func.func @dense_constant() {
  // expected-error@+1 {{'arith.constant' op has a floating-point constant of type 'tensor<2xbf16>' as attribute 'value', in function 'dense_constant'}}
  %0 = arith.constant dense<[1.0, 2.0]> : tensor<2xbf16>
  return
}

// -----

// A constant in a resource.
func.func @resource_constant() {
  // expected-error@+1 {{'arith.constant' op has a floating-point constant of type 'tensor<2xf32>' as attribute 'value', in function 'resource_constant'}}
  %0 = arith.constant dense_resource<blob> : tensor<2xf32>
  return
}

// -----

// An argument, what is computed of it, and the chain back over two steps.
// expected-error@+2 {{'func.func' op 'argument' has argument 0 of type 'f32'}}
// expected-note@+1 {{floating point enters here, as argument 0 of 'func.func' op}}
func.func @argument(%x: f32) -> i32 {
  // expected-error@+2 {{'arith.negf' op has result 0 of type 'f32', in function 'argument'}}
  // expected-note@+1 {{which comes from 'arith.negf' op}}
  %0 = arith.negf %x : f32
  // expected-error@+1 {{'arith.fptosi' op has operand 0 of type 'f32', in function 'argument'}}
  %1 = arith.fptosi %0 : f32 to i32
  return %1 : i32
}

// -----

// A cast, and a comparison whose result is an integer.
func.func @cast(%x: i32) -> i1 {
  // expected-error@+2 {{'arith.sitofp' op has result 0 of type 'f64', in function 'cast'}}
  // expected-note@+1 {{floating point enters here, made of other types by 'arith.sitofp' op}}
  %0 = arith.sitofp %x : i32 to f64
  // expected-error@+1 {{'arith.cmpf' op has operand 0 of type 'f64', in function 'cast'}}
  %1 = arith.cmpf olt, %0, %0 : f64
  return %1 : i1
}

// -----

// A math op on vectors, and a bit cast that hides what comes out.
func.func @math(%x: vector<4xi32>) -> vector<4xi32> {
  // expected-error@+2 {{'arith.bitcast' op has result 0 of type 'vector<4xf32>', in function 'math'}}
  // expected-note@+1 {{floating point enters here, made of other types by 'arith.bitcast' op}}
  %0 = arith.bitcast %x : vector<4xi32> to vector<4xf32>
  // expected-error@+2 {{'math.exp' op has result 0 of type 'vector<4xf32>', in function 'math'}}
  // expected-note@+1 {{which comes from 'math.exp' op}}
  %1 = math.exp %0 : vector<4xf32>
  // expected-error@+1 {{'arith.bitcast' op has operand 0 of type 'vector<4xf32>', in function 'math'}}
  %2 = arith.bitcast %1 : vector<4xf32> to vector<4xi32>
  return %2 : vector<4xi32>
}

// -----

// A call to a function that takes and gives floats.
// expected-error@+2 {{'func.func' op 'transcend' has argument 0 of type 'f32'}}
// expected-note@+1 {{declared here}}
func.func private @transcend(f32) -> f32

func.func @call_float(%x: i32) -> i32 {
  // expected-error@+2 {{'arith.sitofp' op has result 0 of type 'f32', in function 'call_float'}}
  // expected-note@+1 {{floating point enters here, made of other types by 'arith.sitofp' op}}
  %0 = arith.sitofp %x : i32 to f32
  // expected-error@+2 {{'func.call' op calls 'transcend', whose body is not in this module, in function 'call_float'}}
  // expected-note@+1 {{which comes from 'func.call' op}}
  %1 = call @transcend(%0) : (f32) -> f32
  // expected-error@+1 {{'arith.fptosi' op has operand 0 of type 'f32', in function 'call_float'}}
  %2 = arith.fptosi %1 : f32 to i32
  return %2 : i32
}

// -----

// A call to a function that shows integers and is known to compute floats.
// expected-note@+1 {{declared here}}
llvm.func @expf(i32) -> i32
// expected-note@+1 {{declared here}}
llvm.func @tanhl(i32) -> i32
// expected-note@+1 {{declared here}}
llvm.func @__mulsf3(i32, i32) -> i32
// expected-note@+1 {{declared here}}
llvm.func @__floatsidf(i32) -> i64
// expected-note@+1 {{declared here}}
llvm.func @__aeabi_dadd(i64, i64) -> i64
// expected-note@+1 {{declared here}}
llvm.func @llvm.x86.vcvtneps2bf16128(i32) -> i32

llvm.func @call_library(%x: i32) -> i64 {
  // expected-error@+1 {{'llvm.call' op calls 'expf', a floating-point function of the C library, in function 'call_library'}}
  %0 = llvm.call @expf(%x) : (i32) -> i32
  // expected-error@+1 {{'llvm.call' op calls 'tanhl', a floating-point function of the C library, in function 'call_library'}}
  %1 = llvm.call @tanhl(%0) : (i32) -> i32
  // expected-error@+1 {{'llvm.call' op calls '__mulsf3', floating-point arithmetic of the compiler's runtime, in function 'call_library'}}
  %2 = llvm.call @__mulsf3(%1, %x) : (i32, i32) -> i32
  // expected-error@+1 {{'llvm.call' op calls '__floatsidf', floating-point arithmetic of the compiler's runtime, in function 'call_library'}}
  %3 = llvm.call @__floatsidf(%2) : (i32) -> i64
  // expected-error@+1 {{'llvm.call' op calls '__aeabi_dadd', floating-point arithmetic of the compiler's runtime, in function 'call_library'}}
  %4 = llvm.call @__aeabi_dadd(%3, %3) : (i64, i64) -> i64
  // expected-error@+1 {{'llvm.call' op calls 'llvm.x86.vcvtneps2bf16128', a floating-point intrinsic, in function 'call_library'}}
  %5 = llvm.call @llvm.x86.vcvtneps2bf16128(%x) : (i32) -> i32
  llvm.return %4 : i64
}

// -----

// A call whose result is where the float comes from.
// expected-error@+2 {{'func.func' op 'elsewhere' returns result 0 of type 'f32'}}
// expected-note@+1 {{declared here}}
func.func private @elsewhere() -> f32

func.func @call_result() -> i32 {
  // expected-error@+2 {{'func.call' op calls 'elsewhere', whose body is not in this module, in function 'call_result'}}
  // expected-note@+1 {{floating point enters here, as the result of a call to 'elsewhere'}}
  %0 = call @elsewhere() : () -> f32
  // expected-error@+1 {{'arith.fptosi' op has operand 0 of type 'f32', in function 'call_result'}}
  %1 = arith.fptosi %0 : f32 to i32
  return %1 : i32
}

// -----

// Constants and values without operands as the source of a chain.
func.func @sources() -> tensor<4xi32> {
  // expected-error@+2 {{'arith.constant' op has a floating-point constant of type 'tensor<4xf32>' as attribute 'value', in function 'sources'}}
  // expected-note@+1 {{floating point enters here, as a constant, 'arith.constant' op}}
  %0 = arith.constant dense<1.0> : tensor<4xf32>
  // expected-error@+1 {{'arith.fptosi' op has operand 0 of type 'tensor<4xf32>', in function 'sources'}}
  %1 = arith.fptosi %0 : tensor<4xf32> to tensor<4xi32>
  // expected-error@+2 {{'tensor.empty' op has result 0 of type 'tensor<4xf32>', in function 'sources'}}
  // expected-note@+1 {{floating point enters here, made by 'tensor.empty' op}}
  %2 = tensor.empty() : tensor<4xf32>
  // expected-error@+1 {{'arith.fptosi' op has operand 0 of type 'tensor<4xf32>', in function 'sources'}}
  %3 = arith.fptosi %2 : tensor<4xf32> to tensor<4xi32>
  return %3 : tensor<4xi32>
}

// -----

// A call to a function of which nothing is known.
// expected-note@+1 {{declared here}}
func.func private @elsewhere(tensor<4xi8>) -> tensor<4xi8>

func.func @call_unknown(%x: tensor<4xi8>) -> tensor<4xi8> {
  // expected-error@+1 {{'func.call' op calls 'elsewhere', whose body is not in this module, in function 'call_unknown'}}
  %0 = call @elsewhere(%x) : (tensor<4xi8>) -> tensor<4xi8>
  return %0 : tensor<4xi8>
}

// -----

// The address of such a function, called later.
// expected-note@+1 {{declared here}}
func.func private @elsewhere(i32) -> i32

func.func @call_address(%x: i32) -> i32 {
  // expected-error@+1 {{'func.constant' op refers to 'elsewhere', whose body is not in this module, in function 'call_address'}}
  %f = func.constant @elsewhere : (i32) -> i32
  %0 = func.call_indirect %f(%x) : (i32) -> i32
  return %0 : i32
}

// -----

// A function that comes from the caller.
func.func @call_argument(%f: (i32) -> i32, %x: i32) -> i32 {
  // expected-error@+1 {{'func.call_indirect' op calls a function that is known only at run time, in function 'call_argument'}}
  %0 = func.call_indirect %f(%x) : (i32) -> i32
  return %0 : i32
}

// -----

// A pointer to a function.
llvm.func @call_pointer(%f: !llvm.ptr, %x: i32) -> i32 {
  // expected-error@+1 {{'llvm.call' op calls a function that is known only at run time, in function 'call_pointer'}}
  %0 = llvm.call %f(%x) : !llvm.ptr, (i32) -> i32
  llvm.return %0 : i32
}

// -----

// The region of a linalg op on integer tensors.
func.func @region(%x: tensor<4xi32>, %init: tensor<4xi32>) -> tensor<4xi32> {
  %0 = linalg.map ins(%x : tensor<4xi32>) outs(%init : tensor<4xi32>)
    (%in: i32, %out: i32) {
      // expected-error@+2 {{'arith.uitofp' op has result 0 of type 'f32', in function 'region'}}
      // expected-note@+1 {{floating point enters here, made of other types by 'arith.uitofp' op}}
      %1 = arith.uitofp %in : i32 to f32
      // expected-error@+1 {{'arith.fptoui' op has operand 0 of type 'f32', in function 'region'}}
      %2 = arith.fptoui %1 : f32 to i32
      linalg.yield %2 : i32
    }
  return %0 : tensor<4xi32>
}

// -----

// The way back leaves the region of a linalg op through its operand.
func.func @out_of_region(%x: tensor<4xi32>, %init: tensor<4xi32>) -> tensor<4xi32> {
  // expected-error@+2 {{'arith.sitofp' op has result 0 of type 'tensor<4xf32>', in function 'out_of_region'}}
  // expected-note@+1 {{floating point enters here, made of other types by 'arith.sitofp' op}}
  %f = arith.sitofp %x : tensor<4xi32> to tensor<4xf32>
  // expected-error@+1 {{'linalg.generic' op has operand 0 of type 'tensor<4xf32>', in function 'out_of_region'}}
  %0 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
    ins(%f : tensor<4xf32>) outs(%init : tensor<4xi32>) {
    // expected-note@+1 {{which comes through a block argument}}
    ^bb0(%in: f32, %out: i32):
      // expected-error@+1 {{'arith.fptosi' op has operand 0 of type 'f32', in function 'out_of_region'}}
      %1 = arith.fptosi %in : f32 to i32
      linalg.yield %1 : i32
  } -> tensor<4xi32>
  return %0 : tensor<4xi32>
}

// -----

// The way back goes around a loop and into a branch.
func.func @loop(%n: index, %cond: i1, %x: i32) -> i32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error@+2 {{'scf.if' op has result 0 of type 'f32', in function 'loop'}}
  // expected-note@+1 {{which comes from 'scf.if' op}}
  %init = scf.if %cond -> f32 {
    // expected-error@+2 {{'arith.sitofp' op has result 0 of type 'f32', in function 'loop'}}
    // expected-note@+1 {{floating point enters here, made of other types by 'arith.sitofp' op}}
    %0 = arith.sitofp %x : i32 to f32
    // expected-error@+1 {{'scf.yield' op has operand 0 of type 'f32', in function 'loop'}}
    scf.yield %0 : f32
  } else {
    // expected-error@+2 {{'arith.uitofp' op has result 0 of type 'f32', in function 'loop'}}
    // expected-note@+1 {{floating point enters here, made of other types by 'arith.uitofp' op}}
    %0 = arith.uitofp %x : i32 to f32
    // expected-error@+1 {{'scf.yield' op has operand 0 of type 'f32', in function 'loop'}}
    scf.yield %0 : f32
  }
  // expected-error@+3 {{'scf.for' op has result 0 of type 'f32', in function 'loop'}}
  // expected-note@+2 {{which comes through a block argument}}
  // expected-note@+1 {{which comes from 'scf.for' op}}
  %1 = scf.for %i = %c0 to %n step %c1 iter_args(%carry = %init) -> f32 {
    // expected-error@+2 {{'arith.addf' op has result 0 of type 'f32', in function 'loop'}}
    // expected-note@+1 {{which comes from 'arith.addf' op}}
    %2 = arith.addf %carry, %carry : f32
    // expected-error@+1 {{'scf.yield' op has operand 0 of type 'f32', in function 'loop'}}
    scf.yield %2 : f32
  }
  // expected-error@+1 {{'arith.fptosi' op has operand 0 of type 'f32', in function 'loop'}}
  %3 = arith.fptosi %1 : f32 to i32
  return %3 : i32
}

// -----

// An argument of a block that is not the first.
// expected-error@+1 {{'func.func' op 'block_argument' has block argument 0 of type 'f32'}}
func.func @block_argument(%x: i32) -> i32 {
  // expected-error@+2 {{'arith.sitofp' op has result 0 of type 'f32', in function 'block_argument'}}
  // expected-note@+1 {{floating point enters here, made of other types by 'arith.sitofp' op}}
  %0 = arith.sitofp %x : i32 to f32
  // expected-error@+1 {{'cf.br' op has operand 0 of type 'f32', in function 'block_argument'}}
  cf.br ^bb1(%0 : f32)
// expected-note@+1 {{which comes through a block argument}}
^bb1(%1: f32):
  // expected-error@+1 {{'arith.fptosi' op has operand 0 of type 'f32', in function 'block_argument'}}
  %2 = arith.fptosi %1 : f32 to i32
  return %2 : i32
}

// -----

// A float attribute that an op uses, in a dialect's own op.
func.func @inherent_attribute(%x: tensor<?x8xi32>) {
  // expected-error@+1 {{'unregistered.norm' op has the floating-point attribute 'epsilon', '1.000000e-05 : f64', in function 'inherent_attribute'}}
  %0 = "unregistered.norm"(%x) <{epsilon = 1.0e-5 : f64}> : (tensor<?x8xi32>) -> tensor<?x8xi32>
  return
}

// -----

// A float attribute that was put on an op of integers.
func.func @discardable_attribute(%x: i32) -> i32 {
  // expected-error@+1 {{'arith.muli' op has the floating-point attribute 'iquant.scale', '[3 : i32, 5.000000e-01 : f32]', in function 'discardable_attribute'}}
  %0 = arith.muli %x, %x {iquant.scale = [3 : i32, 0.5 : f32]} : i32
  return %0 : i32
}

// -----

// A float array attribute.
func.func @array_attribute(%x: i32) -> i32 {
  // expected-error@+1 {{'arith.muli' op has the floating-point attribute 'scales', 'array<f32: 5.000000e-01, 2.500000e-01>', in function 'array_attribute'}}
  %0 = arith.muli %x, %x {scales = array<f32: 0.5, 0.25>} : i32
  return %0 : i32
}

// -----

// A number inside an attribute that no one can take apart.
func.func @opaque_attribute(%x: i32) -> i32 {
  // expected-error@+1 {{'arith.muli' op has the floating-point attribute 'scale', '#unregistered.scale<0.5>', in function 'opaque_attribute'}}
  %0 = arith.muli %x, %x {scale = #unregistered.scale<0.5>} : i32
  return %0 : i32
}

// -----

// A type that an attribute names.
llvm.func @type_attribute() {
  %0 = llvm.mlir.constant(1 : i32) : i32
  // expected-error@+1 {{'llvm.alloca' op has the floating-point attribute 'elem_type', '!llvm.struct<(i32, array<4 x f32>)>', in function 'type_attribute'}}
  %1 = llvm.alloca %0 x !llvm.struct<(i32, array<4 x f32>)> : (i32) -> !llvm.ptr
  llvm.return
}

// -----

// A float attribute on a function, under a name that no dialect owns.
// expected-error@+1 {{'func.func' op 'function_attribute' has the floating-point attribute 'scale', '5.000000e-01 : f32'}}
func.func @function_attribute() attributes {scale = 0.5 : f32} {
  return
}

// -----

// A type in an attribute of an argument.
// expected-error@+1 {{'llvm.func' op 'argument_attribute' has the floating-point attribute 'llvm.byval', 'f32'}}
llvm.func @argument_attribute(%x: !llvm.ptr {llvm.byval = f32}) {
  llvm.return
}

// -----

// A global of memory.
// expected-error@+1 {{'memref.global' op 'table' has a floating-point constant of type 'tensor<2xf16>' as attribute 'initial_value'}}
memref.global "private" constant @table : memref<2xf16> = dense<1.0>

// -----

// A global of LLVM.
// expected-error@+1 {{'llvm.mlir.global' op 'weights' has the floating-point attribute 'global_type', '!llvm.array<4 x f32>'}}
llvm.mlir.global internal constant @weights(dense<0.5> : tensor<4xf32>) : !llvm.array<4 x f32>

// -----

// A member of a struct, a type of long double, and an LLVM op on them.
// expected-error@+1 {{'llvm.func' op 'struct' has argument 0 of type '!llvm.struct<"pair", (i32, f32)>'}}
llvm.func @struct(%x: !llvm.struct<"pair", (i32, f32)>, %y: !llvm.ppc_fp128) {
  llvm.return
}

// -----

// The expressed type of a quantized type is a float, and so is its scale.
// expected-error@+1 {{'func.func' op 'expressed' has argument 0 of type 'tensor<4x!quant.uniform<i8:f32, 5.000000e-01:3>>'}}
func.func @expressed(%x: tensor<4x!quant.uniform<i8:f32, 0.5:3>>) {
  return
}

// -----

// Containers: a tuple, a complex number, a function type, an unranked tensor.
// expected-error@+1 {{'func.func' op 'tuple' has argument 0 of type 'tuple<i32, tuple<f8E4M3FN>>'}}
func.func @tuple(%x: tuple<i32, tuple<f8E4M3FN>>) {
  return
}
// expected-error@+1 {{'func.func' op 'complex' returns result 0 of type 'complex<f32>'}}
func.func private @complex() -> complex<f32>
// expected-error@+1 {{'func.func' op 'function_type' has argument 0 of type '() -> f32'}}
func.func private @function_type(() -> f32)
// expected-error@+1 {{'func.func' op 'unranked' has argument 0 of type 'memref<*xf64>'}}
func.func private @unranked(memref<*xf64>)

// -----

// A type of a dialect that is not registered.
// expected-error@+1 {{'func.func' op 'opaque_type' has argument 0 of type '!unregistered.tile<16x?xbf16>'}}
func.func private @opaque_type(!unregistered.tile<16x?xbf16>)

// -----

// An op that is not registered, whatever its types.
func.func @unregistered(%x: i32) -> i32 {
  // expected-error@+1 {{'unregistered.op' op is not registered, so what it computes is not known, in function 'unregistered'}}
  %0 = "unregistered.op"(%x) : (i32) -> i32
  return %0 : i32
}

// -----

// Code that is not IR.
llvm.func @assembly(%x: i32) -> i32 {
  // expected-error@+1 {{'llvm.inline_asm' op runs code that is not in this module, in function 'assembly'}}
  %0 = llvm.inline_asm "cvtsi2ss $1, %xmm0; movd %xmm0, $0", "=r,r" %x : (i32) -> i32
  llvm.return %0 : i32
}

// -----

// Source text of another language.
func.func @source_text() {
  // expected-error@+1 {{'emitc.call_opaque' op runs code that is not in this module, in function 'source_text'}}
  %0 = emitc.call_opaque "expf"() : () -> i32
  // expected-error@+1 {{'emitc.constant' op has the floating-point attribute 'value', '#emitc.opaque<"1.5f">', in function 'source_text'}}
  %1 = "emitc.constant"() <{value = #emitc.opaque<"1.5f">}> : () -> i32
  // expected-error@+1 {{'emitc.variable' op has result 0 of type '!emitc.lvalue<!emitc.opaque<"float">>', in function 'source_text'}}
  %2 = "emitc.variable"() <{value = #emitc.opaque<"">}> : () -> !emitc.lvalue<!emitc.opaque<"float">>
  return
}

// -----

// A matrix intrinsic whose tiles are integers to LLVM.
llvm.func @intrinsic(%a: i16, %b: i8) {
  // expected-error@+1 {{'llvm.call_intrinsic' op calls 'llvm.x86.tdpbf16ps', a floating-point intrinsic, in function 'intrinsic'}}
  llvm.call_intrinsic "llvm.x86.tdpbf16ps"(%b, %b, %b) : (i8, i8, i8) -> ()
  llvm.return
}

// -----

// A function of real numbers on integer types.
func.func @real_function(%x: tensor<4xi8>, %y: tensor<4xi32>) -> tensor<4xi8> {
  // expected-error@+1 {{'tosa.exp' op computes a function of real numbers on whatever types, in function 'real_function'}}
  %0 = tosa.exp %x : (tensor<4xi8>) -> tensor<4xi8>
  // expected-error@+1 {{'linalg.softmax' op computes a function of real numbers on whatever types, in function 'real_function'}}
  %1 = linalg.softmax dimension(0) ins(%y : tensor<4xi32>) outs(%y : tensor<4xi32>) -> tensor<4xi32>
  return %0 : tensor<4xi8>
}

// -----

// The level that models are imported at.
// expected-error@+2 {{'func.func' op 'transformer' has argument 0 of type 'tensor<?x8xf32>'}}
// expected-note@+1 {{floating point enters here, as argument 0 of 'func.func' op}}
func.func @transformer(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error@+2 {{'transformer.silu' op has result 0 of type 'tensor<?x8xf32>', in function 'transformer'}}
  // expected-note@+1 {{which comes from 'transformer.silu' op}}
  %0 = transformer.silu %x : tensor<?x8xf32>
  // expected-error@+1 {{'func.return' op has operand 0 of type 'tensor<?x8xf32>', in function 'transformer'}}
  return %0 : tensor<?x8xf32>
}

// -----

// A nested module and a kernel in it.
module @outer {
  gpu.module @kernels {
    // expected-error@+1 {{'gpu.func' op 'kernel' has argument 0 of type 'memref<4xf32>'}}
    gpu.func @kernel(%x: memref<4xf32>) kernel {
      gpu.return
    }
  }
}

// -----

// The name that the import gave to an op.
// expected-error@unknown {{'arith.sitofp' op has result 0 of type 'f32', in function 'imported', imported as 'model.layers.3.mlp'}}
func.func @imported(%x: i32) {
  %0 = arith.sitofp %x : i32 to f32 loc("model.layers.3.mlp")
  return
}

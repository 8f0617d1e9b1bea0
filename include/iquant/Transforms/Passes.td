// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes within one level of IR: proofs, sharing of bodies, vectorisation.

#ifndef IQUANT_TRANSFORMS_PASSES_TD
#define IQUANT_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def VerifyIntegerOnly : Pass<"verify-integer-only", "::mlir::ModuleOp"> {
  let summary = "Prove that no floating-point computation is left";
  let description = [{
    Guarantees that the module holds no floating-point op, type, constant or
    attribute that takes part in a computation; or fails at the first op that does.
  }];
}

def VectorizeContractions : Pass<"vectorize-contractions", "::mlir::func::FuncOp"> {
  let summary = "Turn matrix products on buffers into register-tiled vector loops";
  let description = [{
    Rewrites every `linalg.generic` on memrefs that computes
    `c[m, n] += ext(a[m, k]) * ext(b[n, k])` into loops over tiles of 4 x 4
    accumulators that stay in vector registers over the whole of `k`. The
    product of 8-bit codes is written so that LLVM selects the widening
    multiply-add of pairs that most targets have (`pmaddwd`, `smlal`).

    Requires that the last dimension of `a` and `b` is contiguous, and integer
    sums that do not overflow (`verify-accumulator-range`). Guarantees the same
    bits for integers; float sums are reassociated. Declines every other
    generic, and says by remark why it declined one that multiplies and adds.
    Sizes may be dynamic; remainders have loops of their own, and the end of a
    row that is no multiple of the vector is read through a mask.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", "512", "Width of a vector register, in bits: 128, 256 or 512.">
  ];
}

def PoolConstants : Pass<"pool-constants", "::mlir::ModuleOp"> {
  let summary = "Move large constants into one buffer that the caller passes in";
  let description = [{
    Requires bufferized functions (`memref.global`, `memref.get_global`).
    Collects the data of every constant global of at least `threshold` bytes in
    one byte array, the module attribute `iquant.constants`, each at a multiple
    of 64 bytes. Every public function, and every private one that needs it,
    takes the array as one more, last argument of type `memref<?xi8>`; an access
    to a pooled global becomes a `memref.view` of it. So the weights are neither
    copied into generated code nor global state: a tool can map them from a
    file, and two models can live in one process.

    Guarantees that no function refers to a pooled global, and removes those
    globals. Declines globals whose elements are not whole bytes. Does nothing
    but add the argument when no constant is large enough.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
  let options = [
    Option<"threshold", "threshold", "int64_t", "4096", "Size from which a constant is pooled, in bytes.">
  ];
}

def ExposeNamedValues : Pass<"expose-named-values", "::mlir::func::FuncOp"> {
  let summary = "Return every named value of a function as one more result";
  let description = [{
    A value is named when the location of the op that makes it carries a name,
    as every op of an importer does. Ops that share a name stand for one op of
    the model, and the value of the last of them counts. Each gets a result of
    the function after the present ones, with the result attribute
    `iquant.name`; so that two forms of one model can be compared value by value.

    Requires that the function returns once and is not called in the module.
    Guarantees that the present results keep their places. Declines values that
    are no tensors and no iquant activations, and does nothing to a declaration.
  }];
}

#endif // IQUANT_TRANSFORMS_PASSES_TD

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Conversions between levels of IR.

#ifndef IQUANT_CONVERSION_PASSES_TD
#define IQUANT_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertTransformerToIQuant : Pass<"convert-transformer-to-iquant", "::mlir::ModuleOp"> {
  let summary = "Rewrite transformer ops into integer ops with scales as integer values";
  let description = [{
    Requires constant weights. Guarantees that no transformer op and no float
    value is left; or fails and says at which op what is missing, and leaves
    the module as it was.
  }];
  let dependentDialects = ["::mlir::iquant::IQuantDialect", "::mlir::arith::ArithDialect"];
}

def ConvertTransformerToLinalg : Pass<"convert-transformer-to-linalg", "::mlir::ModuleOp"> {
  let summary = "Lower transformer ops to floating-point linalg on tensors";
  let description = [{
    Guarantees that no transformer op is left.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect", "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

def ConvertIQuantToLinalg : Pass<"convert-iquant-to-linalg", "::mlir::ModuleOp"> {
  let summary = "Lower iquant ops and types to integer linalg on plain tensors";
  let description = [{
    Every value of an iquant type becomes its components, in function
    signatures, calls and structured control flow too; the first component of a
    function's argument or result keeps the type as the attribute `iquant.type`,
    so that a caller still knows what the integers mean. Every iquant op becomes
    `linalg.generic` ops with integer arithmetic in their bodies, which compute
    the rules of `docs/Numerics.md` to the last bit.

    All matrix products have one form, `c[m, n] += ext(a[m, k]) * ext(b[n, k])`
    with 8-bit operands that are contiguous along `k` and a 32-bit sum that
    starts at 0 (see `vectorize-contractions`). Elementwise bodies neither
    branch nor call, so that their loops vectorise. Attention loops over
    batches, heads and blocks of queries, and keeps the scores of one block.

    Guarantees that no iquant op and no iquant type of a value is left. Requires
    that ops of other dialects, apart from `func` and `scf`, have no operands or
    results of iquant types; it fails at such an op.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::iquant::IQuantDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
                           "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

#endif // IQUANT_CONVERSION_PASSES_TD

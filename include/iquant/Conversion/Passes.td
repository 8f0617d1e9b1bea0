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
    Guarantees that no iquant op and no iquant type is left.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

#endif // IQUANT_CONVERSION_PASSES_TD

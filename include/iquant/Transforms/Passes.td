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

#endif // IQUANT_TRANSFORMS_PASSES_TD

//===- MatrixStep.h - One step of a matrix product --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the form of a step that `select-matrix-instructions` knows, for
// kernels that leave the choice of the instruction to it.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TARGET_MATRIXSTEP_H
#define IQUANT_TARGET_MATRIXSTEP_H

#include "iquant/Target/MatrixInstruction.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::iquant {

/// The codes of a tile, a vector of all, as `[outputs, inputs]` in 32 bits.
Value widenTile(ImplicitLocOpBuilder &builder,
                const MatrixInstruction &instruction, Value codes);

/// The codes of a row that meet a tile, `[inputs]`, in 32 bits.
Value widenRow(ImplicitLocOpBuilder &builder,
               const MatrixInstruction &instruction, Value codes);

/// `sums[n] + sum_k row[k] * tile[n, k]`.
Value createMatrixStep(ImplicitLocOpBuilder &builder, Value row, Value tile,
                       Value sums);

} // namespace mlir::iquant

#endif // IQUANT_TARGET_MATRIXSTEP_H

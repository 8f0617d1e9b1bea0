//===- MatrixInstruction.h - What targets multiply matrices by --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of instructions for products of integer matrices. One row of it is
// all that a new instruction needs: packing, kernels and tests follow from it.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TARGET_MATRIXINSTRUCTION_H
#define IQUANT_TARGET_MATRIXINSTRUCTION_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/TargetParser/Triple.h"

namespace mlir::iquant {

/// What an instruction takes of a row of quantized codes.
enum class RowOperand {
  /// The codes less their zero points, 16 bits, signed.
  Differences,
  /// The codes themselves, 8 bits, unsigned; signed ones are raised by 128. The
  /// sums of the weight's codes take the zero point out of the product.
  UnsignedCodes,
  /// The same, signed; unsigned ones are lowered by 128, and so are their zero
  /// points.
  SignedCodes
};

/// An instruction that adds, for one row and `outputs` channels, the products
/// of `inputs` codes of the row and of the weight to 32-bit sums. Its name is
/// ARCHITECTURE_FEATURE_1xOUTPUTSxINPUTS_SUM_ROW_WEIGHT.
struct MatrixInstruction {
  StringLiteral name;
  /// Where it exists: the architecture, or any, and a feature as LLVM writes
  /// it, or none that is not always there.
  llvm::Triple::ArchType architecture;
  StringLiteral feature;

  /// The tile of a weight that it reads.
  int64_t outputs, inputs;
  RowOperand rowOperand;
  /// How LLVM calls it. Empty: vector arithmetic from which any back end makes
  /// what it has.
  StringLiteral intrinsic;
  /// Whether it adds to its first operand, or returns the products.
  bool accumulates;

  /// Rows, and tiles side by side, whose sums fit the registers with what
  /// feeds them.
  int64_t rows, tiles;

  /// How many of it read a tile, one behind the other: narrow registers can
  /// read the tiles of wide ones, so that processors share weights.
  int64_t parts = 1;

  /// The bits of an operand's element.
  unsigned getOperandBits() const {
    return rowOperand == RowOperand::Differences ? 16 : 8;
  }
};

/// The processor that `op` is compiled for: the attribute `llvm.target` of the
/// innermost op around it that has one; null if none has.
LLVM::TargetAttrInterface getTarget(Operation *op);

/// Whether a target has a feature, `+avx2`; the absence of one has none.
bool hasFeature(LLVM::TargetAttrInterface target, StringRef feature);

/// The width of a target's vector registers.
unsigned getVectorBits(LLVM::TargetAttrInterface target);

/// The width of the vectors that `op` is compiled to, in bits: `wanted`, or if
/// that is 0 its target's. Fails after a diagnostic at `op` on a width that no
/// target has.
FailureOr<unsigned> chooseVectorBits(Operation *op, unsigned wanted);

/// Whether a target has an instruction.
bool hasInstruction(LLVM::TargetAttrInterface target,
                    const MatrixInstruction &instruction);

/// The best instruction that a target has for groups of so many input channels,
/// which it must not straddle.
const MatrixInstruction &
selectMatrixInstruction(LLVM::TargetAttrInterface target, int64_t group);

/// The instruction that reads tiles of this size: the target's, else another
/// one's; for tiles of no instruction, one of that size without an intrinsic.
MatrixInstruction getMatrixInstruction(LLVM::TargetAttrInterface target,
                                       int64_t outputs, int64_t inputs);

/// The instruction that a target has for tiles of this size and such rows; null
/// if it has none that LLVM would not find by itself.
const MatrixInstruction *findMatrixInstruction(LLVM::TargetAttrInterface target,
                                               int64_t outputs, int64_t inputs,
                                               RowOperand rowOperand);

} // namespace mlir::iquant

#endif // IQUANT_TARGET_MATRIXINSTRUCTION_H

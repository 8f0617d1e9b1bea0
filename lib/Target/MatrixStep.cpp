//===- MatrixStep.cpp - One step of a matrix product ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/MatrixStep.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::iquant;

Value mlir::iquant::widenTile(ImplicitLocOpBuilder &b,
                              const MatrixInstruction &instruction,
                              Value codes) {
  int64_t shape[] = {instruction.outputs, instruction.inputs};
  Value tile = vector::ShapeCastOp::create(
      b, VectorType::get(shape, b.getI8Type()), codes);
  return arith::ExtSIOp::create(b, VectorType::get(shape, b.getI32Type()),
                                tile);
}

Value mlir::iquant::widenRow(ImplicitLocOpBuilder &b,
                             const MatrixInstruction &instruction,
                             Value codes) {
  auto type = VectorType::get(instruction.inputs, b.getI32Type());
  if (instruction.rowOperand == RowOperand::UnsignedCodes)
    return arith::ExtUIOp::create(b, type, codes);
  return arith::ExtSIOp::create(b, type, codes);
}

Value mlir::iquant::createMatrixStep(ImplicitLocOpBuilder &b, Value row,
                                     Value tile, Value sums) {
  AffineExpr n = b.getAffineDimExpr(0), k = b.getAffineDimExpr(1);
  return vector::ContractionOp::create(
      b, row, tile, sums, ArrayRef<ArrayRef<AffineExpr>>{{k}, {n, k}, {n}},
      {vector::IteratorType::parallel, vector::IteratorType::reduction});
}

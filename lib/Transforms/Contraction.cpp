//===- Contraction.cpp - Matrix products on buffers -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"

using namespace mlir;
using namespace mlir::iquant;

/// Looks through a widening of `value`; says whether it was unsigned.
static Value stripExtension(Value value, bool &isUnsigned) {
  Operation *op = value.getDefiningOp();
  if (!isa_and_nonnull<arith::ExtSIOp, arith::ExtUIOp, arith::ExtFOp>(op))
    return value;
  isUnsigned = isa<arith::ExtUIOp>(op);
  return op->getOperand(0);
}

/// Matches the body `yield(c + ext(a) * ext(b))`.
static bool matchBody(linalg::GenericOp op, Contraction &result) {
  Block &body = *op.getBlock();
  Operation *add = body.getTerminator()->getOperand(0).getDefiningOp();
  if (!isa_and_nonnull<arith::AddIOp, arith::AddFOp>(add))
    return false;
  Value sum = body.getArgument(2);
  if (add->getOperand(0) != sum && add->getOperand(1) != sum)
    return false;
  Value product = add->getOperand(add->getOperand(0) == sum ? 1 : 0);
  Operation *multiply = product.getDefiningOp();
  if (!isa_and_nonnull<arith::MulIOp, arith::MulFOp>(multiply))
    return false;
  return stripExtension(multiply->getOperand(0), result.aUnsigned) ==
             body.getArgument(0) &&
         stripExtension(multiply->getOperand(1), result.bUnsigned) ==
             body.getArgument(1);
}

static bool hasUnitLastStride(Value buffer) {
  SmallVector<int64_t> strides;
  int64_t offset;
  return succeeded(cast<MemRefType>(buffer.getType())
                       .getStridesAndOffset(strides, offset)) &&
         strides.back() == 1;
}

static bool isCode(Type type) {
  return type.isInteger(8) || type.isInteger(16);
}

FailureOr<Contraction> Contraction::match(linalg::GenericOp op,
                                          StringRef &reason) {
  auto decline = [&](StringRef why) {
    reason = why;
    return failure();
  };
  if (!op.hasPureBufferSemantics())
    return decline("it is not on buffers");
  using utils::IteratorType;
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      op.getIteratorTypesArray() !=
          SmallVector<IteratorType>{IteratorType::parallel,
                                    IteratorType::parallel,
                                    IteratorType::reduction})
    return decline("it has other loops than rows, columns and one sum");
  MLIRContext *context = op.getContext();
  auto map = [&](unsigned row, unsigned column) {
    return AffineMap::get(
        3, 0,
        {getAffineDimExpr(row, context), getAffineDimExpr(column, context)},
        context);
  };
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  bool isWeightedSum = maps[1] == map(2, 1);
  if (maps[0] != map(0, 2) || (maps[1] != map(1, 2) && !isWeightedSum) ||
      maps[2] != map(0, 1))
    return decline("it is neither a product nor a weighted sum of rows");
  Contraction result{op.getInputs()[0], op.getInputs()[1], op.getOutputs()[0],
                     isWeightedSum};
  if (!matchBody(op, result))
    return decline("it sums something else than products");
  bool supported = result.isFloat()
                       ? result.sumType().isF32()
                       : result.sumType().isInteger(32) &&
                             isCode(result.elementType(result.a)) &&
                             isCode(result.elementType(result.b));
  if (!supported)
    return decline("its sums are neither i32 of codes of 8 or 16 bits nor f32");
  if (!hasUnitLastStride(result.a) || !hasUnitLastStride(result.b) ||
      !hasUnitLastStride(result.c))
    return decline("a row of it is not contiguous");
  return result;
}

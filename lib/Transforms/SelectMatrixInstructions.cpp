//===- SelectMatrixInstructions.cpp - Contractions as instructions --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/MatrixInstruction.h"
#include "iquant/Transforms/Passes.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_SELECTMATRIXINSTRUCTIONS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

namespace {

/// sums[n] + sum_k ext(row[k]) * ext(tile[n, k])
struct MatrixStep {
  /// Fails on any other contraction.
  static FailureOr<MatrixStep> match(vector::ContractionOp op);

  /// `[inputs]` of 8 or 16 bits, and `[outputs, inputs]` of 8.
  Value row, tile, sums;
  RowOperand rowOperand;
  int64_t outputs, inputs;
};

class MatrixStepEmitter {
public:
  MatrixStepEmitter(ImplicitLocOpBuilder &builder, const MatrixStep &step)
      : b(builder), step(step) {}

  /// One instruction for each part of the tile.
  Value emitIntrinsic(const MatrixInstruction &instruction);
  Value emitArithmetic();

private:
  /// The row for so many outputs, and the tile, with elements of `width` bits.
  Value repeatRow(int64_t outputs);
  Value flattenTile(unsigned width);
  /// A part of a vector, or all of it; and parts one behind the other.
  Value slice(Value vector, int64_t first, int64_t size);
  Value append(Value vector, Value part);
  VectorType vectorOf(int64_t size, unsigned width) {
    return VectorType::get(size, b.getIntegerType(width));
  }
  unsigned rowWidth() const {
    return getElementTypeOrSelf(step.row).getIntOrFloatBitWidth();
  }

  ImplicitLocOpBuilder &b;
  const MatrixStep &step;
};

} // namespace

/// What an extension to 32 bits says of the row; fails on anything else.
static FailureOr<RowOperand> getRowOperand(Operation *row) {
  if (!isa<arith::ExtUIOp, arith::ExtSIOp>(row))
    return failure();
  bool isSigned = isa<arith::ExtSIOp>(row);
  Type element = getElementTypeOrSelf(row->getOperand(0));
  if (element.isInteger(8))
    return isSigned ? RowOperand::SignedCodes : RowOperand::UnsignedCodes;
  if (element.isInteger(16) && isSigned)
    return RowOperand::Differences;
  return failure();
}

FailureOr<MatrixStep> MatrixStep::match(vector::ContractionOp op) {
  AffineExpr n = getAffineDimExpr(0, op.getContext()),
             k = getAffineDimExpr(1, op.getContext());
  SmallVector<AffineMap, 4> expected = AffineMap::inferFromExprList(
      ArrayRef<ArrayRef<AffineExpr>>{{k}, {n, k}, {n}}, op.getContext());
  if (op.getKind() != vector::CombiningKind::ADD ||
      !getElementTypeOrSelf(op.getResultType()).isInteger(32) ||
      op.getIndexingMapsArray() != expected)
    return failure();
  Operation *row = op.getLhs().getDefiningOp();
  auto tile = op.getRhs().getDefiningOp<arith::ExtSIOp>();
  if (!row || !tile || !getElementTypeOrSelf(tile.getIn()).isInteger(8))
    return failure();
  FailureOr<RowOperand> rowOperand = getRowOperand(row);
  if (failed(rowOperand))
    return failure();
  auto type = cast<VectorType>(tile.getIn().getType());
  return MatrixStep{row->getOperand(0), tile.getIn(),       op.getAcc(),
                    *rowOperand,        type.getDimSize(0), type.getDimSize(1)};
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

/// As a word where the codes fill one of 32 bits: not every back end sees that
/// a shuffle of bytes repeats a word, which takes it one load.
Value MatrixStepEmitter::repeatRow(int64_t outputs) {
  if (step.inputs * rowWidth() == 32) {
    Value word = vector::ExtractOp::create(
        b, vector::BitCastOp::create(b, vectorOf(1, 32), step.row), 0);
    return vector::BitCastOp::create(
        b, vectorOf(outputs * step.inputs, rowWidth()),
        vector::BroadcastOp::create(b, vectorOf(outputs, 32), word));
  }
  SmallVector<int64_t> lanes;
  for (int64_t lane = 0; lane < outputs * step.inputs; ++lane)
    lanes.push_back(lane % step.inputs);
  return vector::ShuffleOp::create(b, step.row, step.row, lanes);
}

Value MatrixStepEmitter::flattenTile(unsigned width) {
  int64_t size = step.outputs * step.inputs;
  Value codes =
      b.createOrFold<vector::ShapeCastOp>(vectorOf(size, 8), step.tile);
  return width == 8
             ? codes
             : Value(arith::ExtSIOp::create(b, vectorOf(size, width), codes));
}

Value MatrixStepEmitter::slice(Value vector, int64_t first, int64_t size) {
  return b.createOrFold<vector::ExtractStridedSliceOp>(vector, first, size, 1);
}

Value MatrixStepEmitter::append(Value vector, Value part) {
  if (!vector)
    return part;
  int64_t size = cast<VectorType>(vector.getType()).getNumElements() +
                 cast<VectorType>(part.getType()).getNumElements();
  return vector::ShuffleOp::create(b, vector, part,
                                   llvm::to_vector(llvm::seq(size)));
}

Value MatrixStepEmitter::emitIntrinsic(const MatrixInstruction &instruction) {
  int64_t outputs = step.outputs / instruction.parts;
  Value row = repeatRow(outputs), tile = flattenTile(rowWidth());
  Value result;
  for (int64_t first = 0; first < step.outputs; first += outputs) {
    Value sums = slice(step.sums, first, outputs);
    SmallVector<Value> operands = {
        row, slice(tile, first * step.inputs, outputs * step.inputs)};
    if (instruction.accumulates)
      operands.insert(operands.begin(), sums);
    Value next =
        LLVM::CallIntrinsicOp::create(
            b, sums.getType(), b.getStringAttr(instruction.intrinsic), operands)
            .getResult(0);
    if (!instruction.accumulates)
      next = arith::AddIOp::create(b, sums, next);
    result = append(result, next);
  }
  return result;
}

/// Products in 32 bits, those of one output added up. Back ends know sums of
/// pairs of products of 16 bits as an instruction of theirs.
Value MatrixStepEmitter::emitArithmetic() {
  Value row = repeatRow(step.outputs);
  VectorType wide = vectorOf(step.outputs * step.inputs, 32);
  if (step.rowOperand == RowOperand::UnsignedCodes)
    row = arith::ExtUIOp::create(b, wide, row);
  else
    row = arith::ExtSIOp::create(b, wide, row);
  Value products = arith::MulIOp::create(b, row, flattenTile(32));
  Value sums = step.sums;
  for (int64_t input = 0; input < step.inputs; ++input) {
    SmallVector<int64_t> lanes;
    for (int64_t output = 0; output < step.outputs; ++output)
      lanes.push_back(output * step.inputs + input);
    Value part = vector::ShuffleOp::create(b, products, products, lanes);
    sums = arith::AddIOp::create(b, sums, part);
  }
  return sums;
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

namespace {
struct SelectMatrixInstructions
    : public iquant::impl::SelectMatrixInstructionsBase<
          SelectMatrixInstructions> {
  void runOnOperation() override {
    LLVM::TargetAttrInterface target = getTarget(getOperation());
    getOperation().walk([&](vector::ContractionOp op) {
      FailureOr<MatrixStep> step = MatrixStep::match(op);
      if (failed(step))
        return;
      ImplicitLocOpBuilder builder(op.getLoc(), op);
      MatrixStepEmitter emitter(builder, *step);
      const MatrixInstruction *instruction = findMatrixInstruction(
          target, step->outputs, step->inputs, step->rowOperand);
      op.replaceAllUsesWith(instruction ? emitter.emitIntrinsic(*instruction)
                                        : emitter.emitArithmetic());
      op.erase();
    });
  }
};
} // namespace

//===- PackContractions.cpp - Products of many rows by tiles --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackedLoops.h"

#include "iquant/Transforms/Passes.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Remarks.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_PACKCONTRACTIONS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

/// Rows of a for which it pays to pack b.
static constexpr int64_t kManyRows = 24;

namespace {

/// Splits one contraction into a part that has full tiles and the rest.
class Split : LoopEmitter {
public:
  Split(ImplicitLocOpBuilder &builder, linalg::GenericOp op,
        const Contraction &contraction)
      : LoopEmitter(builder), op(op), contraction(contraction) {}

  void emit(const MatrixInstruction &instruction);

private:
  /// A range of rows of a, and one of columns of a product or of rows of b of a
  /// weighted sum.
  struct Range {
    OpFoldResult from, size;
  };
  /// The contraction, of parts of its buffers.
  void emitPart(Range rows, Range extent);
  /// What lies beyond `fullRows` and `fullExtent`.
  void emitRest(Value rows, Value fullRows, Value extent, Value fullExtent);

  linalg::GenericOp op;
  const Contraction &contraction;
};

} // namespace

void Split::emit(const MatrixInstruction &instruction) {
  PackedLoops loops(b, contraction, instruction);
  Value rows = b.createOrFold<memref::DimOp>(contraction.a, 0),
        extent = b.createOrFold<memref::DimOp>(contraction.b, 0);
  Value areMany = b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::uge, rows,
                                                index(kManyRows));
  Value fullRows = b.createOrFold<arith::SelectOp>(
      areMany, floorToMultiple(rows, instruction.rows), index(0));
  Value fullExtent = floorToMultiple(extent, loops.getUnit());
  loops.emit(fullRows, fullExtent);
  emitRest(rows, fullRows, extent, fullExtent);
}

void Split::emitPart(Range rows, Range extent) {
  if (isZeroInteger(rows.size) || isZeroInteger(extent.size))
    return;
  auto part = [&](Value buffer, Range rows, Range columns) -> Value {
    OpFoldResult one = b.getIndexAttr(1);
    return memref::SubViewOp::create(
        b, buffer, ArrayRef<OpFoldResult>{rows.from, columns.from},
        ArrayRef<OpFoldResult>{rows.size, columns.size}, {one, one});
  };
  auto all = [&](Value buffer) {
    Value size = b.createOrFold<memref::DimOp>(buffer, 1);
    return Range{b.getIndexAttr(0), getAsOpFoldResult(size)};
  };
  bool isSum = contraction.isWeightedSum;
  // By position: a and b may be one buffer.
  Value operands[] = {
      part(contraction.a, rows, isSum ? extent : all(contraction.a)),
      part(contraction.b, extent, all(contraction.b)),
      part(contraction.c, rows, isSum ? all(contraction.c) : extent)};
  b.clone(*op)->setOperands(operands);
}

void Split::emitRest(Value rows, Value fullRows, Value extent,
                     Value fullExtent) {
  Value zero = index(0),
        restRows = b.createOrFold<arith::SubIOp>(rows, fullRows),
        restExtent = b.createOrFold<arith::SubIOp>(extent, fullExtent);
  bool isKnown = llvm::all_of(ValueRange{fullRows, restRows, restExtent},
                              [](Value v) { return getConstantIntValue(v); });
  if (isKnown) {
    auto range = [](Value from, Value size) {
      return Range{getAsOpFoldResult(from), getAsOpFoldResult(size)};
    };
    emitPart(range(fullRows, restRows), range(zero, extent));
    emitPart(range(zero, fullRows), range(fullExtent, restExtent));
    return;
  }
  // Below the full rows, then beside them: one body for both.
  loop(zero, index(2), 1, [&](Value at) {
    Value isBelow =
        arith::CmpIOp::create(b, arith::CmpIPredicate::eq, at, zero);
    auto choose = [&](Value below, Value beside) -> OpFoldResult {
      return b.createOrFold<arith::SelectOp>(isBelow, below, beside);
    };
    emitPart({choose(fullRows, zero), choose(restRows, fullRows)},
             {choose(zero, fullExtent), choose(extent, restExtent)});
  });
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

namespace {
struct PackContractions
    : public iquant::impl::PackContractionsBase<PackContractions> {
  void runOnOperation() override {
    SmallVector<linalg::GenericOp> generics;
    getOperation().walk([&](linalg::GenericOp op) { generics.push_back(op); });
    for (linalg::GenericOp op : generics)
      pack(op);
  }

private:
  void pack(linalg::GenericOp op);
};
} // namespace

void PackContractions::pack(linalg::GenericOp op) {
  StringRef reason;
  FailureOr<Contraction> contraction = Contraction::match(op, reason);
  if (failed(contraction))
    return;
  auto options = remark::RemarkOpts::name("PackContractions")
                     .category(getArgument())
                     .function(getOperation().getName());
  // The steps of a product divide its depth; those of a weighted sum may leave
  // a rest of it.
  int64_t depth =
      contraction->isWeightedSum
          ? 0
          : cast<MemRefType>(contraction->b.getType()).getDimSize(1);
  const MatrixInstruction &instruction =
      selectMatrixInstruction(getTarget(op), depth);
  int64_t rows = cast<MemRefType>(contraction->a.getType()).getDimSize(0);
  if (!ShapedType::isDynamic(rows) && rows < kManyRows)
    reason = "its rows are few";
  else
    reason = PackedLoops::getReason(*contraction, instruction);
  if (!reason.empty()) {
    remark::missed(op.getLoc(), options)
        << remark::add("a contraction is not packed: {0}", reason);
    return;
  }
  remark::passed(op.getLoc(), options)
      << remark::add("packed a contraction for {0}", instruction.name);
  ImplicitLocOpBuilder builder(op.getLoc(), op);
  Split(builder, op, *contraction).emit(instruction);
  op.erase();
}

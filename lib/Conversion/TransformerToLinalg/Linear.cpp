//===- Linear.cpp - Matrix product and embedding --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "RowSpace.h"

#include "iquant/Support/Shapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_linalg;

static Value lowerLinear(transformer::LinearOp op, ImplicitLocOpBuilder &b) {
  Value input = op.getInput(), bias = op.getBias();
  Type type = op.getType().getElementType();
  Type sumType = getComputeType({input, op.getWeight(), bias});
  SmallVector<OpFoldResult> rowSizes = sizesOf(b, input);
  rowSizes.pop_back();

  Value sums =
      createContraction(b, joinRows(b, input, 1), op.getWeight(), sumType);
  RowSpace space(b, sums, sumType);
  if (bias && type == sumType)
    sums = space.update(sums, space.channel(bias),
                        [](ArrayRef<Real> in) { return in[1] + in[0]; });
  else if (bias)
    sums = space.map(type, {space.whole(sums), space.channel(bias)},
                     [](ArrayRef<Real> in) { return in[0] + in[1]; });
  else if (type != sumType)
    sums = space.map(type, space.whole(sums),
                     [](ArrayRef<Real> in) { return in[0]; });
  return splitRows(b, sums, rowSizes);
}

static Value lowerEmbedding(transformer::EmbeddingOp op,
                            ImplicitLocOpBuilder &b) {
  Value ids = op.getIds(), table = op.getTable();
  Type type = op.getType().getElementType();
  ArrayRef<int64_t> tableShape = op.getTable().getType().getShape();
  SmallVector<OpFoldResult> sizes = sizesOf(b, ids);
  int64_t channels = sizes.size();
  sizes.push_back(b.getIndexAttr(tableShape[1]));
  RowSpace space(b, sizes, type);

  auto clampToTable = [&](ImplicitLocOpBuilder &body, Value id) -> Value {
    // 64 bits hold any id and any number of rows.
    if (!id.getType().isInteger(64))
      id = arith::ExtSIOp::create(body, body.getI64Type(), id);
    Value first = arith::ConstantIntOp::create(body, 0, 64);
    Value last = arith::ConstantIntOp::create(body, tableShape[0] - 1, 64);
    id = arith::MaxSIOp::create(body, id, first);
    id = arith::MinSIOp::create(body, id, last);
    return arith::IndexCastOp::create(body, body.getIndexType(), id);
  };
  return space.map(type, space.row(ids), [&](ArrayRef<Real> in) {
    ImplicitLocOpBuilder &body = in[0].getBuilder();
    Value row = clampToTable(body, in[0]);
    Value channel = linalg::IndexOp::create(body, channels);
    return Real(
        body, tensor::ExtractOp::create(body, table, ValueRange{row, channel}));
  });
}

void to_linalg::populateLinearPatterns(RewritePatternSet &patterns) {
  addLowering(patterns, lowerEmbedding);
  addLowering(patterns, lowerLinear);
}

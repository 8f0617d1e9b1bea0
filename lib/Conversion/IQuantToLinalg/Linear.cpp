//===- Linear.cpp - Matrix product and embedding --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules L1 and E1.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Patterns.h"
#include "RowBuilder.h"
#include "Rules.h"

#include "iquant/Support/Shapes.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::iquant;

static SmallVector<Value> lowerLinear(LinearOp op,
                                      LowerOp<LinearOp>::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) {
  DynComponents input(adaptor.getInput());
  WeightComponents weight(adaptor.getWeight());
  int64_t exponent = op.getResult().getType().getExponent();
  SmallVector<OpFoldResult> rowSizes = sizesOf(b, input.codes);
  rowSizes.pop_back();
  if (llvm::any_of(rowSizes, isZeroInteger)) {
    // No element to compute; upstream cannot bufferize the view of such rows
    // as one dimension when another of their sizes is dynamic.
    rowSizes.push_back(b.getIndexAttr(op.getWeight().getType().getShape()[0]));
    return {tensor::EmptyOp::create(b, rowSizes, b.getI32Type())};
  }

  // The product is without the zero point, so that it is a plain contraction;
  // the column sums make up for it in the one pass that scales.
  Extension extension =
      input.zeroPoint ? Extension::Unsigned : Extension::Signed;
  Value sums = createContraction(b, {joinRows(b, input.codes, 1), extension},
                                 {weight.codes, Extension::Signed});
  RowBuilder rows(b, sums);
  SmallVector<Access> inputs = {rows.row(joinRows(b, input.multiplier, 0)),
                                rows.row(joinRows(b, input.exponent, 0)),
                                rows.channel(weight.multiplier),
                                rows.channel(weight.exponent)};
  if (input.zeroPoint) {
    inputs.push_back(rows.row(joinRows(b, input.zeroPoint, 0)));
    inputs.push_back(rows.channel(weight.sums));
  }
  bool hasBias = op.getBias() != nullptr;
  if (hasBias)
    inputs.push_back(rows.channel(codesOf(adaptor.getBias())));

  Value result = rows.update(sums, inputs, [&](ArrayRef<Int> in) {
    Int rowMultiplier = in[0], rowExponent = in[1];
    Int multiplier = in[2], channelExponent = in[3];
    Int sum = in.back();
    if (input.zeroPoint)
      sum = sum - in[4] * in[5];
    // Two multipliers of 16 bits fill 32 bits, unsigned.
    Int p = ushr(rowMultiplier * multiplier + 1, 1);
    Int s = rowExponent + channelExponent - (1 + exponent);
    s = min(max(s, 0), 62);
    Int scaled = sat32(rshr(wideProduct(sum, p), s.zext(64)));
    if (!hasBias)
      return scaled;
    return sat32(scaled.sext(64) + in[in.size() - 2].sext(64));
  });
  return {splitRows(b, result, rowSizes)};
}

static SmallVector<Value> lowerEmbedding(EmbeddingOp op,
                                         LowerOp<EmbeddingOp>::Adaptor adaptor,
                                         ImplicitLocOpBuilder &b) {
  WeightComponents table(adaptor.getTable());
  Value ids = adaptor.getIds().front();
  ArrayRef<int64_t> tableShape = op.getTable().getType().getShape();
  int64_t exponent = op.getResult().getType().getExponent();
  SmallVector<OpFoldResult> sizes = sizesOf(b, ids);
  int64_t channels = sizes.size();
  sizes.push_back(b.getIndexAttr(tableShape[1]));

  RowBuilder rows(b, sizes);
  return {rows.perElement(32, rows.row(ids), [&](Int id) {
    ImplicitLocOpBuilder &body = id.getBuilder();
    // 64 bits hold any id and any number of rows.
    id = id.getWidth() < 64 ? id.sext(64) : id;
    Value row = min(max(id, 0), tableShape[0] - 1).toIndex();
    Value channel = linalg::IndexOp::create(body, channels);
    auto read = [&](Value tensor, ValueRange position) {
      return Int(body, tensor::ExtractOp::create(body, tensor, position));
    };
    Int q = read(table.codes, {row, channel});
    Int m = read(table.multiplier, row), e = read(table.exponent, row);
    return sat32(shift((q.sext(32) * m).sext(64), e - exponent));
  })};
}

void mlir::iquant::populateLinearPatterns(const TypeConverter &converter,
                                          RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerEmbedding);
  addLowering(converter, patterns, lowerLinear);
}

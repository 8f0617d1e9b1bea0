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

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::iquant;

/// The columns of a matrix from `first` on.
static Value columns(ImplicitLocOpBuilder &b, Value matrix, Value first,
                     int64_t count) {
  SmallVector<OpFoldResult> sizes = {sizesOf(b, matrix)[0],
                                     b.getIndexAttr(count)};
  SmallVector<OpFoldResult> offsets = {b.getIndexAttr(0), first};
  SmallVector<OpFoldResult> strides(2, b.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(b, matrix, offsets, sizes, strides);
}

/// Column `g` of a matrix as a vector of its own, which loops read without
/// strides.
static Value column(ImplicitLocOpBuilder &b, Value matrix, Value g) {
  RowBuilder vector(b, sizesOf(b, matrix)[0]);
  Value part = joinChannels(b, columns(b, matrix, g, 1), 2);
  return vector.perElement(32, vector.whole(part), [](Int x) { return x; });
}

/// L1: the smallest exponent of every row, `E`.
static Value smallestExponents(ImplicitLocOpBuilder &b, Value exponent) {
  RowBuilder groups(b, exponent);
  return groups
      .reduce(Accumulator{32, INT32_MAX}, groups.whole(exponent),
              [](Int e, Int smallest) { return min(e, smallest); })
      .front();
}

/// L1: the sums of all groups, in the unit of the smallest exponent of a row.
static Value sumGroups(ImplicitLocOpBuilder &b, DynType type,
                       const DynComponents &input,
                       const WeightComponents &weight, Value smallest) {
  OpFoldResult sizes[] = {sizesOf(b, input.codes)[0],
                          sizesOf(b, weight.codes)[0]};
  Value empty = tensor::EmptyOp::create(b, sizes, b.getI32Type());
  Value zero = constant(b, 32, 0);
  Value start = linalg::FillOp::create(b, zero, empty).getResult(0);
  auto index = [&](int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  };
  Value width = index(type.getGroup());
  auto addGroup = [&](OpBuilder &nested, Location location, Value g,
                      ValueRange carried) {
    ImplicitLocOpBuilder body(location, nested);
    Value first = arith::MulIOp::create(body, g, width);
    auto part = [&](Value codes) {
      return columns(body, codes, first, type.getGroup());
    };
    Value products =
        createContraction(body, {part(input.codes), Extension::Unsigned},
                          {part(weight.codes), Extension::Signed});
    RowBuilder rows(body, products);
    Value sums = rows.update(
        carried.front(),
        {rows.whole(products), rows.row(column(body, input.exponent, g)),
         rows.row(smallest), rows.row(column(body, input.zeroPoint, g)),
         rows.channel(column(body, weight.sums, g))},
        [](Int products, Int e, Int smallest, Int z, Int codes, Int sum) {
          return sum + rshrAny(products - z * codes, min(e - smallest, 31));
        });
    scf::YieldOp::create(body, sums);
  };
  return scf::ForOp::create(b, index(0), index(type.getNumGroups()), index(1),
                            start, addGroup)
      .getResult(0);
}

static SmallVector<Value> lowerLinear(LinearOp op,
                                      LowerOp<LinearOp>::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) {
  DynType type = op.getInput().getType();
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

  bool hasGroups = type.getGroup() != 0;
  input.codes = joinRows(b, input.codes, 1);
  input.multiplier = joinRows(b, input.multiplier, 0);
  input.exponent = joinRows(b, input.exponent, hasGroups);
  if (input.zeroPoint)
    input.zeroPoint = joinRows(b, input.zeroPoint, hasGroups);

  // The product is without the zero point, so that it is a plain contraction;
  // the column sums make up for it in the pass that follows.
  bool addsZeroPoint = input.zeroPoint && !hasGroups;
  Value sums;
  if (hasGroups) {
    Value smallest = smallestExponents(b, input.exponent);
    sums = sumGroups(b, type, input, weight, smallest);
    input.exponent = smallest;
  } else {
    Extension extension =
        input.zeroPoint ? Extension::Unsigned : Extension::Signed;
    sums = createContraction(b, {input.codes, extension},
                             {weight.codes, Extension::Signed});
  }
  RowBuilder rows(b, sums);
  SmallVector<Access> inputs = {
      rows.row(input.multiplier), rows.row(input.exponent),
      rows.channel(weight.multiplier), rows.channel(weight.exponent)};
  if (addsZeroPoint)
    inputs.append({rows.row(input.zeroPoint), rows.channel(weight.sums)});
  bool hasBias = op.getBias() != nullptr;
  if (hasBias)
    inputs.push_back(rows.channel(codesOf(adaptor.getBias())));

  Value result = rows.update(sums, inputs, [&](ArrayRef<Int> in) {
    Int rowMultiplier = in[0], rowExponent = in[1];
    Int multiplier = in[2], channelExponent = in[3];
    Int sum = in.back();
    if (addsZeroPoint)
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

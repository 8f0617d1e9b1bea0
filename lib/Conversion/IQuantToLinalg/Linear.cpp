//===- Linear.cpp - Matrix product and embedding --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules L1 and E1.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "LinearKernel.h"
#include "LinearScale.h"
#include "Patterns.h"
#include "RowBuilder.h"
#include "Rules.h"

#include "iquant/Support/Shapes.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::iquant;

//===----------------------------------------------------------------------===//
// Weights in rows
//===----------------------------------------------------------------------===//

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

/// L1: the sums of all groups, in the unit of the smallest exponent of a row.
static Value sumGroups(ImplicitLocOpBuilder &b, WeightType type,
                       const LinearOperands &operands) {
  OpFoldResult sizes[] = {sizesOf(b, operands.codes)[0],
                          b.getIndexAttr(type.getShape()[0])};
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
        createContraction(body, {part(operands.codes), Extension::Unsigned},
                          {part(operands.weight.codes), Extension::Signed});
    RowBuilder rows(body, products);
    Value sums = rows.update(
        carried.front(),
        {rows.whole(products), rows.row(column(body, operands.shift, g)),
         rows.row(column(body, operands.zeroPoint, g)),
         rows.channel(column(body, operands.weight.sums, g))},
        [](Int products, Int shift, Int z, Int codes, Int sum) {
          return sum + rshrAny(products - z * codes, shift);
        });
    scf::YieldOp::create(body, sums);
  };
  return scf::ForOp::create(b, index(0), index(type.getNumGroups()), index(1),
                            start, addGroup)
      .getResult(0);
}

/// Contractions, and a pass over their sums that scales them.
static Value lowerRows(ImplicitLocOpBuilder &b, WeightType type,
                       const LinearOperands &operands, int64_t resultExponent) {
  const WeightComponents &weight = operands.weight;
  // The product is without the zero point, so that it is a plain contraction;
  // the column sums make up for it in the pass that follows.
  bool addsZeroPoint = operands.zeroPoint && !operands.shift;
  Value sums;
  if (operands.shift) {
    sums = sumGroups(b, type, operands);
  } else {
    Extension extension =
        operands.zeroPoint ? Extension::Unsigned : Extension::Signed;
    sums = createContraction(b, {operands.codes, extension},
                             {weight.codes, Extension::Signed});
  }
  RowBuilder rows(b, sums);
  SmallVector<Access> inputs = {
      rows.row(operands.multiplier), rows.row(operands.exponent),
      rows.channel(weight.multiplier), rows.channel(weight.exponent)};
  if (addsZeroPoint)
    inputs.append({rows.row(operands.zeroPoint), rows.channel(weight.sums)});
  if (operands.bias)
    inputs.push_back(rows.channel(operands.bias));
  return rows.update(sums, inputs, [&](ArrayRef<Int> elements) {
    Inputs in(elements);
    Int sum = elements.back();
    LinearScale scale{
        in.next(),   in.next(), in.next(), in.next(), sum.like(resultExponent),
        std::nullopt};
    if (addsZeroPoint) {
      Int zeroPoint = in.next();
      sum = sum - zeroPoint * in.next();
    }
    if (operands.bias)
      scale.bias = in.next();
    return scale.apply(sum);
  });
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// L1: the smallest exponent of every row, `E`.
static Value smallestExponents(ImplicitLocOpBuilder &b, Value exponent) {
  RowBuilder groups(b, exponent);
  return groups
      .reduce(Accumulator{32, INT32_MAX}, groups.whole(exponent),
              [](Int e, Int smallest) { return min(e, smallest); })
      .front();
}

static LinearOperands makeOperands(ImplicitLocOpBuilder &b, LinearOp op,
                                   LowerOp<LinearOp>::Adaptor adaptor) {
  DynComponents input(adaptor.getInput());
  bool hasGroups = op.getInput().getType().getGroup() != 0;
  LinearOperands operands{
      joinRows(b, input.codes, 1),
      joinRows(b, input.multiplier, 0),
      joinRows(b, input.exponent, hasGroups),
      input.zeroPoint ? joinRows(b, input.zeroPoint, hasGroups) : Value(),
      /*shift=*/Value(),
      WeightComponents(adaptor.getWeight()),
      op.getBias() ? codesOf(adaptor.getBias()) : Value()};
  if (!hasGroups)
    return operands;
  Value smallest = smallestExponents(b, operands.exponent);
  RowBuilder groups(b, operands.exponent);
  operands.shift = groups.perElement(
      32, {groups.whole(operands.exponent), groups.row(smallest)},
      [](Int e, Int smallest) { return min(e - smallest, 31); });
  operands.exponent = smallest;
  return operands;
}

static SmallVector<Value> lowerLinear(LinearOp op,
                                      LowerOp<LinearOp>::Adaptor adaptor,
                                      ImplicitLocOpBuilder &b) {
  WeightType type = op.getWeight().getType();
  SmallVector<OpFoldResult> rowSizes =
      sizesOf(b, DynComponents(adaptor.getInput()).codes);
  rowSizes.pop_back();
  if (llvm::any_of(rowSizes, isZeroInteger)) {
    // No element to compute; upstream cannot bufferize the view of such rows
    // as one dimension when another of their sizes is dynamic.
    rowSizes.push_back(b.getIndexAttr(type.getShape()[0]));
    return {tensor::EmptyOp::create(b, rowSizes, b.getI32Type())};
  }
  LinearOperands operands = makeOperands(b, op, adaptor);
  int64_t exponent = op.getResult().getType().getExponent();
  Value result = type.getTiles()
                     ? callLinearKernel(b, op->getParentOfType<ModuleOp>(),
                                        type, operands, exponent)
                     : lowerRows(b, type, operands, exponent);
  return {splitRows(b, result, rowSizes)};
}

//===----------------------------------------------------------------------===//
// Embedding
//===----------------------------------------------------------------------===//

/// The position of a code among those of a weight.
static SmallVector<Value> codePosition(ImplicitLocOpBuilder &b, TilesAttr tiles,
                                       Value output, Value input) {
  if (!tiles)
    return {output, input};
  Value outputs = arith::ConstantIndexOp::create(b, tiles.getOutputs());
  Value inputs = arith::ConstantIndexOp::create(b, tiles.getInputs());
  return {arith::DivUIOp::create(b, output, outputs),
          arith::DivUIOp::create(b, input, inputs),
          arith::RemUIOp::create(b, output, outputs),
          arith::RemUIOp::create(b, input, inputs)};
}

static SmallVector<Value> lowerEmbedding(EmbeddingOp op,
                                         LowerOp<EmbeddingOp>::Adaptor adaptor,
                                         ImplicitLocOpBuilder &b) {
  WeightComponents table(adaptor.getTable());
  Value ids = adaptor.getIds().front();
  ArrayRef<int64_t> tableShape = op.getTable().getType().getShape();
  TilesAttr tiles = op.getTable().getType().getTiles();
  int64_t exponent = op.getResult().getType().getExponent();
  SmallVector<OpFoldResult> sizes = sizesOf(b, ids);
  int64_t channels = sizes.size();
  sizes.push_back(b.getIndexAttr(tableShape[1]));

  RowBuilder rows(b, sizes);
  return {rows.perElement(32, rows.row(ids), [&](Int id) {
    ImplicitLocOpBuilder &body = id.getBuilder();
    Value row = nearestRow(id, tableShape[0]);
    Value channel = linalg::IndexOp::create(body, channels);
    auto read = [&](Value tensor, ValueRange position) {
      return Int(body, tensor::ExtractOp::create(body, tensor, position));
    };
    Int q = read(table.codes, codePosition(body, tiles, row, channel));
    Int m = read(table.multiplier, row), e = read(table.exponent, row);
    return sat32(shift((q.sext(32) * m).sext(64), e - exponent));
  })};
}

void mlir::iquant::populateLinearPatterns(const TypeConverter &converter,
                                          RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerEmbedding);
  addLowering(converter, patterns, lowerLinear);
}

//===- Elementwise.cpp - Sums, products, clamp, argmax, mean, observers ---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "RowSpace.h"

#include "iquant/Support/Shapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <limits>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_linalg;

static Value lowerAdd(transformer::AddOp op, ImplicitLocOpBuilder &b) {
  RowSpace space(b, op.getLhs(), getComputeType(op->getOperands()));
  return space.map(op.getType().getElementType(),
                   {space.whole(op.getLhs()), space.whole(op.getRhs())},
                   [](ArrayRef<Real> in) { return in[0] + in[1]; });
}

static Value lowerMul(transformer::MulOp op, ImplicitLocOpBuilder &b) {
  RowSpace space(b, op.getGate(), getComputeType(op->getOperands()));
  return space.map(op.getType().getElementType(),
                   {space.whole(op.getGate()), space.whole(op.getUp())},
                   [](ArrayRef<Real> in) { return in[0] * in[1]; });
}

static Value lowerScale(transformer::ScaleOp op, ImplicitLocOpBuilder &b) {
  RowSpace space(b, op.getInput(), getComputeType(op->getOperands()));
  return space.map(op.getType().getElementType(),
                   {space.whole(op.getInput()), space.channel(op.getFactors())},
                   [](ArrayRef<Real> in) { return in[0] * in[1]; });
}

static Value lowerClamp(transformer::ClampOp op, ImplicitLocOpBuilder &b) {
  RowSpace space(b, op.getInput(), getComputeType(op->getOperands()));
  auto type = RankedTensorType::get(op.getType().getShape().take_back(),
                                    space.getComputeType());
  SmallVector<Attribute> ranges;
  for (double range : op.getRanges())
    ranges.append(op.getGroup(), b.getFloatAttr(space.getComputeType(), range));
  Value limits =
      arith::ConstantOp::create(b, DenseElementsAttr::get(type, ranges));
  return space.map(op.getType().getElementType(),
                   {space.whole(op.getInput()), space.channel(limits)},
                   [](ArrayRef<Real> in) {
                     Real x = in[0], limit = in[1];
                     x = select(greater(x, limit), limit, x);
                     return select(greater(-limit, x), -limit, x);
                   });
}

static Value lowerArgmax(transformer::ArgmaxOp op, ImplicitLocOpBuilder &b) {
  Value input = op.getInput();
  Type type = getElementTypeOrSelf(input), indexType = b.getI32Type();
  SmallVector<OpFoldResult> sizes = sizesOf(b, input);
  RowSpace space(b, sizes, type);
  sizes.pop_back();
  Value largest =
      createFilled(b, sizes, type, -std::numeric_limits<double>::infinity());
  Value zero = arith::ConstantIntOp::create(b, 0, 32);
  Value first =
      linalg::FillOp::create(
          b, zero, tensor::EmptyOp::create(b, sizes, indexType).getResult())
          .getResult(0);
  int64_t channels = sizes.size();
  SmallVector<utils::IteratorType> iterators(channels + 1,
                                             utils::IteratorType::parallel);
  iterators.back() = utils::IteratorType::reduction;
  // An element replaces a smaller one only, so that the first of equals stays.
  return createGeneric(
      b, space.whole(input), {space.row(largest), space.row(first)}, iterators,
      [&](ImplicitLocOpBuilder &body, ValueRange in) {
        Real x(body, in[0]), best(body, in[1]);
        Value isBetter = greater(x, best);
        Value channel = linalg::IndexOp::create(body, channels);
        channel = arith::IndexCastOp::create(body, indexType, channel);
        return SmallVector<Value>{
            select(isBetter, x, best),
            arith::SelectOp::create(body, isBetter, channel, in[2])};
      })[1];
}

static Value lowerMeanPool(transformer::MeanPoolOp op,
                           ImplicitLocOpBuilder &b) {
  Value input = op.getInput(), mask = op.getMask();
  Type type = getComputeType(input);
  RowSpace rows(b, input, type), sequences(b, mask, type);
  Value counts =
      sequences.reduce(0, sequences.whole(mask), [](ArrayRef<Real> in) {
        return select(in[0], in[1] + 1.0, in[1]);
      });

  SmallVector<OpFoldResult> sizes = sizesOf(b, input);
  int64_t rowDim = sizes.size() - 2;
  SmallVector<utils::IteratorType> iterators(sizes.size(),
                                             utils::IteratorType::parallel);
  iterators[rowDim] = utils::IteratorType::reduction;
  sizes.erase(sizes.begin() + rowDim);
  Access whole = rows.whole(input);
  Access sum = {createFilled(b, sizes, type, 0), whole.map.dropResult(rowDim)};
  Value sums = createGeneric(b, {whole, rows.row(mask)}, sum, iterators,
                             [&](ImplicitLocOpBuilder &body, ValueRange in) {
                               Real x = Real(body, in[0]).to(type),
                                    sum(body, in[2]);
                               return SmallVector<Value>{
                                   select(in[1], accumulate(sum, x), sum)};
                             })
                   .front();

  RowSpace means(b, sizes, type);
  return means.map(
      op.getType().getElementType(), {means.whole(sums), means.row(counts)},
      [](ArrayRef<Real> in) { return in[0] / max(in[1], in[1].like(1)); });
}

static Value eraseObserve(transformer::ObserveOp op, ImplicitLocOpBuilder &) {
  return op.getInput();
}

void to_linalg::populateElementwisePatterns(RewritePatternSet &patterns) {
  addLowering(patterns, eraseObserve);
  addLowering(patterns, lowerAdd);
  addLowering(patterns, lowerArgmax);
  addLowering(patterns, lowerClamp);
  addLowering(patterns, lowerMeanPool);
  addLowering(patterns, lowerMul);
  addLowering(patterns, lowerScale);
}

//===- Elementwise.cpp - Sum, argmax, observers ---------------------------===//
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

static Value eraseObserve(transformer::ObserveOp op, ImplicitLocOpBuilder &) {
  return op.getInput();
}

void to_linalg::populateElementwisePatterns(RewritePatternSet &patterns) {
  addLowering(patterns, eraseObserve);
  addLowering(patterns, lowerAdd);
  addLowering(patterns, lowerArgmax);
}

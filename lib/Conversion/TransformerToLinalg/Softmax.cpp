//===- Softmax.cpp - Normalised exponentials ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Softmax.h"

#include "Patterns.h"

#include "iquant/Support/Shapes.h"

#include <limits>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_linalg;

//===----------------------------------------------------------------------===//
// Exponentials
//===----------------------------------------------------------------------===//

/// A constant vector of these numbers in `type`.
static Value createVector(ImplicitLocOpBuilder &b, Type type,
                          ArrayRef<double> numbers) {
  SmallVector<Attribute> elements;
  for (double number : numbers)
    elements.push_back(b.getFloatAttr(type, number));
  auto vector = RankedTensorType::get(elements.size(), type);
  return arith::ConstantOp::create(b, DenseElementsAttr::get(vector, elements));
}

SoftmaxExponential::SoftmaxExponential(
    ImplicitLocOpBuilder &builder, std::optional<transformer::ClipAttr> clip,
    Type type, Value head)
    : clip(clip) {
  if (!clip)
    return;
  SmallVector<double> units, weights;
  for (int64_t i = 0; i < clip->getHeads(); ++i) {
    units.push_back(clip->getStepsPerUnit(i));
    for (int64_t entry : clip->getEntries(i))
      weights.push_back(static_cast<double>(entry) / clip->getEntryUnit());
  }
  if (clip->getHeads() == 1)
    head = arith::ConstantIndexOp::create(builder, 0);
  stepsPerUnit = tensor::ExtractOp::create(
      builder, createVector(builder, type, units), head);
  for (int64_t i = 0; clip->getThresholds() && i < clip->getNumCodes() - 1; ++i)
    thresholds.push_back(tensor::ExtractOp::create(
        builder,
        createVector(builder, type,
                     llvm::map_to_vector(llvm::seq(clip->getHeads()),
                                         [&](int64_t of) -> double {
                                           return clip->getThresholdsOf(of)[i];
                                         })),
        head));
  entries = createVector(builder, type, weights);
  Value codes = arith::ConstantIndexOp::create(builder, clip->getNumCodes());
  first = arith::MulIOp::create(builder, head, codes);
}

Real SoftmaxExponential::evaluate(Real x, Value position) const {
  return clip ? evaluateClipped(x, position) : exp(x);
}

Real SoftmaxExponential::evaluateClipped(Real x, Value position) const {
  ImplicitLocOpBuilder &b = x.getBuilder();
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  Real rounding = x.like(0.5);
  if (clip->getRounding() == transformer::ClipRounding::Dithered) {
    Value u = arith::AddIOp::create(
        b, arith::MulIOp::create(b, position, index(7)), index(3));
    u = arith::AndIOp::create(b, u, index(15));
    u = arith::IndexCastOp::create(b, b.getI32Type(), u);
    Real step(b, arith::UIToFPOp::create(b, x.getType(), u));
    rounding = step * (1 / 16.0) + 1 / 32.0;
  }
  // Minus infinity has the last code.
  Real step = -x * Real(b, stepsPerUnit) + rounding;
  Real last = x.like(clip->getLastStep());
  step = select(greater(last, step), step, last);
  Value entry;
  if (thresholds.empty()) {
    entry = arith::FPToSIOp::create(b, b.getI32Type(), step);
    entry = arith::IndexCastOp::create(b, b.getIndexType(), entry);
  } else {
    // A threshold is a whole number, so that the step need not become one.
    entry = index(0);
    for (Value threshold : thresholds) {
      Value isBelow = greater(Real(b, threshold), step);
      Value next = arith::AddIOp::create(b, entry, index(1));
      entry = arith::SelectOp::create(b, isBelow, entry, next);
    }
  }
  entry = arith::AddIOp::create(b, entry, first);
  Real weight(b, tensor::ExtractOp::create(b, entries, entry));
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return select(equal(x, -kInfinity), 0.0, weight);
}

Exponentials
to_linalg::createExponentials(const RowSpace &space, Value scores,
                              Value destination,
                              const SoftmaxExponential &exponential) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  int64_t rank = cast<RankedTensorType>(scores.getType()).getRank();
  Value largest =
      space.reduce(-kInfinity, space.whole(scores),
                   [](ArrayRef<Real> in) { return max(in[0], in[1]); });
  Value exponentials = space.write(
      destination, {space.whole(scores), space.row(largest)},
      [&](ArrayRef<Real> in) {
        // In a row of nothing but minus infinity every difference is that.
        Real x = in[0] - select(equal(in[1], -kInfinity), 0.0, in[1]);
        Value position = linalg::IndexOp::create(x.getBuilder(), rank - 1);
        return exponential.evaluate(x, position);
      });
  Value sums =
      space.reduce(0, space.whole(exponentials),
                   [](ArrayRef<Real> in) { return accumulate(in[1], in[0]); });
  Value factors = space.mapRows(sums, [](ArrayRef<Real> in) {
    return 1.0 / select(equal(in[0], 0), 1.0, in[0]);
  });
  return {exponentials, factors};
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

static Value lowerSoftmax(transformer::SoftmaxOp op, ImplicitLocOpBuilder &b) {
  Value input = op.getInput();
  Type type = op.getType().getElementType();
  RowSpace space(b, input, getComputeType(input));
  Value destination =
      tensor::EmptyOp::create(b, sizesOf(b, input), space.getComputeType());
  SoftmaxExponential exponential(b, op.getClip(), space.getComputeType());
  auto [exponentials, factors] =
      createExponentials(space, input, destination, exponential);
  auto normalise = [](ArrayRef<Real> in) { return in[0] * in[1]; };
  if (type == space.getComputeType())
    return space.update(exponentials, space.row(factors), normalise);
  return space.map(type, {space.whole(exponentials), space.row(factors)},
                   normalise);
}

void to_linalg::populateSoftmaxPatterns(RewritePatternSet &patterns) {
  addLowering(patterns, lowerSoftmax);
}

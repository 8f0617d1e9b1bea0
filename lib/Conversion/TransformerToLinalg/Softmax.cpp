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

Exponentials to_linalg::createExponentials(const RowSpace &space, Value scores,
                                           Value destination) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Value largest =
      space.reduce(-kInfinity, space.whole(scores),
                   [](ArrayRef<Real> in) { return max(in[0], in[1]); });
  Value exponentials = space.write(
      destination, {space.whole(scores), space.row(largest)},
      [&](ArrayRef<Real> in) {
        // In a row of nothing but minus infinity every difference is that.
        return exp(in[0] - select(equal(in[1], -kInfinity), 0.0, in[1]));
      });
  Value sums =
      space.reduce(0, space.whole(exponentials),
                   [](ArrayRef<Real> in) { return accumulate(in[1], in[0]); });
  Value factors = space.mapRows(sums, [](ArrayRef<Real> in) {
    return 1.0 / select(equal(in[0], 0), 1.0, in[0]);
  });
  return {exponentials, factors};
}

static Value lowerSoftmax(transformer::SoftmaxOp op, ImplicitLocOpBuilder &b) {
  Value input = op.getInput();
  Type type = op.getType().getElementType();
  RowSpace space(b, input, getComputeType(input));
  Value destination =
      tensor::EmptyOp::create(b, sizesOf(b, input), space.getComputeType());
  auto [exponentials, factors] = createExponentials(space, input, destination);
  auto normalise = [](ArrayRef<Real> in) { return in[0] * in[1]; };
  if (type == space.getComputeType())
    return space.update(exponentials, space.row(factors), normalise);
  return space.map(type, {space.whole(exponentials), space.row(factors)},
                   normalise);
}

void to_linalg::populateSoftmaxPatterns(RewritePatternSet &patterns) {
  addLowering(patterns, lowerSoftmax);
}

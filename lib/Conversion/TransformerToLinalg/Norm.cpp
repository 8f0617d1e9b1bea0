//===- Norm.cpp - Root-mean-square and layer norm -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "RowSpace.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_linalg;

/// The factor of every row whose squares sum up to `squares`.
static Value createFactors(const RowSpace &space, Value squares,
                           int64_t channels, const APFloat &epsilon) {
  return space.mapRows(squares, [&](ArrayRef<Real> in) {
    Real mean = in[0] * (1.0 / channels);
    return 1.0 / sqrt(mean + epsilon.convertToDouble());
  });
}

static Value lowerRmsNorm(transformer::RmsNormOp op, ImplicitLocOpBuilder &b) {
  Value input = op.getInput(), scale = op.getScale();
  RowSpace space(b, input, getComputeType({input, scale}));
  int64_t channels = op.getType().getShape().back();
  Value squares = space.reduce(0, space.whole(input), [](ArrayRef<Real> in) {
    return accumulate(in[1], in[0] * in[0]);
  });
  Value factors = createFactors(space, squares, channels, op.getEpsilon());

  SmallVector<Access> inputs = {space.whole(input), space.row(factors)};
  if (scale)
    inputs.push_back(space.channel(scale));
  return space.map(op.getType().getElementType(), inputs,
                   [&](ArrayRef<Real> in) {
                     Real normed = in[0] * in[1];
                     return scale ? normed * in[2] : normed;
                   });
}

static Value lowerLayerNorm(transformer::LayerNormOp op,
                            ImplicitLocOpBuilder &b) {
  Value input = op.getInput(), scale = op.getScale(), shift = op.getShift();
  RowSpace space(b, input, getComputeType({input, scale, shift}));
  int64_t channels = op.getType().getShape().back();
  Value sums = space.reduce(0, space.whole(input), [](ArrayRef<Real> in) {
    return accumulate(in[1], in[0]);
  });
  Value means = space.mapRows(
      sums, [&](ArrayRef<Real> in) { return in[0] * (1.0 / channels); });
  Value squares = space.reduce(0, {space.whole(input), space.row(means)},
                               [](ArrayRef<Real> in) {
                                 Real centred = in[0] - in[1];
                                 return accumulate(in[2], centred * centred);
                               });
  Value factors = createFactors(space, squares, channels, op.getEpsilon());

  SmallVector<Access> inputs = {space.whole(input), space.row(means),
                                space.row(factors)};
  for (Value parameter : {scale, shift})
    if (parameter)
      inputs.push_back(space.channel(parameter));
  return space.map(op.getType().getElementType(), inputs,
                   [&](ArrayRef<Real> in) {
                     Real result = (in[0] - in[1]) * in[2];
                     if (scale)
                       result = result * in[3];
                     return shift ? result + in.back() : result;
                   });
}

void to_linalg::populateNormPatterns(RewritePatternSet &patterns) {
  addLowering(patterns, lowerLayerNorm);
  addLowering(patterns, lowerRmsNorm);
}

//===- Distractors.cpp - What must not be raised --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Results of these are returned and nothing else, so that they cannot become a
// part of an op.
//
//===----------------------------------------------------------------------===//

#include "ModelMaker.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::testing;

static Formula exp(const Formula &x) { return {FormulaKind::Exp, {x}}; }

Formula ModelMaker::otherSoftmax(const Formula &x) {
  Dim channel = getChannel(), position = rows.back();
  switch (chance.from(0, 4)) {
  case 0: {
    // Large numbers overflow.
    return exp(x) / sum(exp(x), channel);
  }
  case 1: {
    Formula other = argument(activations.back().dims);
    Formula exponential = exp(x - largest(other, channel));
    return exponential / sum(exponential, channel);
  }
  case 2:
    return softmax(x, position);
  case 3: {
    Formula exponential = exp(x - largest(x, channel));
    return exponential / sum(exponential, position);
  }
  default: {
    // Another exponential than the one that is summed up.
    Formula shifted = x - largest(x, channel);
    return exp(product({shifted, 0.5})) / sum(exp(shifted), channel);
  }
  }
}

Formula ModelMaker::otherNorm(const Formula &x) {
  Dim channel = getChannel();
  double count = speller.getSize(channel);
  auto divide = [&](const Formula &value, const Formula &variance) {
    return product(
        {value, Formula(FormulaKind::Rsqrt, {variance + Formula(1e-5)})});
  };
  switch (chance.from(0, 6)) {
  case 0:
    return divide(x, sum(square(x), channel));
  case 1:
    return x / (Formula(FormulaKind::Sqrt, {meanOfSquares(x)}) + Formula(1e-5));
  case 2:
    return divide(argument(activations.back().dims), meanOfSquares(x));
  case 3: {
    Formula centred = x - mean(x);
    return divide(centred, sum(square(centred), channel) / Formula(count - 1));
  }
  case 4:
    // Another variance than that of what is divided.
    return divide(x, meanOfSquares(x - mean(x)));
  case 5: {
    // Of a norm, what does not depend on the row would be the scale.
    Formula other = argument(activations.back().dims);
    return divide(other, sum(square(other), rows.back()) / Formula(count));
  }
  default:
    return product({x, pow(meanOfSquares(x) + Formula(1e-5), -1)});
  }
}

Formula ModelMaker::otherActivation(const Formula &x) {
  switch (chance.from(0, 5)) {
  case 0:
    return product({x, sigmoid(product({x, 1.5}))});
  case 1:
    return product({x, sigmoid(product({x, 2.0}))});
  case 2:
    return gelu(x, std::sqrt(2 / M_PI), 0.05);
  case 3:
    return gelu(x, 0.9, 0.044715);
  case 4:
    return product({x, Formula(FormulaKind::Erf, {x}) + Formula(1.0), 0.5});
  default:
    return product({x, sigmoid(-x)});
  }
}

Spelled ModelMaker::otherRope() {
  // Of two positions, any angles are multiples.
  bool hasOtherAngles = speller.getSize(rows.back()) > 2 && chance.oneIn(2);
  return rotate(activations.back(), speller.getSize(getChannel()),
                hasOtherAngles ? Rotation::OtherAngles : Rotation::OtherSign);
}

void ModelMaker::addLookAlike() {
  Formula x = current();
  Dims dims = activations.back().dims;
  switch (chance.from(0, 3)) {
  case 0:
    return results.push_back(speller.spell(otherSoftmax(x), dims));
  case 1:
    return results.push_back(speller.spell(otherNorm(x), dims));
  case 2:
    return results.push_back(speller.spell(otherActivation(x), dims));
  default:
    return results.push_back(otherRope().tensor);
  }
}

void ModelMaker::addUnrelated() {
  Formula x = current();
  Dim channel = getChannel();
  Dims dims = activations.back().dims;
  auto spell = [&](const Formula &formula) {
    results.push_back(speller.spell(formula, dims));
  };
  switch (chance.from(0, 6)) {
  case 0:
    return spell(product({Formula(FormulaKind::Tanh, {x}), 0.5}));
  case 1:
    // With a SiLU it would be a SwiGLU.
    return spell(product({Formula(FormulaKind::Tanh, {x}), argument(dims)}));
  case 2:
    return spell(Formula(FormulaKind::Log, {exp(x) + Formula(1.0)}));
  case 3:
    return spell(x - mean(x));
  case 4:
    return spell(x - largest(x, channel));
  case 5:
    return spell(Formula(FormulaKind::Sqrt, {x * x + Formula(1.0)}));
  default: {
    Formula other = argument(dims);
    return spell(product({other, sum(other, rows.back())}));
  }
  }
}

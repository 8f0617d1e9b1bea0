//===- Activation.cpp - SwiGLU, SiLU, GELU, ReLU --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "RowSpace.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_linalg;

/// A result of the type of all operands, element by element.
static Value mapElements(Operation *op, ImplicitLocOpBuilder &b,
                         RowSpace::Function function) {
  Value first = op->getOperand(0);
  RowSpace space(b, first, getComputeType(op->getOperands()));
  SmallVector<Access> inputs;
  for (Value operand : op->getOperands())
    inputs.push_back(space.whole(operand));
  return space.map(getElementTypeOrSelf(first), inputs, function);
}

static Real silu(Real x) { return x / (1.0 + exp(-x)); }

static Value lowerSilu(transformer::SiluOp op, ImplicitLocOpBuilder &b) {
  return mapElements(op, b, [](ArrayRef<Real> in) { return silu(in[0]); });
}

static Value lowerSwiGlu(transformer::SwiGluOp op, ImplicitLocOpBuilder &b) {
  return mapElements(op, b,
                     [](ArrayRef<Real> in) { return silu(in[0]) * in[1]; });
}

static Value lowerGelu(transformer::GeluOp op, ImplicitLocOpBuilder &b) {
  return mapElements(op, b, [&](ArrayRef<Real> in) {
    using namespace llvm::numbers;
    Real x = in[0];
    if (op.getForm() == transformer::GeluForm::Erf)
      return x * 0.5 * (1.0 + erf(x * inv_sqrt2));
    if (op.getForm() == transformer::GeluForm::Sigmoid)
      return x / (1.0 + exp(x * -1.702));
    constexpr double kSqrt2OverPi = sqrt2 * inv_sqrtpi;
    Real cubic = x + x * x * x * 0.044715;
    return x * 0.5 * (1.0 + tanh(cubic * kSqrt2OverPi));
  });
}

static Value lowerRelu(transformer::ReluOp op, ImplicitLocOpBuilder &b) {
  return mapElements(
      op, b, [](ArrayRef<Real> in) { return max(in[0], in[0].like(0)); });
}

void to_linalg::populateActivationPatterns(RewritePatternSet &patterns) {
  addLowering(patterns, lowerGelu);
  addLowering(patterns, lowerRelu);
  addLowering(patterns, lowerSilu);
  addLowering(patterns, lowerSwiGlu);
}

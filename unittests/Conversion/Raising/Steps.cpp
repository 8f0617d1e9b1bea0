//===- Steps.cpp - One step of a formula as an op -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Steps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::testing;

FloatType testing::getFloatType(Value value) {
  return cast<FloatType>(getElementTypeOrSelf(value.getType()));
}

Value testing::createNumber(OpBuilder &b, Location loc, Type type,
                            double number) {
  FloatAttr value =
      FloatAttr::get(cast<FloatType>(getElementTypeOrSelf(type)), number);
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    return arith::ConstantOp::create(b, loc,
                                     DenseElementsAttr::get(tensor, value));
  return arith::ConstantOp::create(b, loc, value);
}

/// By `powf`, or by `fpowi` on scalars.
static Value createPower(ImplicitLocOpBuilder &b, Chance &chance, Value x,
                         double exponent) {
  bool isWhole = exponent == std::floor(exponent);
  if (isWhole && !isa<RankedTensorType>(x.getType()) && chance.oneIn(2))
    return math::FPowIOp::create(
        b, x,
        arith::ConstantOp::create(
            b, b.getI32IntegerAttr(static_cast<int32_t>(exponent))));
  return math::PowFOp::create(
      b, x, createNumber(b, b.getLoc(), x.getType(), exponent));
}

Value testing::createStep(ImplicitLocOpBuilder &b, Chance &chance,
                          FormulaKind kind, ArrayRef<Value> in, double number) {
  Value one = kind == FormulaKind::Reciprocal || kind == FormulaKind::Sigmoid
                  ? createNumber(b, b.getLoc(), in[0].getType(), 1)
                  : Value();
  switch (kind) {
  case FormulaKind::Neg:
    return arith::NegFOp::create(b, in[0]);
  case FormulaKind::Exp:
    return math::ExpOp::create(b, in[0]);
  case FormulaKind::Log:
    return math::LogOp::create(b, in[0]);
  case FormulaKind::Sqrt:
    return math::SqrtOp::create(b, in[0]);
  case FormulaKind::Rsqrt:
    return math::RsqrtOp::create(b, in[0]);
  case FormulaKind::Reciprocal:
    return arith::DivFOp::create(b, one, in[0]);
  case FormulaKind::Tanh:
    return math::TanhOp::create(b, in[0]);
  case FormulaKind::Erf:
    return math::ErfOp::create(b, in[0]);
  case FormulaKind::Sigmoid: {
    Value exponential =
        math::ExpOp::create(b, arith::NegFOp::create(b, in[0]).getResult());
    return arith::DivFOp::create(
        b, one, arith::AddFOp::create(b, exponential, one).getResult());
  }
  case FormulaKind::Sin:
    return math::SinOp::create(b, in[0]);
  case FormulaKind::Cos:
    return math::CosOp::create(b, in[0]);
  case FormulaKind::Pow:
    return createPower(b, chance, in[0], number);
  case FormulaKind::Add:
    return arith::AddFOp::create(b, in[0], in[1]);
  case FormulaKind::Sub:
    return arith::SubFOp::create(b, in[0], in[1]);
  case FormulaKind::Mul:
    return arith::MulFOp::create(b, in[0], in[1]);
  case FormulaKind::Div:
    return arith::DivFOp::create(b, in[0], in[1]);
  case FormulaKind::Max:
    if (chance.oneIn(2))
      return arith::MaxNumFOp::create(b, in[0], in[1]);
    return arith::MaximumFOp::create(b, in[0], in[1]);
  default:
    llvm_unreachable("no elementwise step");
  }
}

Value testing::castScalar(OpBuilder &b, Location loc, Value x, FloatType to) {
  FloatType from = getFloatType(x);
  if (from == to)
    return x;
  Type type = to;
  if (auto tensor = dyn_cast<RankedTensorType>(x.getType()))
    type = tensor.clone(to);
  if (from.getWidth() < to.getWidth())
    return arith::ExtFOp::create(b, loc, type, x);
  return arith::TruncFOp::create(b, loc, type, x);
}

Value testing::createCombined(OpBuilder &body, Location loc, Chance &chance,
                              FormulaKind kind, Value element, Value soFar) {
  if (chance.oneIn(2))
    std::swap(element, soFar);
  if (kind == FormulaKind::Sum)
    return arith::AddFOp::create(body, loc, element, soFar);
  switch (chance.from(0, 2)) {
  case 0:
    return arith::MaximumFOp::create(body, loc, element, soFar);
  case 1:
    return arith::MaxNumFOp::create(body, loc, element, soFar);
  default: {
    Value isLarger = arith::CmpFOp::create(
        body, loc,
        chance.oneIn(2) ? arith::CmpFPredicate::OGT : arith::CmpFPredicate::UGT,
        element, soFar);
    return arith::SelectOp::create(body, loc, isLarger, element, soFar);
  }
  }
}

Value testing::createNamed(ImplicitLocOpBuilder &b, FormulaKind kind,
                           ArrayRef<Value> in) {
  auto tensor = cast<RankedTensorType>(in[0].getType());
  auto create = [&](auto op) -> Value {
    Value empty =
        tensor::EmptyOp::create(b, tensor.getShape(), tensor.getElementType());
    return decltype(op)::create(b, tensor, in, empty)->getResult(0);
  };
  switch (kind) {
  case FormulaKind::Add:
    return create(linalg::AddOp());
  case FormulaKind::Sub:
    return create(linalg::SubOp());
  case FormulaKind::Mul:
    return create(linalg::MulOp());
  case FormulaKind::Div:
    return create(linalg::DivOp());
  case FormulaKind::Max:
    return create(linalg::MaxOp());
  case FormulaKind::Exp:
    return create(linalg::ExpOp());
  case FormulaKind::Log:
    return create(linalg::LogOp());
  case FormulaKind::Neg:
    return create(linalg::NegFOp());
  case FormulaKind::Sqrt:
    return create(linalg::SqrtOp());
  case FormulaKind::Rsqrt:
    return create(linalg::RsqrtOp());
  case FormulaKind::Reciprocal:
    return create(linalg::ReciprocalOp());
  case FormulaKind::Tanh:
    return create(linalg::TanhOp());
  case FormulaKind::Erf:
    return create(linalg::ErfOp());
  default:
    return {};
  }
}

//===- FloatBuilder.cpp - Float arithmetic as formulas --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FloatBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_linalg;

template <typename OpTy, typename... Operands>
static Real create(Real first, Operands... rest) {
  ImplicitLocOpBuilder &builder = first.getBuilder();
  return {builder, OpTy::create(builder, first, rest...)};
}

Real Real::like(double constant) const {
  return {*builder, arith::ConstantOp::create(
                        *builder, builder->getFloatAttr(getType(), constant))};
}

Real Real::to(Type type) const {
  unsigned from = getType().getIntOrFloatBitWidth();
  unsigned width = type.getIntOrFloatBitWidth();
  if (getType() == type)
    return *this;
  if (from < width)
    return {*builder, arith::ExtFOp::create(*builder, type, value)};
  return {*builder, arith::TruncFOp::create(*builder, type, value)};
}

Real to_linalg::operator+(Real x, Real y) {
  return create<arith::AddFOp>(x, y);
}
Real to_linalg::operator-(Real x, Real y) {
  return create<arith::SubFOp>(x, y);
}
Real to_linalg::operator*(Real x, Real y) {
  return create<arith::MulFOp>(x, y);
}
Real to_linalg::operator/(Real x, Real y) {
  return create<arith::DivFOp>(x, y);
}
Real to_linalg::operator-(Real x) { return create<arith::NegFOp>(x); }

Real to_linalg::accumulate(Real sum, Real x) {
  return create<arith::AddFOp>(sum, x, arith::FastMathFlags::reassoc);
}

Real to_linalg::exp(Real x) { return create<math::ExpOp>(x); }
Real to_linalg::erf(Real x) { return create<math::ErfOp>(x); }
Real to_linalg::tanh(Real x) { return create<math::TanhOp>(x); }
Real to_linalg::sqrt(Real x) { return create<math::SqrtOp>(x); }
Real to_linalg::cos(Real x) { return create<math::CosOp>(x); }
Real to_linalg::sin(Real x) { return create<math::SinOp>(x); }

Value to_linalg::greater(Real x, Real y) {
  return arith::CmpFOp::create(x.getBuilder(), arith::CmpFPredicate::OGT, x, y);
}
Value to_linalg::equal(Real x, double y) {
  return arith::CmpFOp::create(x.getBuilder(), arith::CmpFPredicate::OEQ, x,
                               x.like(y));
}
Real to_linalg::select(Value condition, Real x, Real y) {
  return {x.getBuilder(),
          arith::SelectOp::create(x.getBuilder(), condition, x, y)};
}

//===- IntegerBuilder.cpp - Integer arithmetic as formulas ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every operator creates one op, or folds.
//
//===----------------------------------------------------------------------===//

#include "IntegerBuilder.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::iquant;

Int mlir::iquant::constant(ImplicitLocOpBuilder &builder, unsigned width,
                           int64_t value) {
  auto type = builder.getIntegerType(width);
  APInt bits(width, value, /*isSigned=*/true, /*implicitTrunc=*/true);
  return Int(builder, arith::ConstantOp::create(
                          builder, builder.getIntegerAttr(type, bits)));
}

Int mlir::iquant::fromIndex(ImplicitLocOpBuilder &builder, unsigned width,
                            Value index) {
  return Int(builder, builder.createOrFold<arith::IndexCastOp>(
                          builder.getIntegerType(width), index));
}

/// `type`, of an integer or a vector of them, with elements of `width` bits.
static Type withWidth(Type type, unsigned width) {
  Type element = IntegerType::get(type.getContext(), width);
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(element);
  return element;
}

Int Int::like(int64_t constant) const {
  Int element = iquant::constant(*builder, getWidth(), constant);
  if (!isa<VectorType>(value.getType()))
    return element;
  return Int(*builder, builder->createOrFold<vector::BroadcastOp>(
                           value.getType(), Value(element)));
}

/// Creates the cast `OpTy` of `x` to `width` bits, unless it has them.
template <typename OpTy> static Int changeWidth(Int x, unsigned width) {
  if (x.getWidth() == width)
    return x;
  ImplicitLocOpBuilder &b = x.getBuilder();
  return Int(
      b, b.createOrFold<OpTy>(withWidth(Value(x).getType(), width), Value(x)));
}

Int Int::sext(unsigned width) const {
  return changeWidth<arith::ExtSIOp>(*this, width);
}
Int Int::zext(unsigned width) const {
  return changeWidth<arith::ExtUIOp>(*this, width);
}
Int Int::trunc(unsigned width) const {
  return changeWidth<arith::TruncIOp>(*this, width);
}

Value Int::toIndex() const {
  return builder->createOrFold<arith::IndexCastUIOp>(builder->getIndexType(),
                                                     value);
}

template <typename OpTy> static Int binary(Int x, Int y) {
  assert(x.getWidth() == y.getWidth() && "operands of two widths");
  ImplicitLocOpBuilder &b = x.getBuilder();
  return Int(b, b.createOrFold<OpTy>(Value(x), Value(y)));
}

static Int compare(arith::CmpIPredicate predicate, Int x, Int y) {
  ImplicitLocOpBuilder &b = x.getBuilder();
  return Int(b, b.createOrFold<arith::CmpIOp>(predicate, Value(x), Value(y)));
}

namespace mlir::iquant {
Int operator+(Int x, Int y) { return binary<arith::AddIOp>(x, y); }
Int operator-(Int x, Int y) { return binary<arith::SubIOp>(x, y); }
Int operator*(Int x, Int y) { return binary<arith::MulIOp>(x, y); }
Int operator/(Int x, Int y) { return binary<arith::DivUIOp>(x, y); }
Int operator&(Int x, Int y) { return binary<arith::AndIOp>(x, y); }
Int operator<<(Int x, Int y) { return binary<arith::ShLIOp>(x, y); }
Int operator>>(Int x, Int y) { return binary<arith::ShRSIOp>(x, y); }
Int ushr(Int x, Int y) { return binary<arith::ShRUIOp>(x, y); }
Int min(Int x, Int y) { return binary<arith::MinSIOp>(x, y); }
Int max(Int x, Int y) { return binary<arith::MaxSIOp>(x, y); }
Int umin(Int x, Int y) { return binary<arith::MinUIOp>(x, y); }
Int umax(Int x, Int y) { return binary<arith::MaxUIOp>(x, y); }

Int abs(Int x) {
  ImplicitLocOpBuilder &b = x.getBuilder();
  return Int(b, b.createOrFold<math::AbsIOp>(Value(x)));
}

Int equal(Int x, Int y) { return compare(arith::CmpIPredicate::eq, x, y); }
Int notEqual(Int x, Int y) { return compare(arith::CmpIPredicate::ne, x, y); }
Int less(Int x, Int y) { return compare(arith::CmpIPredicate::slt, x, y); }
Int lessEqual(Int x, Int y) { return compare(arith::CmpIPredicate::sle, x, y); }
Int uless(Int x, Int y) { return compare(arith::CmpIPredicate::ult, x, y); }

Int select(Int condition, Int x, Int y) {
  ImplicitLocOpBuilder &b = x.getBuilder();
  return Int(
      b, b.createOrFold<arith::SelectOp>(Value(condition), Value(x), Value(y)));
}
} // namespace mlir::iquant

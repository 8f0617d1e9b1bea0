//===- ArithOps.cpp - The arith dialect on scalars and tensors ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant::reference;

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

namespace {
/// The operands of a binary integer op at one element, both ways of reading.
struct IntegerPair {
  int64_t a, b;
  uint64_t ua, ub;
  int64_t width;

  IntegerPair(const Tensor &lhs, const Tensor &rhs, int64_t index)
      : a(lhs.getInt(index)), b(rhs.getInt(index)), ua(lhs.getUnsigned(index)),
        ub(rhs.getUnsigned(index)),
        width(lhs.getElementType().isIndex()
                  ? 64
                  : lhs.getElementType().getIntOrFloatBitWidth()) {}

  bool isSignedOverflow() const { return b == -1 && a == llvm::minIntN(width); }
};
} // namespace

/// Divisions, whose results are undefined for a divisor of zero and for the
/// one quotient that does not fit.
static FailureOr<int64_t> divide(Operation *op, const IntegerPair &x) {
  if (x.b == 0)
    return op->emitOpError() << "divides " << x.a << " by zero";
  bool isSigned = !isa<arith::DivUIOp, arith::CeilDivUIOp, arith::RemUIOp>(op);
  if (isSigned && x.isSignedOverflow())
    return op->emitOpError()
           << "divides " << x.a << " by -1, which does not fit " << x.width
           << " bits";
  return TypeSwitch<Operation *, FailureOr<int64_t>>(op)
      .Case([&](arith::DivSIOp) { return x.a / x.b; })
      .Case([&](arith::DivUIOp) { return x.ua / x.ub; })
      .Case(
          [&](arith::CeilDivSIOp) { return llvm::divideCeilSigned(x.a, x.b); })
      .Case(
          [&](arith::CeilDivUIOp) { return x.ua / x.ub + (x.ua % x.ub != 0); })
      .Case([&](arith::FloorDivSIOp) {
        return llvm::divideFloorSigned(x.a, x.b);
      })
      .Case([&](arith::RemSIOp) { return x.a % x.b; })
      .Case([&](arith::RemUIOp) { return x.ua % x.ub; });
}

/// Shifts, whose results are undefined from the width on.
static FailureOr<int64_t> shift(Operation *op, const IntegerPair &x) {
  if (x.ub >= static_cast<uint64_t>(x.width))
    return op->emitOpError()
           << "shifts a number of " << x.width << " bits by " << x.ub;
  return TypeSwitch<Operation *, FailureOr<int64_t>>(op)
      .Case([&](arith::ShLIOp) { return x.ua << x.ub; })
      .Case([&](arith::ShRSIOp) { return x.a >> x.ub; })
      .Case([&](arith::ShRUIOp) { return x.ua >> x.ub; });
}

static bool compare(arith::CmpIPredicate predicate, const IntegerPair &x) {
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return x.a == x.b;
  case arith::CmpIPredicate::ne:
    return x.a != x.b;
  case arith::CmpIPredicate::slt:
    return x.a < x.b;
  case arith::CmpIPredicate::sle:
    return x.a <= x.b;
  case arith::CmpIPredicate::sgt:
    return x.a > x.b;
  case arith::CmpIPredicate::sge:
    return x.a >= x.b;
  case arith::CmpIPredicate::ult:
    return x.ua < x.ub;
  case arith::CmpIPredicate::ule:
    return x.ua <= x.ub;
  case arith::CmpIPredicate::ugt:
    return x.ua > x.ub;
  case arith::CmpIPredicate::uge:
    return x.ua >= x.ub;
  }
  llvm_unreachable("unknown predicate");
}

/// Sums and products wrap; they are formed without sign, where C++ wraps too.
static FailureOr<int64_t> computeInteger(Operation *op, const IntegerPair &x) {
  return TypeSwitch<Operation *, FailureOr<int64_t>>(op)
      .Case<arith::DivSIOp, arith::DivUIOp, arith::CeilDivSIOp,
            arith::CeilDivUIOp, arith::FloorDivSIOp, arith::RemSIOp,
            arith::RemUIOp>([&](auto) { return divide(op, x); })
      .Case<arith::ShLIOp, arith::ShRSIOp, arith::ShRUIOp>(
          [&](auto) { return shift(op, x); })
      .Case([&](arith::AddIOp) { return x.ua + x.ub; })
      .Case([&](arith::SubIOp) { return x.ua - x.ub; })
      .Case([&](arith::MulIOp) { return x.ua * x.ub; })
      .Case([&](arith::AndIOp) { return x.a & x.b; })
      .Case([&](arith::OrIOp) { return x.a | x.b; })
      .Case([&](arith::XOrIOp) { return x.a ^ x.b; })
      .Case([&](arith::MaxSIOp) { return std::max(x.a, x.b); })
      .Case([&](arith::MinSIOp) { return std::min(x.a, x.b); })
      .Case([&](arith::MaxUIOp) { return std::max(x.ua, x.ub); })
      .Case([&](arith::MinUIOp) { return std::min(x.ua, x.ub); })
      .Case([&](arith::CmpIOp cmp) { return compare(cmp.getPredicate(), x); })
      .Default([](Operation *op) { return reportUnknown(op); });
}

static Results evaluateIntegerBinary(Operation *op, Evaluator &evaluator) {
  Tensor lhs = evaluator.tensor(op->getOperand(0));
  Tensor rhs = evaluator.tensor(op->getOperand(1));
  auto result = mapElements(op, {lhs, rhs}, getElementTypeOf(op->getResult(0)),
                            [&](int64_t i, Tensor &result) -> LogicalResult {
                              auto value =
                                  computeInteger(op, IntegerPair(lhs, rhs, i));
                              if (failed(value))
                                return failure();
                              result.setInt(i, *value);
                              return success();
                            });
  if (failed(result))
    return failure();
  return SmallVector<RuntimeValue>{*result};
}

/// Ops with a low and a high half, or a sum and a carry.
static Results evaluateExtended(Operation *op, Evaluator &evaluator) {
  Tensor lhs = evaluator.tensor(op->getOperand(0));
  Tensor rhs = evaluator.tensor(op->getOperand(1));
  if (failed(checkSameShape(op, {lhs, rhs})))
    return failure();
  Tensor low(lhs.getShape(), getElementTypeOf(op->getResult(0)));
  Tensor high(lhs.getShape(), getElementTypeOf(op->getResult(1)));
  for (int64_t i = 0, end = low.getNumElements(); i < end; ++i) {
    IntegerPair x(lhs, rhs, i);
    using Wide = unsigned __int128;
    auto wide = TypeSwitch<Operation *, Wide>(op)
                    .Case([&](arith::AddUIExtendedOp) {
                      return static_cast<Wide>(x.ua) + x.ub;
                    })
                    .Case([&](arith::MulSIExtendedOp) {
                      return static_cast<__int128>(x.a) * x.b;
                    })
                    .Case([&](arith::MulUIExtendedOp) {
                      return static_cast<Wide>(x.ua) * x.ub;
                    })
                    .DefaultUnreachable();
    low.setInt(i, static_cast<int64_t>(wide));
    high.setInt(i, static_cast<int64_t>(wide >> x.width));
  }
  return SmallVector<RuntimeValue>{low, high};
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

/// The larger of two numbers; the maximum of -0 and 0 is 0.
static double maximum(double a, double b) {
  if (a == b)
    return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

static bool compare(arith::CmpFPredicate predicate, double a, double b) {
  using P = arith::CmpFPredicate;
  bool unordered = std::isnan(a) || std::isnan(b);
  switch (predicate) {
  case P::AlwaysFalse:
    return false;
  case P::AlwaysTrue:
    return true;
  case P::ORD:
    return !unordered;
  case P::UNO:
    return unordered;
  case P::OEQ:
    return a == b;
  case P::OGT:
    return a > b;
  case P::OGE:
    return a >= b;
  case P::OLT:
    return a < b;
  case P::OLE:
    return a <= b;
  case P::ONE:
    return !unordered && a != b;
  case P::UEQ:
    return unordered || a == b;
  case P::UGT:
    return unordered || a > b;
  case P::UGE:
    return unordered || a >= b;
  case P::ULT:
    return unordered || a < b;
  case P::ULE:
    return unordered || a <= b;
  case P::UNE:
    return unordered || a != b;
  }
  llvm_unreachable("unknown predicate");
}

static double computeFloat(Operation *op, double a, double b) {
  bool unordered = std::isnan(a) || std::isnan(b);
  return TypeSwitch<Operation *, double>(op)
      .Case([&](arith::AddFOp) { return a + b; })
      .Case([&](arith::SubFOp) { return a - b; })
      .Case([&](arith::MulFOp) { return a * b; })
      .Case([&](arith::DivFOp) { return a / b; })
      .Case([&](arith::RemFOp) { return std::fmod(a, b); })
      .Case([&](arith::MaximumFOp) {
        return unordered ? std::nan("") : maximum(a, b);
      })
      .Case([&](arith::MinimumFOp) {
        return unordered ? std::nan("") : -maximum(-a, -b);
      })
      .Case([&](arith::MaxNumFOp) { return std::fmax(a, b); })
      .Case([&](arith::MinNumFOp) { return std::fmin(a, b); });
}

static Results evaluateFloatBinary(Operation *op, Evaluator &evaluator) {
  Tensor lhs = evaluator.tensor(op->getOperand(0));
  Tensor rhs = evaluator.tensor(op->getOperand(1));
  auto cmp = dyn_cast<arith::CmpFOp>(op);
  auto result =
      mapElements(op, {lhs, rhs}, getElementTypeOf(op->getResult(0)),
                  [&](int64_t i, Tensor &result) {
                    double a = lhs.getFloat(i), b = rhs.getFloat(i);
                    if (cmp)
                      result.setInt(i, compare(cmp.getPredicate(), a, b));
                    else
                      result.setFloat(i, computeFloat(op, a, b));
                    return success();
                  });
  if (failed(result))
    return failure();
  return SmallVector<RuntimeValue>{*result};
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

/// A float as an integer; undefined outside of the integer's range.
static FailureOr<int64_t> toInteger(Operation *op, double value, Type type,
                                    bool isSigned) {
  int64_t width = type.getIntOrFloatBitWidth();
  double low = isSigned ? -std::ldexp(1, width - 1) : 0;
  double high = std::ldexp(1, isSigned ? width - 1 : width);
  double whole = std::trunc(value);
  if (!(whole >= low && whole < high))
    return op->emitOpError()
           << "converts " << value << ", which does not fit " << type;
  return isSigned ? static_cast<int64_t>(whole)
                  : static_cast<int64_t>(static_cast<uint64_t>(whole));
}

/// Converts element `i` of `input` into `result`.
static LogicalResult convert(Operation *op, const Tensor &input, int64_t i,
                             Tensor &result) {
  auto toInt = [&](bool isSigned) -> LogicalResult {
    auto value =
        toInteger(op, input.getFloat(i), result.getElementType(), isSigned);
    if (failed(value))
      return failure();
    result.setInt(i, *value);
    return success();
  };
  return TypeSwitch<Operation *, LogicalResult>(op)
      .Case<arith::ExtSIOp, arith::TruncIOp, arith::IndexCastOp>([&](auto) {
        result.setInt(i, input.getInt(i));
        return success();
      })
      .Case<arith::ExtUIOp, arith::IndexCastUIOp>([&](auto) {
        result.setInt(i, input.getUnsigned(i));
        return success();
      })
      .Case<arith::ExtFOp, arith::TruncFOp>([&](auto) {
        result.setFloat(i, input.getFloat(i));
        return success();
      })
      .Case([&](arith::NegFOp) {
        result.setFloat(i, -input.getFloat(i));
        return success();
      })
      .Case([&](arith::SIToFPOp) {
        result.setFloat(i, input.getInt(i));
        return success();
      })
      .Case([&](arith::UIToFPOp) {
        result.setFloat(i, input.getUnsigned(i));
        return success();
      })
      .Case([&](arith::FPToSIOp) { return toInt(/*isSigned=*/true); })
      .Case([&](arith::FPToUIOp) { return toInt(/*isSigned=*/false); });
}

static Results evaluateUnary(Operation *op, Evaluator &evaluator) {
  Tensor input = evaluator.tensor(op->getOperand(0));
  auto result = mapElements(
      op, input, getElementTypeOf(op->getResult(0)),
      [&](int64_t i, Tensor &result) { return convert(op, input, i, result); });
  if (failed(result))
    return failure();
  return SmallVector<RuntimeValue>{*result};
}

//===----------------------------------------------------------------------===//
// Constants and selection
//===----------------------------------------------------------------------===//

static Results evaluateConstant(arith::ConstantOp op) {
  Attribute value = op.getValue();
  if (auto integer = dyn_cast<IntegerAttr>(value))
    return SmallVector<RuntimeValue>{Tensor::integerScalar(
        integer.getValue().getSExtValue(), integer.getType())};
  if (auto number = dyn_cast<FloatAttr>(value))
    return SmallVector<RuntimeValue>{
        Tensor::floatScalar(number.getValueAsDouble(), number.getType())};
  if (auto elements = dyn_cast<ElementsAttr>(value)) {
    FailureOr<Tensor> tensor = Tensor::fromAttribute(elements);
    if (succeeded(tensor))
      return SmallVector<RuntimeValue>{*tensor};
  }
  return op.emitOpError()
         << "has no elements that can be read; its resource may "
            "have been elided";
}

static Results evaluateSelect(arith::SelectOp op, Evaluator &evaluator) {
  Tensor condition = evaluator.tensor(op.getCondition());
  const RuntimeValue &whenTrue = evaluator.get(op.getTrueValue());
  const RuntimeValue &whenFalse = evaluator.get(op.getFalseValue());
  if (condition.getRank() == 0)
    return SmallVector<RuntimeValue>{condition.getInt() ? whenTrue : whenFalse};
  const Tensor &a = whenTrue.getTensor(), &b = whenFalse.getTensor();
  auto result =
      mapElements(op, {condition, a, b}, a.getElementType(),
                  [&](int64_t i, Tensor &result) {
                    result.copyElement(i, condition.getInt(i) ? a : b, i);
                    return success();
                  });
  if (failed(result))
    return failure();
  return SmallVector<RuntimeValue>{*result};
}

Results mlir::iquant::reference::evaluateArith(Operation *op,
                                               Evaluator &evaluator) {
  return TypeSwitch<Operation *, Results>(op)
      .Case([&](arith::ConstantOp op) { return evaluateConstant(op); })
      .Case([&](arith::SelectOp op) { return evaluateSelect(op, evaluator); })
      .Case([&](arith::BitcastOp op) -> Results {
        return SmallVector<RuntimeValue>{
            evaluator.tensor(op.getIn())
                .bitcast(getElementTypeOf(op.getOut()))};
      })
      .Case<arith::AddUIExtendedOp, arith::MulSIExtendedOp,
            arith::MulUIExtendedOp>(
          [&](auto) { return evaluateExtended(op, evaluator); })
      .Case<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
            arith::RemFOp, arith::MaximumFOp, arith::MinimumFOp,
            arith::MaxNumFOp, arith::MinNumFOp, arith::CmpFOp>(
          [&](auto) { return evaluateFloatBinary(op, evaluator); })
      .Case<arith::ExtSIOp, arith::ExtUIOp, arith::ExtFOp, arith::TruncIOp,
            arith::TruncFOp, arith::IndexCastOp, arith::IndexCastUIOp,
            arith::SIToFPOp, arith::UIToFPOp, arith::FPToSIOp, arith::FPToUIOp,
            arith::NegFOp>([&](auto) { return evaluateUnary(op, evaluator); })
      .Default([&](Operation *op) -> Results {
        if (op->getNumOperands() != 2 || op->getNumResults() != 1)
          return reportUnknown(op);
        return evaluateIntegerBinary(op, evaluator);
      });
}

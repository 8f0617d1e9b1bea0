//===- MathOps.cpp - The math dialect on scalars and tensors --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/ADT/bit.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant::reference;

/// The value of a float op at one element; none for an op that is not known.
static std::optional<double> computeFloat(Operation *op, ArrayRef<double> x) {
  return TypeSwitch<Operation *, std::optional<double>>(op)
      .Case([&](math::AbsFOp) { return std::fabs(x[0]); })
      .Case([&](math::CeilOp) { return std::ceil(x[0]); })
      .Case([&](math::CopySignOp) { return std::copysign(x[0], x[1]); })
      .Case([&](math::CosOp) { return std::cos(x[0]); })
      .Case([&](math::ErfOp) { return std::erf(x[0]); })
      .Case([&](math::ExpOp) { return std::exp(x[0]); })
      .Case([&](math::Exp2Op) { return std::exp2(x[0]); })
      .Case([&](math::FloorOp) { return std::floor(x[0]); })
      .Case([&](math::FmaOp) { return std::fma(x[0], x[1], x[2]); })
      .Case([&](math::LogOp) { return std::log(x[0]); })
      .Case([&](math::Log2Op) { return std::log2(x[0]); })
      .Case([&](math::PowFOp) { return std::pow(x[0], x[1]); })
      .Case([&](math::RoundOp) { return std::round(x[0]); })
      .Case([&](math::RoundEvenOp) { return std::nearbyint(x[0]); })
      .Case([&](math::RsqrtOp) { return 1 / std::sqrt(x[0]); })
      .Case([&](math::SinOp) { return std::sin(x[0]); })
      .Case([&](math::SqrtOp) { return std::sqrt(x[0]); })
      .Case([&](math::TanhOp) { return std::tanh(x[0]); })
      .Case([&](math::TruncOp) { return std::trunc(x[0]); })
      .Default([](Operation *) { return std::nullopt; });
}

/// The value of an integer op at one element, as above. `width` is that of the
/// operand, `bits` its bits without sign.
static std::optional<int64_t> computeInteger(Operation *op, int64_t x,
                                             uint64_t bits, int64_t width) {
  return TypeSwitch<Operation *, std::optional<int64_t>>(op)
      .Case([&](math::AbsIOp) { return x < 0 ? -bits : bits; })
      .Case([&](math::CountLeadingZerosOp) {
        return llvm::countl_zero(bits) - (64 - width);
      })
      .Case([&](math::CountTrailingZerosOp) {
        return std::min<int64_t>(llvm::countr_zero(bits), width);
      })
      .Case([&](math::CtPopOp) { return llvm::popcount(bits); })
      .Default([](Operation *) { return std::nullopt; });
}

/// `base^exponent` by repeated multiplication, in double precision.
static double power(double base, int64_t exponent) {
  double product = 1;
  for (int64_t i = 0, end = std::abs(exponent); i < end; ++i)
    product *= base;
  return exponent < 0 ? 1 / product : product;
}

Results mlir::iquant::reference::evaluateMath(Operation *op,
                                              Evaluator &evaluator) {
  SmallVector<Tensor> inputs = evaluator.tensors(op->getOperands());
  Type type = inputs.front().getElementType();
  auto result = mapElements(
      op, inputs, type, [&](int64_t i, Tensor &result) -> LogicalResult {
        if (!isa<FloatType>(type)) {
          auto value = computeInteger(
              op, inputs[0].getInt(i), inputs[0].getUnsigned(i),
              type.isIndex() ? 64 : type.getIntOrFloatBitWidth());
          if (!value)
            return reportUnknown(op);
          result.setInt(i, *value);
          return success();
        }
        if (isa<math::FPowIOp>(op)) {
          result.setFloat(i, power(inputs[0].getFloat(i), inputs[1].getInt(i)));
          return success();
        }
        SmallVector<double, 3> elements;
        for (const Tensor &input : inputs)
          elements.push_back(input.getFloat(i));
        auto value = computeFloat(op, elements);
        if (!value)
          return reportUnknown(op);
        result.setFloat(i, *value);
        return success();
      });
  if (failed(result))
    return failure();
  return SmallVector<RuntimeValue>{*result};
}

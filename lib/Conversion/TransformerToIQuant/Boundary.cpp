//===- Boundary.cpp - Types, functions, control flow, constants -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "mlir/Dialect/ControlFlow/Transforms/StructuralTypeConversions.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/IR/Matchers.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

bool to_iquant::containsFloat(Type type) {
  return type.walk([](FloatType) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

IQuantTypeConverter::IQuantTypeConverter(int64_t exponent) {
  addConversion([](Type type) { return containsFloat(type) ? Type() : type; });
  addConversion([exponent](RankedTensorType type) -> std::optional<Type> {
    if (!isa<FloatType>(type.getElementType()))
      return std::nullopt;
    return FixedType::get(type.getContext(), type.getShape(),
                          IntegerType::get(type.getContext(), 32), exponent);
  });
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

bool to_iquant::isParameter(OpOperand &operand) {
  return TypeSwitch<Operation *, bool>(operand.getOwner())
      .Case([&](transformer::EmbeddingOp op) {
        return &operand == &op.getTableMutable();
      })
      .Case<transformer::LinearOp, transformer::RmsNormOp,
            transformer::LayerNormOp>(
          [&](auto op) { return &operand != &op.getInputMutable(); })
      .Case([&](transformer::RopeOp op) {
        return &operand == &op.getFrequenciesMutable();
      })
      .Default([](Operation *) { return false; });
}

bool to_iquant::isActivationConstant(Operation *op) {
  return op->hasTrait<OpTrait::ConstantLike>() &&
         containsFloat(op->getResult(0).getType()) &&
         !llvm::all_of(op->getUses(), isParameter);
}

namespace {
/// A constant that takes part as an activation becomes fixed point. One that
/// is a parameter only is read by its users and dies.
struct ConvertConstant : public ConversionPattern {
  ConvertConstant(const TypeConverter &converter, MLIRContext *context,
                  IntegerParameters &parameters)
      : ConversionPattern(converter, MatchAnyOpTypeTag(), /*benefit=*/1,
                          context),
        parameters(parameters) {}

  LogicalResult
  matchAndRewrite(Operation *op, ArrayRef<Value> operands,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isActivationConstant(op))
      return rewriter.notifyMatchFailure(
          op, "expects a float constant that is read as an activation");
    rewriter.replaceOp(op,
                       parameters.materialize(rewriter, op, op->getResult(0),
                                              ParameterRole::Activation));
    return success();
  }

  IntegerParameters &parameters;
};
} // namespace

//===----------------------------------------------------------------------===//
// Functions and control flow
//===----------------------------------------------------------------------===//

void to_iquant::populateBoundaryPatterns(const TypeConverter &converter,
                                         IntegerParameters &parameters,
                                         RewritePatternSet &patterns,
                                         ConversionTarget &target) {
  patterns.add<ConvertConstant>(converter, patterns.getContext(), parameters);
  populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns,
                                                                 converter);
  populateCallOpTypeConversionPattern(patterns, converter);
  populateReturnOpTypeConversionPattern(patterns, converter);
  scf::populateSCFStructuralTypeConversionsAndLegality(converter, patterns,
                                                       target);
  cf::populateCFStructuralTypeConversionsAndLegality(converter, patterns,
                                                     target);
  // Other blocks than the first are converted with the branches to them.
  target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
    return converter.isSignatureLegal(op.getFunctionType());
  });
  target.markUnknownOpDynamicallyLegal([&](Operation *op) {
    if (op->hasTrait<OpTrait::ConstantLike>())
      return !isActivationConstant(op);
    return converter.isLegal(op);
  });
}

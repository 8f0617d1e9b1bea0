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

IQuantTypeConverter::IQuantTypeConverter(ModuleOp module, int64_t exponent)
    : caches(findCaches(module)) {
  addConversion([](Type type) { return containsFloat(type) ? Type() : type; });
  addConversion([exponent](RankedTensorType type) -> std::optional<Type> {
    if (!isa<FloatType>(type.getElementType()))
      return std::nullopt;
    return FixedType::get(type.getContext(), type.getShape(),
                          IntegerType::get(type.getContext(), 32), exponent);
  });
  addConversion([this](Value value) -> std::optional<Type> {
    auto found = caches.find(value);
    return found == caches.end() ? std::nullopt : std::optional(found->second);
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
      .Case([&](transformer::ScaleOp op) {
        return &operand == &op.getFactorsMutable();
      })
      .Default([](Operation *) { return false; });
}

bool to_iquant::isActivationConstant(Operation *op,
                                     const FloatIslands &islands) {
  return op->hasTrait<OpTrait::ConstantLike>() &&
         containsFloat(op->getResult(0).getType()) &&
         !llvm::all_of(op->getUses(), [&](OpOperand &use) {
           return isParameter(use) || islands.contains(use.getOwner());
         });
}

namespace {
/// A constant that takes part as an activation becomes fixed point. One that
/// is a parameter only is read by its users and dies.
struct ConvertConstant : public ConversionPattern {
  ConvertConstant(const TypeConverter &converter, MLIRContext *context,
                  IntegerParameters &parameters, const FloatIslands &islands)
      : ConversionPattern(converter, MatchAnyOpTypeTag(), /*benefit=*/1,
                          context),
        parameters(parameters), islands(islands) {}

  LogicalResult
  matchAndRewrite(Operation *op, ArrayRef<Value> operands,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isActivationConstant(op, islands))
      return rewriter.notifyMatchFailure(
          op, "expects a float constant that is read as an activation");
    rewriter.replaceOp(op,
                       parameters.materialize(rewriter, op, op->getResult(0),
                                              ParameterRole::Activation));
    return success();
  }

  IntegerParameters &parameters;
  const FloatIslands &islands;
};
} // namespace

//===----------------------------------------------------------------------===//
// Functions and control flow
//===----------------------------------------------------------------------===//

namespace {
/// As upstream's pattern, but the values decide, not their types: arguments and
/// results may be caches.
struct ConvertFunction : public OpConversionPattern<func::FuncOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(func::FuncOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.isExternal())
      return rewriter.notifyMatchFailure(op, "expects a body");
    SmallVector<Type> results;
    if (failed(convertResults(op, results)))
      return rewriter.notifyMatchFailure(op, "a result has no integer form");
    SmallVector<Type> arguments;
    TypeConverter::SignatureConversion signature(op.getNumArguments());
    for (BlockArgument argument : op.getArguments()) {
      Type type = getTypeConverter()->convertType(argument);
      if (!type)
        return rewriter.notifyMatchFailure(op, "an argument has no integer "
                                               "form");
      arguments.push_back(type);
      signature.addInputs(argument.getArgNumber(), type);
    }
    if (failed(rewriter.convertRegionTypes(&op.getBody(), *getTypeConverter(),
                                           &signature)))
      return rewriter.notifyMatchFailure(op, "a block has no integer form");
    rewriter.modifyOpInPlace(
        op, [&] { op.setType(rewriter.getFunctionType(arguments, results)); });
    return success();
  }

private:
  /// Only a function of one block returns caches.
  LogicalResult convertResults(func::FuncOp op,
                               SmallVectorImpl<Type> &results) const {
    if (!llvm::hasSingleElement(op.getBody()))
      return getTypeConverter()->convertTypes(op.getResultTypes(), results);
    return getTypeConverter()->convertTypes(
        op.getBody().front().getTerminator()->getOperands(), results);
  }
};
} // namespace

void to_iquant::populateBoundaryPatterns(const TypeConverter &converter,
                                         IntegerParameters &parameters,
                                         const FloatIslands &islands,
                                         RewritePatternSet &patterns,
                                         ConversionTarget &target) {
  patterns.add<ConvertConstant>(converter, patterns.getContext(), parameters,
                                islands);
  patterns.add<ConvertFunction>(converter, patterns.getContext());
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
    if (islands.contains(op))
      return true;
    if (op->hasTrait<OpTrait::ConstantLike>())
      return !isActivationConstant(op, islands);
    return converter.isLegal(op);
  });
}

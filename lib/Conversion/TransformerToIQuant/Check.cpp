//===- Check.cpp - What cannot be converted, and why ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/IR/Remarks.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

LogicalResult to_iquant::decline(Operation *op, const Twine &reason) {
  std::string text = reason.str();
  remark::failed(op->getLoc(),
                 remark::RemarkOpts::name("Declined").category(kRemarkCategory))
      << text;
  return op->emitOpError(text);
}

static std::string show(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

/// Whether the op passes values on without computing, whatever their types.
static bool isCarrier(Operation *op) {
  // What a float mask masks.
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    return compare.getPredicate() == arith::CmpFPredicate::OGT;
  return isa<func::FuncOp, func::CallOp, func::ReturnOp, cf::BranchOp,
             cf::CondBranchOp, scf::ForOp, scf::IfOp, scf::WhileOp,
             scf::ConditionOp, scf::YieldOp, tensor::DimOp,
             tensor::ExtractSliceOp, tensor::ExpandShapeOp,
             tensor::CollapseShapeOp, tensor::ConcatOp, tensor::EmptyOp,
             linalg::TransposeOp, linalg::BroadcastOp>(op);
}

/// Whether what the op does with an element is written in its body, as well.
static bool hasBodyOfMove(Operation *op) {
  return isa<linalg::TransposeOp, linalg::BroadcastOp>(op);
}

namespace {
/// Walks a module and reports every obstacle.
class Checker {
public:
  Checker(ModuleOp module, IntegerParameters &parameters,
          const PublishedForms &forms)
      : parameters(parameters), forms(forms),
        converter(module, parameters.getExponent()) {}

  LogicalResult check(Operation *op) {
    if (isa<transformer::TransformerDialect>(op->getDialect()))
      return checkTransformerOp(op);
    if (op->hasTrait<OpTrait::ConstantLike>())
      return checkConstant(op);
    if (isCarrier(op))
      return checkCarrier(op);
    return checkOther(op);
  }

private:
  LogicalResult checkTransformerOp(Operation *op) {
    return TypeSwitch<Operation *, LogicalResult>(op)
        .Case<transformer::EmbeddingOp, transformer::LinearOp,
              transformer::RmsNormOp, transformer::LayerNormOp,
              transformer::RopeOp, transformer::ScaleOp>(
            [&](auto op) { return to_iquant::check(op, parameters); })
        .Case<transformer::SoftmaxOp, transformer::AttentionOp,
              transformer::SwiGluOp, transformer::SiluOp>(
            [&](auto op) { return to_iquant::check(op, forms); })
        .Case(
            [&](transformer::UpdateCacheOp op) { return to_iquant::check(op); })
        .Default([](Operation *) { return success(); });
  }

  LogicalResult checkConstant(Operation *op) {
    if (!isActivationConstant(op))
      return success();
    if (failed(checkCarrier(op)))
      return failure();
    return parameters.compute(
        op->getResult(0), ParameterRole::Activation, "a constant activation",
        [&](const Twine &reason) { return decline(op, reason); });
  }

  /// Types that pass through must have an integer form.
  LogicalResult checkCarrier(Operation *op) {
    if (auto function = dyn_cast<func::FuncOp>(op))
      if (function.isDeclaration() && containsFloat(function.getFunctionType()))
        return decline(op, "expects a body, since only then a float argument "
                           "or result of it can become integer, got the "
                           "declaration of '" +
                               function.getName() + "'");
    if (auto call = dyn_cast<func::CallOp>(op))
      if (failed(checkPassesNoCache(call)))
        return failure();
    return checkTypes(op, [&](Type type) {
      return static_cast<bool>(converter.convertType(type));
    });
  }

  /// An op that this pass does not know must not touch floats.
  LogicalResult checkOther(Operation *op) {
    return checkTypes(op, [](Type type) { return !containsFloat(type); });
  }

  /// Checks the types of operands, results and block arguments; reports the
  /// first that has no integer form.
  LogicalResult checkTypes(Operation *op,
                           function_ref<bool(Type)> hasIntegerForm) {
    SmallVector<Type> types(op->getOperandTypes());
    llvm::append_range(types, op->getResultTypes());
    if (!hasBodyOfMove(op))
      for (Region &region : op->getRegions())
        for (Block &block : region)
          llvm::append_range(types, block.getArgumentTypes());
    if (auto function = dyn_cast<func::FuncOp>(op))
      llvm::append_range(types, function.getResultTypes());
    for (Type type : types)
      if (!hasIntegerForm(type))
        return decline(op, "has no integer form for its type " + show(type) +
                               ": expects ranked float tensors, and ops of the "
                               "transformer dialect to compute with them");
    return success();
  }

  IntegerParameters &parameters;
  const PublishedForms &forms;
  IQuantTypeConverter converter;
};
} // namespace

LogicalResult
mlir::iquant::checkTransformerToIQuant(ModuleOp module,
                                       IntegerParameters &parameters,
                                       const PublishedForms &forms) {
  Checker checker(module, parameters, forms);
  bool failed = false;
  module->walk<WalkOrder::PreOrder>([&](Operation *op) {
    failed |= mlir::failed(checker.check(op));
    return hasBodyOfMove(op) ? WalkResult::skip() : WalkResult::advance();
  });
  return failure(failed);
}

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

/// Whether the op's values may be integers before it and floats behind it: it
/// is no part of how values get from function to function or block to block.
static bool mayBeIsland(Operation *op) {
  return !isa_and_nonnull<func::FuncDialect, cf::ControlFlowDialect>(
             op->getDialect()) &&
         !isa<scf::ForOp, scf::IfOp, scf::WhileOp, scf::ConditionOp,
              scf::YieldOp>(op) &&
         !op->hasTrait<OpTrait::ConstantLike>();
}

/// Whether the op only moves what an island computes, which stays floats so.
static bool movesIsland(Operation *op, const FloatIslands &islands) {
  if (!isCarrier(op))
    return false;
  bool moves = false;
  for (Value operand : op->getOperands()) {
    Operation *producer = operand.getDefiningOp();
    if (!containsFloat(operand.getType()) || isFloatSource(producer))
      continue;
    if (!producer || !islands.contains(producer))
      return false;
    moves = true;
  }
  return moves;
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
          const PublishedForms &forms, const FloatIslands &islands)
      : parameters(parameters), forms(forms), islands(islands),
        converter(module, parameters.getExponent()) {}

  LogicalResult check(Operation *op) {
    if (isa_and_nonnull<transformer::TransformerDialect>(op->getDialect()))
      return checkTransformerOp(op);
    if (op->hasTrait<OpTrait::ConstantLike>())
      return checkConstant(op);
    if (isCarrier(op))
      return checkCarrier(op);
    return checkOther(op);
  }

  /// Whether a value of the op is a cache, which is no float outside of the
  /// ops that know it.
  bool hasCache(Operation *op) const {
    auto isCache = [&](Value value) {
      return isa_and_present<DynType>(converter.convertType(value));
    };
    return llvm::any_of(op->getOperands(), isCache) ||
           llvm::any_of(op->getResults(), isCache);
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
    if (!isActivationConstant(op, islands))
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
  const FloatIslands &islands;
  IQuantTypeConverter converter;
};
} // namespace

FloatIslands mlir::iquant::findFloatIslands(ModuleOp module,
                                            IntegerParameters &parameters,
                                            const PublishedForms &forms) {
  FloatIslands islands;
  Checker checker(module, parameters, forms, islands);
  // What would be an error only is a remark.
  ScopedDiagnosticHandler handler(
      module.getContext(), [](Diagnostic &diagnostic) {
        return success(diagnostic.getSeverity() == DiagnosticSeverity::Error);
      });
  module->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (mayBeIsland(op) && !checker.hasCache(op) &&
        (failed(checker.check(op)) || movesIsland(op, islands))) {
      islands.insert(op);
      return WalkResult::skip();
    }
    return hasBodyOfMove(op) ? WalkResult::skip() : WalkResult::advance();
  });
  return islands;
}

LogicalResult mlir::iquant::checkTransformerToIQuant(
    ModuleOp module, IntegerParameters &parameters, const PublishedForms &forms,
    const FloatIslands &islands) {
  Checker checker(module, parameters, forms, islands);
  bool failed = false;
  module->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (islands.contains(op))
      return WalkResult::skip();
    bool isObstacle = mlir::failed(checker.check(op));
    failed |= isObstacle;
    // What is in the way as a whole is no obstacle again op by op.
    bool isWhole = hasBodyOfMove(op) || (isObstacle && mayBeIsland(op));
    return isWhole ? WalkResult::skip() : WalkResult::advance();
  });
  return failure(failed);
}

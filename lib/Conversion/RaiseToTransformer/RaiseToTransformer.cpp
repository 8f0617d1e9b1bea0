//===- RaiseToTransformer.cpp - Find transformers in other IR -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pass: the table of patterns, and the order in which values meet it.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "iquant/Conversion/Passes.h"

#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Remarks.h"

#include "llvm/ADT/MapVector.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_RAISETOTRANSFORMER
#include "iquant/Conversion/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// Every value that an op computes meets the patterns in this order; the first
/// that raises it wins. Keys and values that are arguments would do for
/// weights, so attention comes before linears.
///
/// Behind kNumFirst are those that have to wait until all values have met the
/// others: a factor or a mean may belong to a formula, as the scale of an
/// attention and the cosines behind the norm of a head do.
static constexpr RaisePattern kPatterns[] = {
    raiseIdentity,       raiseAttention,
    raiseFlashAttention, raiseInlinedAttention,
    raiseLinear,         raiseBias,
    raiseSoftmax,        raiseNorm,
    raiseNormParameters, raiseSilu,
    raiseSwiGlu,         raiseGelu,
    raiseRelu,           raiseGate,
    raiseRope,           raiseAdd,
    raiseScale,          raiseScaleOfHeads,
    raiseMeanPool,
};
static constexpr size_t kNumFirst = std::size(kPatterns) - 3;

/// Whether a value is computed by other people's ops, as floats.
static bool mayBeRaised(OpResult result) {
  auto type = dyn_cast<RankedTensorType>(result.getType());
  return type && isa<FloatType>(type.getElementType()) && !result.use_empty() &&
         isa_and_nonnull<linalg::LinalgDialect, tosa::TosaDialect,
                         arith::ArithDialect, math::MathDialect,
                         scf::SCFDialect, tensor::TensorDialect>(
             result.getOwner()->getDialect()) &&
         !result.getOwner()->hasTrait<OpTrait::ConstantLike>();
}

/// Whether an op computes its result, and does not only move what another has
/// computed and what met the patterns there. What a concatenation is may show
/// in any view of it.
static bool isComputedHere(Site &site) {
  Operation *op = site.getResult().getOwner();
  Operation *computes =
      site.getReader().look(site.getTerm()).value.getDefiningOp();
  return computes &&
         (op->isAncestor(computes) ||
          isa<tensor::ConcatOp, tensor::InsertSliceOp, tosa::ConcatOp>(
              computes));
}

/// Ops that nobody registered have no dialect.
static bool isTransformerOp(Operation *op) {
  return isa_and_nonnull<transformer::TransformerDialect>(op->getDialect());
}

/// Whether an op is one of those that move elements which every pass of the
/// dialect knows.
static bool isPlainMove(Operation *op) {
  return isa<tensor::ExtractSliceOp, tensor::ExpandShapeOp,
             tensor::CollapseShapeOp, tensor::ConcatOp, tensor::CastOp,
             linalg::TransposeOp, linalg::BroadcastOp>(op);
}

/// Whether ops of the dialect read a value, and nothing that is left of others.
static bool isReadByTransformer(Value value) {
  return llvm::all_of(value.getUsers(), [](Operation *user) {
    return isTransformerOp(user) || isPlainMove(user);
  });
}

/// What an op of the dialect computed or reads, and another moves, by gathers,
/// loops or TOSA, becomes slices, reshapes and transposes.
static Raised raiseMove(Site &site) {
  Operation *op = site.getResult().getOwner();
  bool isTranspose = isa<linalg::TransposeOp>(op);
  if (isPlainMove(op) && !isTranspose)
    return std::nullopt;
  SmallVector<Term> path;
  Operation *producer =
      site.getReader().look(site.getTerm(), &path).value.getDefiningOp();
  bool isRaised = producer && (isTransformerOp(producer) ||
                               (producer->hasTrait<OpTrait::ConstantLike>() &&
                                isReadByTransformer(site.getResult())));
  if (!isRaised)
    return std::nullopt;
  // A transpose that undoes another is a reshape.
  Value moved = isTranspose ? site.getReshaped(path.back())
                            : site.getMoved(ArrayRef(path).drop_front());
  return moved ? site.cast(moved, site.getType().getElementType()) : moved;
}

/// What replaces a value; null where it is not raised.
static Value raiseValue(OpResult result, Common &common, bool isLast) {
  ArrayRef<RaisePattern> patterns(kPatterns);
  Site::State state(result, common,
                    isLast ? patterns : patterns.take_front(kNumFirst),
                    /*isQuiet=*/isLast);
  Site site(state);
  Raised raised = raiseEmbedding(site);
  if (!raised && isComputedHere(site))
    raised = site.raise();
  else if (!raised && isLast)
    raised = raiseMove(site);
  return raised.value_or(Value());
}

/// The value nearest to a result of a transformer op that another value is,
/// once the reshapes and transposes between them have undone each other; null
/// where there is none.
static Value getUndone(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return {};
  IndexSpace space(value.getContext());
  Reader reader(space);
  Term element = reader.begin(value);
  SmallVector<Term> path;
  Term head = reader.look(element, &path);
  Operation *op = head.value.getDefiningOp();
  if (!op || !isTransformerOp(op))
    return {};
  for (const Term &step : llvm::reverse(path))
    if (step.value != value && step.value.getType() == type &&
        step.at == element.at)
      return step.value;
  return {};
}

/// Whether nothing is lost with an op that has lost its uses: assertions of a
/// body, that an id is one of the table's, go with what they guarded.
static bool isLeftover(Operation *op, bool wasUsed) {
  if (!wasUsed || !op->use_empty())
    return false;
  return !op->walk([&](Operation *inner) {
              bool isHarmless =
                  inner == op || isMemoryEffectFree(inner) ||
                  isa<cf::AssertOp, tensor::ParallelInsertSliceOp>(inner);
              return isHarmless ? WalkResult::advance()
                                : WalkResult::interrupt();
            }).wasInterrupted();
}

namespace {
struct RaiseToTransformer
    : public iquant::impl::RaiseToTransformerBase<RaiseToTransformer> {
  using RaiseToTransformerBase::RaiseToTransformerBase;

  void runOnOperation() override {
    Common common;
    common.takesMaskArguments = maskArguments;
    common.maxPositions = maxPositions;
    for (auto function : getOperation().getOps<func::FuncOp>())
      raise(function, common);
  }

private:
  void raise(func::FuncOp function, Common &common) {
    llvm::SmallPtrSet<Operation *, 16> unused;
    for (Operation *op : getOps(function))
      if (op->use_empty())
        unused.insert(op);
    for (bool isLast : {false, true}) {
      // What has nothing of others in it is not read.
      if (llvm::none_of(getOps(function), [](Operation *op) {
            return llvm::any_of(op->getResults(), mayBeRaised);
          }))
        break;
      raiseIn(function, common, isLast, unused);
      SmallVector<Operation *> ops = getOps(function);
      for (Operation *op : ops)
        for (OpOperand &operand : op->getOpOperands())
          if (Value undone = getUndone(operand.get()))
            operand.set(undone);
      eraseLeftovers(ops, unused);
    }
    report(function);
  }

  /// Raises what is computed in a function or in a loop, and then what is left
  /// in the loops there: what a loop computes as a whole is more than its
  /// parts.
  static void raiseIn(Operation *scope, Common &common, bool isLast,
                      const llvm::SmallPtrSetImpl<Operation *> &unused) {
    common.angles.clear();
    SmallVector<Operation *> ops = getOps(scope, /*intoLoops=*/false);
    for (Operation *op : ops)
      for (OpResult result : op->getResults())
        if (mayBeRaised(result))
          if (Value replacement = raiseValue(result, common, isLast))
            result.replaceAllUsesWith(replacement);
    eraseLeftovers(ops, unused);
    for (Operation *op : getOps(scope, /*intoLoops=*/false))
      if (isa<LoopLikeOpInterface>(op))
        raiseIn(op, common, isLast, unused);
  }

  /// The ops in another one in the order of the program, without those in
  /// bodies that are read through their ops.
  static SmallVector<Operation *> getOps(Operation *scope,
                                         bool intoLoops = true) {
    SmallVector<Operation *> ops;
    scope->walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (op == scope)
        return WalkResult::advance();
      ops.push_back(op);
      bool isSkipped = isa<linalg::LinalgOp>(op) ||
                       (!intoLoops && isa<LoopLikeOpInterface>(op));
      return isSkipped ? WalkResult::skip() : WalkResult::advance();
    });
    return ops;
  }

  /// Erases what was used and is not any more, users and what is in bodies
  /// first.
  static void eraseLeftovers(ArrayRef<Operation *> ops,
                             const llvm::SmallPtrSetImpl<Operation *> &unused) {
    for (Operation *op : llvm::reverse(ops))
      if (isLeftover(op, !unused.contains(op)))
        op->erase();
  }

  void report(func::FuncOp function) {
    llvm::MapVector<StringRef, int64_t> counts;
    function.walk([&](Operation *op) {
      if (isTransformerOp(op))
        ++counts[op->getName().stripDialect()];
    });
    if (counts.empty())
      return;
    auto remark =
        remark::passed(function.getLoc(), remark::RemarkOpts::name("Raised")
                                              .category(kRemarkCategory)
                                              .function(function.getName()));
    remark << "has transformer ops";
    for (auto [name, count] : counts)
      remark << remark::metric(name, count);
  }
};
} // namespace

//===- SimplifyParallelRegions.cpp - Fork and join no more than needed ----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/OpenMP/OpenMPDialect.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_SIMPLIFYPARALLELREGIONS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;

/// The loop that is all of a region; none if there is something beside it.
static omp::WsloopOp getOnlyLoop(omp::ParallelOp region) {
  Block &body = region.getRegion().front();
  auto loop = dyn_cast<omp::WsloopOp>(body.front());
  bool isAll = loop && region.getRegion().hasOneBlock() &&
               loop->getNextNode() == body.getTerminator();
  return isAll ? loop : nullptr;
}

/// Whether a nest with these bounds has more than one step. With no step at all
/// it may say yes.
static Value hasSeveralSteps(ImplicitLocOpBuilder &b, omp::LoopNestOp nest) {
  Value several;
  for (auto [from, to, step] :
       llvm::zip_equal(nest.getLoopLowerBounds(), nest.getLoopUpperBounds(),
                       nest.getLoopSteps())) {
    Value distance = b.createOrFold<arith::SubIOp>(to, from);
    Value here = b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::sgt,
                                               distance, step);
    several = several ? b.createOrFold<arith::OrIOp>(several, here) : here;
  }
  return several;
}

/// Puts what a scope of stack memory holds in its place if it needs no such
/// memory. Control flow of blocks may stand in a loop, but not in a scope.
static void inlineScope(memref::AllocaScopeOp scope) {
  bool usesStack =
      scope.walk([](memref::AllocaOp) { return WalkResult::interrupt(); })
          .wasInterrupted();
  if (usesStack || scope.getNumResults() != 0)
    return;
  Block *body = scope.getBody();
  body->getTerminator()->erase();
  scope->getBlock()->getOperations().splice(scope->getIterator(),
                                            body->getOperations());
  scope.erase();
}

namespace {
struct SimplifyParallelRegions
    : public iquant::impl::SimplifyParallelRegionsBase<
          SimplifyParallelRegions> {
  void runOnOperation() override {
    getOperation().walk([](omp::ParallelOp region) {
      omp::WsloopOp loop = getOnlyLoop(region);
      if (!loop)
        return;
      loop.setNowait(true);
      auto nest = cast<omp::LoopNestOp>(loop.getWrappedLoop());
      for (auto scope : llvm::make_early_inc_range(
               nest.getRegion().getOps<memref::AllocaScopeOp>()))
        inlineScope(scope);
      ImplicitLocOpBuilder builder(region.getLoc(), region);
      if (!region.getIfExpr() && !nest.getLoopInclusive())
        region.getIfExprMutable().assign(hasSeveralSteps(builder, nest));
    });
  }
};
} // namespace

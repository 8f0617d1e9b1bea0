//===- DropCacheResults.cpp - Caches stay where they are ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Upstream's `drop-equivalent-buffer-results` leaves public functions alone,
// and results that reach a function through a call of a later one.
//
//===----------------------------------------------------------------------===//

#include "iquant/Transforms/Passes.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SmallVectorExtras.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_DROPCACHERESULTS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;
using transformer::kCache;

namespace {

class DropCacheResults
    : public iquant::impl::DropCacheResultsBase<DropCacheResults> {
public:
  void runOnOperation() override {
    calls.clear();
    visited.clear();
    getOperation().walk([&](func::CallOp call) {
      if (auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
              call, call.getCalleeAttr()))
        calls[callee].push_back(call);
    });
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (failed(visit(function)))
        return signalPassFailure();
  }

private:
  LogicalResult visit(func::FuncOp function);
  LogicalResult drop(func::FuncOp function);
  void replaceCalls(func::FuncOp function, ArrayRef<BlockArgument> arguments,
                    const llvm::BitVector &dropped);

  DenseMap<func::FuncOp, SmallVector<func::CallOp>> calls;
  DenseSet<func::FuncOp> visited;
};

} // namespace

/// Drops results of what `function` calls, then its own.
LogicalResult DropCacheResults::visit(func::FuncOp function) {
  if (function.isExternal() || !visited.insert(function).second)
    return success();
  SmallVector<func::FuncOp> callees;
  function.walk([&](func::CallOp call) {
    if (auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
            call, call.getCalleeAttr()))
      callees.push_back(callee);
  });
  for (func::FuncOp callee : callees)
    if (failed(visit(callee)))
      return failure();
  return drop(function);
}

/// The argument that every return of `function` gives as result `index`.
static BlockArgument
getReturnedArgument(MutableArrayRef<func::ReturnOp> returns, unsigned index) {
  auto argument = dyn_cast<BlockArgument>(returns.front()->getOperand(index));
  bool isReturned = argument && argument.getOwner()->isEntryBlock() &&
                    isa<MemRefType>(argument.getType()) &&
                    llvm::all_of(returns, [&](func::ReturnOp op) {
                      return op->getOperand(index) == argument;
                    });
  return isReturned ? argument : BlockArgument();
}

LogicalResult DropCacheResults::drop(func::FuncOp function) {
  auto returns = llvm::to_vector(function.getOps<func::ReturnOp>());
  if (returns.empty())
    return success();
  unsigned count = function.getNumResults();
  SmallVector<BlockArgument> arguments(count);
  llvm::BitVector dropped(count);
  for (unsigned i = 0; i < count; ++i) {
    arguments[i] = getReturnedArgument(returns, i);
    auto name = function.getResultAttrOfType<StringAttr>(i, kCache);
    bool isNamed =
        name && arguments[i] &&
        function.getArgAttr(arguments[i].getArgNumber(), kCache) == name;
    if (name && !isNamed)
      return function.emitError()
             << "returns the cache " << name
             << " as new memory: something reads the old cache after the "
                "update, or the function has no argument of that name";
    dropped[i] = arguments[i] && (isNamed || function.isPrivate());
  }
  if (dropped.none())
    return success();
  for (func::ReturnOp op : returns)
    op->eraseOperands(dropped);
  replaceCalls(function, arguments, dropped);
  return function.eraseResults(dropped);
}

void DropCacheResults::replaceCalls(func::FuncOp function,
                                    ArrayRef<BlockArgument> arguments,
                                    const llvm::BitVector &dropped) {
  for (func::CallOp &call : calls[function]) {
    OpBuilder builder(call);
    SmallVector<Type> types;
    for (auto [index, type] : llvm::enumerate(call.getResultTypes()))
      if (!dropped[index])
        types.push_back(type);
    auto shorter =
        func::CallOp::create(builder, call.getLoc(), types,
                             call.getCalleeAttr(), call.getOperands());
    shorter->setDiscardableAttrs(call->getDiscardableAttrDictionary());
    auto kept = shorter->result_begin();
    for (auto [index, result] : llvm::enumerate(call.getResults()))
      result.replaceAllUsesWith(
          dropped[index] ? call.getOperand(arguments[index].getArgNumber())
                         : Value(*kept++));
    call.erase();
    call = shorter;
  }
}

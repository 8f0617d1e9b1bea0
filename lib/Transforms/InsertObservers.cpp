//===- InsertObservers.cpp - Names for values whose range matters ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/Observers.h"
#include "iquant/Support/UniqueNames.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_TRANSFORMERINSERTOBSERVERS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;
using transformer::ObserveOp;

/// The values at an op whose range matters.
static SmallVector<Value> getInterestingValues(Operation *op) {
  return TypeSwitch<Operation *, SmallVector<Value>>(op)
      .Case<transformer::LinearOp, transformer::RmsNormOp,
            transformer::LayerNormOp, transformer::SiluOp, transformer::GeluOp,
            transformer::ReluOp, transformer::ScaleOp>(
          [](auto op) { return SmallVector<Value>{op.getInput()}; })
      .Case([](transformer::AttentionOp op) {
        return SmallVector<Value>{op.getQuery(), op.getKey(), op.getValue(),
                                  op.getResult()};
      })
      .Case<transformer::SwiGluOp, transformer::MulOp>(
          [](auto op) { return SmallVector<Value>{op.getGate(), op.getUp()}; })
      .Case([](transformer::AddOp op) {
        return SmallVector<Value>{op.getResult()};
      })
      .Case([](func::ReturnOp op) {
        return SmallVector<Value>(op.getOperands());
      })
      .Default([](Operation *) { return SmallVector<Value>(); });
}

/// Whether `value` is a float tensor that is computed, and not observed yet.
static bool isUnobserved(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || type.getRank() == 0 || !isa<FloatType>(type.getElementType()))
    return false;
  Operation *op = value.getDefiningOp();
  return !(op && op->hasTrait<OpTrait::ConstantLike>()) &&
         llvm::none_of(value.getUsers(), llvm::IsaPred<ObserveOp>);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct TransformerInsertObservers
    : public iquant::impl::TransformerInsertObserversBase<
          TransformerInsertObservers> {
  void runOnOperation() override {
    UniqueNames names(getOperation());
    for (transformer::ObserverOpInterface op : collectObservers(getOperation()))
      names.reserve(op.getObservedName());
    for (auto function : getOperation().getOps<func::FuncOp>())
      observe(function, names);
  }

private:
  void observe(func::FuncOp function, UniqueNames &names);
  bool observe(Value value, UniqueNames &names);
};
} // namespace

bool TransformerInsertObservers::observe(Value value, UniqueNames &names) {
  value = skipObservers(value);
  if (!isUnobserved(value))
    return false;
  if (ShapedType::isDynamic(
          cast<RankedTensorType>(value.getType()).getShape().back())) {
    remark::missed(
        value.getLoc(),
        remark::RemarkOpts::name("NotObserved").category(getArgument()))
        << "not observed, since its number of channels is dynamic";
    return false;
  }
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  auto observer = ObserveOp::create(builder, value.getLoc(), value,
                                    names.get(value), /*statistics=*/nullptr);
  value.replaceAllUsesExcept(observer, observer);
  return true;
}

void TransformerInsertObservers::observe(func::FuncOp function,
                                         UniqueNames &names) {
  unsigned count = 0;
  function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    for (Value value : getInterestingValues(op))
      count += observe(value, names);
    auto attention = dyn_cast<transformer::AttentionOp>(op);
    if (!attention || attention.getScores())
      return;
    attention.setScores(names.get(attention, ".scores"));
    ++count;
  });
  if (count == 0)
    return;
  remark::passed(function.getLoc(), remark::RemarkOpts::name("Observed")
                                        .category(getArgument())
                                        .function(function.getName()))
      << remark::metric("observers", count);
}

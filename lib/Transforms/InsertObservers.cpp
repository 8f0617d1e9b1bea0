//===- InsertObservers.cpp - Names for values whose range matters ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/Locations.h"
#include "iquant/Support/Observers.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringSet.h"
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
            transformer::LayerNormOp, transformer::SiluOp, transformer::GeluOp>(
          [](auto op) { return SmallVector<Value>{op.getInput()}; })
      .Case([](transformer::AttentionOp op) {
        return SmallVector<Value>{op.getQuery(), op.getKey(), op.getValue(),
                                  op.getResult()};
      })
      .Case([](transformer::SwiGluOp op) {
        return SmallVector<Value>{op.getGate(), op.getUp()};
      })
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
// Names
//===----------------------------------------------------------------------===//

namespace {
/// Gives out the names of one module.
class Names {
public:
  explicit Names(ModuleOp module);

  std::string get(Value value);
  std::string getScores(transformer::AttentionOp op) {
    return makeUnique(describe(op) + ".scores");
  }

private:
  std::string describe(Operation *op);
  std::string makeUnique(std::string name);

  llvm::StringSet<> taken;
  /// The place of an op among those of its kind in its function.
  DenseMap<Operation *, unsigned> places;
};
} // namespace

Names::Names(ModuleOp module) {
  for (transformer::ObserverOpInterface observer : collectObservers(module))
    taken.insert(observer.getObservedName());
  for (auto function : module.getOps<func::FuncOp>()) {
    llvm::StringMap<unsigned> counts;
    function.walk([&](Operation *op) {
      places[op] = counts[op->getName().stripDialect()]++;
    });
  }
}

std::string Names::describe(Operation *op) {
  if (StringRef name = getLocationName(op->getLoc()); !name.empty())
    return name.str();
  auto function = op->getParentOfType<func::FuncOp>();
  return (function.getName() + "." + op->getName().stripDialect() + "." +
          Twine(places.at(op)))
      .str();
}

std::string Names::get(Value value) {
  if (auto result = dyn_cast<OpResult>(value)) {
    std::string name = describe(result.getOwner());
    if (unsigned number = result.getResultNumber())
      name += "#" + std::to_string(number);
    return makeUnique(name);
  }
  auto argument = cast<BlockArgument>(value);
  if (StringRef name = getLocationName(argument.getLoc()); !name.empty())
    return makeUnique(name.str());
  auto function =
      argument.getOwner()->getParent()->getParentOfType<func::FuncOp>();
  return makeUnique(
      (function.getName() + ".argument." + Twine(argument.getArgNumber()))
          .str());
}

std::string Names::makeUnique(std::string name) {
  while (!taken.insert(name).second)
    name += "'";
  return name;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct TransformerInsertObservers
    : public iquant::impl::TransformerInsertObserversBase<
          TransformerInsertObservers> {
  void runOnOperation() override {
    Names names(getOperation());
    for (auto function : getOperation().getOps<func::FuncOp>())
      observe(function, names);
  }

private:
  void observe(func::FuncOp function, Names &names);
  bool observe(Value value, Names &names);
};
} // namespace

bool TransformerInsertObservers::observe(Value value, Names &names) {
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

void TransformerInsertObservers::observe(func::FuncOp function, Names &names) {
  unsigned count = 0;
  function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    for (Value value : getInterestingValues(op))
      count += observe(value, names);
    auto attention = dyn_cast<transformer::AttentionOp>(op);
    if (!attention || attention.getScores())
      return;
    attention.setScores(names.getScores(attention));
    ++count;
  });
  if (count == 0)
    return;
  remark::passed(function.getLoc(), remark::RemarkOpts::name("Observed")
                                        .category(getArgument())
                                        .function(function.getName()))
      << remark::metric("observers", count);
}

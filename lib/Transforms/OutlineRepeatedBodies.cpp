//===- OutlineRepeatedBodies.cpp - Equal layers become one function -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the outlining of the equal layers of an unrolled model.
//
//===----------------------------------------------------------------------===//

#include "iquant/Analysis/RepeatedBodies.h"
#include "iquant/Support/Locations.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/SetVector.h"

#include <map>
#include <vector>

namespace mlir::iquant {
#define GEN_PASS_DEF_OUTLINEREPEATEDBODIES
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

//===----------------------------------------------------------------------===//
// What passes between a body and the rest of its function
//===----------------------------------------------------------------------===//

namespace {

/// A value from outside of the bodies.
struct OuterValue {
  /// What it is in each repetition.
  SmallVector<Value> values;
  /// Whether it is the same constant in all of them.
  bool isSharedConstant = false;

  Type getType() const { return values.front().getType(); }
};

/// A result of the op at `position` of a body.
struct InnerResult {
  size_t position;
  unsigned result;
};

/// Outlines one row of bodies.
class Outliner {
public:
  Outliner(func::FuncOp function, const RepeatedBodies &bodies);

  /// Moves the bodies of the function into one of this name.
  void outlineAs(StringRef name);

private:
  bool isInBody(Operation *op, size_t index) const;
  void collectOuterValues();
  void collectResults();
  void hoistConstants();
  func::FuncOp createFunction(StringRef name);
  void replaceByCalls(func::FuncOp callee);

  func::FuncOp function;
  const RepeatedBodies &bodies;
  DenseMap<Operation *, size_t> positions;
  SmallVector<OuterValue> outerValues;
  /// For each op of a body and each of its outer operands, the index of the
  /// outer value; nothing for a result of another op of the body.
  SmallVector<SmallVector<std::optional<size_t>>> operands;
  SmallVector<InnerResult> results;
};

} // namespace

Outliner::Outliner(func::FuncOp function, const RepeatedBodies &bodies)
    : function(function), bodies(bodies) {
  for (auto [position, op] : llvm::enumerate(bodies.ops))
    positions[op] = position;
  collectOuterValues();
  collectResults();
}

bool Outliner::isInBody(Operation *op, size_t index) const {
  auto found = positions.find(op);
  return found != positions.end() && found->second / bodies.bodySize == index;
}

/// Whether `values` are all the same constant.
static bool areSameConstant(ArrayRef<Value> values) {
  Operation *first = values.front().getDefiningOp();
  return first && first->hasTrait<OpTrait::ConstantLike>() &&
         llvm::all_of(values, [&](Value value) {
           Operation *op = value.getDefiningOp();
           return op && OperationEquivalence::isEquivalentTo(
                            first, op, OperationEquivalence::IgnoreLocations);
         });
}

/// Finds the outer values. Two operands are the same one only if they are the
/// same value in every repetition.
void Outliner::collectOuterValues() {
  std::map<std::vector<void *>, size_t> known;
  for (size_t position = 0; position < bodies.bodySize; ++position) {
    SmallVector<SmallVector<OpOperand *>> inBodies;
    for (size_t i = 0; i < bodies.getCount(); ++i)
      inBodies.push_back(getOuterOperands(bodies.getBody(i)[position]));
    auto &indices = operands.emplace_back();
    for (size_t slot = 0; slot < inBodies.front().size(); ++slot) {
      if (isInBody(inBodies.front()[slot]->get().getDefiningOp(), 0)) {
        indices.push_back(std::nullopt);
        continue;
      }
      OuterValue outer;
      std::vector<void *> key;
      for (const SmallVector<OpOperand *> &body : inBodies) {
        outer.values.push_back(body[slot]->get());
        key.push_back(body[slot]->get().getAsOpaquePointer());
      }
      auto [entry, isNew] = known.try_emplace(key, outerValues.size());
      indices.push_back(entry->second);
      if (!isNew)
        continue;
      outer.isSharedConstant = areSameConstant(outer.values);
      outerValues.push_back(std::move(outer));
    }
  }
}

/// Finds what ops behind a repetition use, in any of them.
void Outliner::collectResults() {
  auto isUsedBehind = [&](size_t index, InnerResult inner) {
    Operation *op = bodies.getBody(index)[inner.position];
    return llvm::any_of(
        op->getResult(inner.result).getUsers(), [&](Operation *user) {
          return !isInBody(op->getBlock()->findAncestorOpInBlock(*user), index);
        });
  };
  for (size_t position = 0; position < bodies.bodySize; ++position)
    for (unsigned i = 0, e = bodies.ops[position]->getNumResults(); i < e; ++i)
      if (llvm::any_of(llvm::seq(bodies.getCount()), [&](size_t index) {
            return isUsedBehind(index, {position, i});
          }))
        results.push_back({position, i});
}

//===----------------------------------------------------------------------===//
// The rewrite
//===----------------------------------------------------------------------===//

/// Whether the dotted name `whole` is `part`, or goes on after it.
static bool startsWithPart(StringRef whole, StringRef part) {
  return whole.consume_front(part) && (whole.empty() || whole.starts_with("."));
}

/// Where a call stands in the model: the part that the names of its ops share,
/// `blk.3`, or else all their locations.
static Location getCallLocation(ArrayRef<Operation *> body) {
  StringRef shared = getLocationName(body.front()->getLoc());
  for (Operation *op : body.drop_front()) {
    StringRef name = getLocationName(op->getLoc());
    while (!shared.empty() && !startsWithPart(name, shared))
      shared = shared.contains('.') ? shared.rsplit('.').first : "";
  }
  MLIRContext *context = body.front()->getContext();
  if (!shared.empty()) {
    auto named = body.front()->getLoc()->findInstanceOf<NameLoc>();
    return NameLoc::get(StringAttr::get(context, shared), named.getChildLoc());
  }
  return FusedLoc::get(context, llvm::map_to_vector(body, [](Operation *op) {
                         return op->getLoc();
                       }));
}

void Outliner::hoistConstants() {
  Operation *first = bodies.ops.front();
  Block::iterator end(bodies.ops.back());
  for (Operation &op :
       llvm::make_early_inc_range(llvm::make_range(first->getIterator(), end)))
    if (!positions.contains(&op))
      op.moveBefore(first);
}

func::FuncOp Outliner::createFunction(StringRef name) {
  ArrayRef<Operation *> body = bodies.getBody(0);
  SmallVector<Type> argumentTypes, resultTypes;
  for (const OuterValue &outer : outerValues)
    if (!outer.isSharedConstant)
      argumentTypes.push_back(outer.getType());
  for (InnerResult inner : results)
    resultTypes.push_back(
        body[inner.position]->getResult(inner.result).getType());

  OpBuilder builder(function->getContext());
  builder.setInsertionPointAfter(function);
  auto callee =
      func::FuncOp::create(builder, function.getLoc(), name,
                           builder.getFunctionType(argumentTypes, resultTypes));
  callee.setPrivate();
  callee.setNoInline(true);
  if (Attribute length = function->getAttr(transformer::kContextLength))
    callee->setAttr(transformer::kContextLength, length);

  Block *entry = callee.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  SmallVector<Value> replacements;
  unsigned numArguments = 0;
  for (const OuterValue &outer : outerValues) {
    Value first = outer.values.front();
    if (outer.isSharedConstant) {
      replacements.push_back(
          builder.clone(*first.getDefiningOp())->getResult(0));
      continue;
    }
    replacements.push_back(entry->getArgument(numArguments++));
    replacements.back().setLoc(first.getLoc());
  }

  IRMapping mapping;
  for (auto [op, indices] : llvm::zip_equal(body, operands)) {
    Operation *clone = builder.clone(*op, mapping);
    for (auto [operand, index] :
         llvm::zip_equal(getOuterOperands(clone), indices))
      if (index)
        operand->set(replacements[*index]);
  }
  SmallVector<Value> returned =
      llvm::map_to_vector(results, [&](InnerResult inner) {
        return mapping.lookup<Value>(
            body[inner.position]->getResult(inner.result));
      });
  func::ReturnOp::create(builder, function.getLoc(), returned);
  return callee;
}

void Outliner::replaceByCalls(func::FuncOp callee) {
  OpBuilder builder(function->getContext());
  // From results of bodies that are erased to those of the calls.
  IRMapping replaced;
  for (size_t i = 0; i < bodies.getCount(); ++i) {
    ArrayRef<Operation *> body = bodies.getBody(i);
    builder.setInsertionPoint(body.front());
    SmallVector<Value> arguments;
    for (const OuterValue &outer : outerValues)
      if (!outer.isSharedConstant)
        arguments.push_back(replaced.lookupOrDefault(outer.values[i]));
    auto call =
        func::CallOp::create(builder, getCallLocation(body), callee, arguments);
    for (auto [inner, result] : llvm::zip_equal(results, call.getResults())) {
      Value old = body[inner.position]->getResult(inner.result);
      replaced.map(old, result);
      old.replaceAllUsesWith(result);
    }
    for (Operation *op : llvm::reverse(body))
      op->erase();
  }
}

void Outliner::outlineAs(StringRef name) {
  hoistConstants();
  replaceByCalls(createFunction(name));
  llvm::SetVector<Operation *> copied;
  for (const OuterValue &outer : outerValues)
    if (outer.isSharedConstant)
      for (Value constant : outer.values)
        copied.insert(constant.getDefiningOp());
  for (Operation *op : copied)
    if (op->use_empty())
      op->erase();
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// A name of the form `<function>_body_<n>` that is not in use.
static std::string getFreeName(func::FuncOp function) {
  Operation *table = SymbolTable::getNearestSymbolTable(function);
  for (unsigned n = 0;; ++n) {
    std::string name = (function.getName() + "_body_" + Twine(n)).str();
    if (!SymbolTable::lookupSymbolIn(table, name))
      return name;
  }
}

namespace {

class OutlineRepeatedBodies
    : public iquant::impl::OutlineRepeatedBodiesBase<OutlineRepeatedBodies> {
public:
  using OutlineRepeatedBodiesBase::OutlineRepeatedBodiesBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (minRepetitions >= 2 && minOps >= 2)
      return success();
    return emitError(UnknownLoc::get(context))
           << "expects min-repetitions and min-ops of at least 2, got "
           << unsigned(minRepetitions) << " and " << unsigned(minOps);
  }

  void runOnOperation() override {
    SmallVector<func::FuncOp> functions;
    getOperation()->walk([&](func::FuncOp function) {
      if (!function.isExternal())
        functions.push_back(function);
    });
    for (func::FuncOp function : functions)
      outline(function);
  }

private:
  void outline(func::FuncOp function);
};

} // namespace

void OutlineRepeatedBodies::outline(func::FuncOp function) {
  auto options = remark::RemarkOpts::name("OutlineRepeatedBodies")
                     .category(getArgument())
                     .function(function.getName());
  bool isOutlined = false;
  for (Block &block : function.getBody())
    while (auto bodies = findRepeatedBodies(block, minOps, minRepetitions)) {
      std::string name = getFreeName(function);
      remark::passed(function.getLoc(), options)
          << remark::add("outlined {0} repetitions of {1} ops as '{2}'",
                         bodies->getCount(), bodies->bodySize, name);
      Outliner(function, *bodies).outlineAs(name);
      isOutlined = true;
    }
  if (!isOutlined)
    remark::missed(function.getLoc(), options)
        << remark::add("no body of {0} ops or more repeats {1} times in a row",
                       unsigned(minOps), unsigned(minRepetitions));
}

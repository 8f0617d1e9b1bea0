//===- RepeatedBodies.cpp - Equal bodies in a row in a block --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the search for the layers of an unrolled model.
//
//===----------------------------------------------------------------------===//

#include "iquant/Analysis/RepeatedBodies.h"

#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/SmallPtrSet.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <unordered_map>

using namespace mlir;
using namespace mlir::iquant;

//===----------------------------------------------------------------------===//
// Single ops
//===----------------------------------------------------------------------===//

DenseSet<Operation *> mlir::iquant::findConstantOps(Block &block) {
  DenseSet<Operation *> constants;
  for (Operation &op : block) {
    // An op without operands that is no constant, as `tensor.empty`, is a fresh
    // value wherever it stands.
    bool isConstant =
        op.getNumOperands() == 0
            ? op.hasTrait<OpTrait::ConstantLike>()
            : op.getNumRegions() == 0 && isPure(&op) &&
                  llvm::all_of(op.getOperands(), [&](Value operand) {
                    return constants.contains(operand.getDefiningOp());
                  });
    if (isConstant)
      constants.insert(&op);
  }
  return constants;
}

/// Whether `value` is defined in a region of `op`.
static bool isInside(Value value, Operation *op) {
  return op->isAncestor(value.getParentRegion()->getParentOp());
}

SmallVector<OpOperand *> mlir::iquant::getOuterOperands(Operation *op) {
  SmallVector<OpOperand *> operands;
  op->walk<WalkOrder::PreOrder>([&](Operation *nested) {
    for (OpOperand &operand : nested->getOpOperands())
      if (!isInside(operand.get(), op))
        operands.push_back(&operand);
  });
  return operands;
}

/// Whether an op may move to another function.
static bool isMovable(Operation *op) {
  if (op->hasTrait<OpTrait::IsTerminator>() || op->getNumSuccessors() != 0)
    return false;
  // What is allocated on the stack dies when its function returns.
  auto effects = dyn_cast<MemoryEffectOpInterface>(op);
  if (!effects)
    return true;
  SmallVector<MemoryEffects::EffectInstance> instances;
  effects.getEffects(instances);
  return llvm::none_of(instances, [](const auto &instance) {
    return isa<MemoryEffects::Allocate>(instance.getEffect()) &&
           isa<SideEffects::AutomaticAllocationScopeResource>(
               instance.getResource());
  });
}

static llvm::hash_code hashOp(Operation *op) {
  llvm::hash_code hash = OperationEquivalence::computeHash(
      op, OperationEquivalence::ignoreHashValue,
      OperationEquivalence::ignoreHashValue,
      OperationEquivalence::IgnoreLocations);
  auto types = op->getOperandTypes();
  hash = llvm::hash_combine(
      hash, llvm::hash_combine_range(types.begin(), types.end()));
  for (Region &region : op->getRegions())
    for (Operation &nested : region.getOps())
      hash = llvm::hash_combine(hash, hashOp(&nested));
  return hash;
}

/// Whether two ops are equal up to the values that they take from outside.
static bool areEqual(Operation *first, Operation *second) {
  DenseMap<Value, Value> inside;
  auto check = [&](Value lhs, Value rhs) {
    if (isInside(lhs, first))
      return success(inside.lookup(lhs) == rhs);
    return success(!isInside(rhs, second) && lhs.getType() == rhs.getType());
  };
  auto mark = [&](Value lhs, Value rhs) { inside[lhs] = rhs; };
  return OperationEquivalence::isEquivalentTo(
      first, second, check, mark, OperationEquivalence::IgnoreLocations);
}

//===----------------------------------------------------------------------===//
// Rows of ops
//===----------------------------------------------------------------------===//

namespace {

constexpr int64_t kOutside = -1;
constexpr int64_t kAfter = std::numeric_limits<int64_t>::max();

/// The result of another op of the row, or a value from outside of it.
struct Source {
  int64_t position = kOutside;
  unsigned result = 0;
};

/// The ops of a block without its constants, as a word over classes of equal
/// ops, and how they depend on each other.
class Row {
public:
  explicit Row(Block &block);

  std::optional<RepeatedBodies> findBodies(size_t minOps, size_t minCount);

private:
  /// Ops `begin .. end - 1`, each equal to the one `period` before it.
  struct Run {
    int64_t begin, end, period;
    int64_t getMostOps() const { return (end - begin) / period * period; }
  };
  /// Bodies found; better the more ops and the fewer values they pass on.
  struct Cut {
    int64_t begin = 0, end = 0, period = 0, passed = 0;
    bool isBetterThan(const Cut &other) const {
      return std::tuple(begin - end, passed, begin) <
             std::tuple(other.begin - other.end, other.passed, other.begin);
    }
  };

  void classify();
  SmallVector<Run> findRuns(int64_t minOps, int64_t minCount);
  bool hasPeriodBelow(int64_t minOps, const Run &run);
  Cut findBestCut(const Run &run, int64_t minCount, const Cut &best);
  int64_t getBarrier(int64_t position, int64_t period);
  int64_t countPassed(int64_t begin, int64_t end);

  SmallVector<Operation *> ops;
  SmallVector<unsigned> classes;
  SmallVector<SmallVector<Source>> sources;
  SmallVector<SmallVector<OpOperand *>> operands;
  /// For each op and result, the position of the last op that uses it.
  SmallVector<SmallVector<int64_t>> lastUses;
};

} // namespace

Row::Row(Block &block) {
  DenseSet<Operation *> constants = findConstantOps(block);
  DenseMap<Operation *, int64_t> positions;
  for (Operation &op : block)
    if (!constants.contains(&op)) {
      positions[&op] = ops.size();
      ops.push_back(&op);
    }

  for (Operation *op : ops) {
    operands.push_back(getOuterOperands(op));
    SmallVector<Source> &opSources = sources.emplace_back();
    for (OpOperand *operand : operands.back()) {
      auto result = dyn_cast<OpResult>(operand->get());
      auto found = positions.find(operand->get().getDefiningOp());
      opSources.push_back(result && found != positions.end()
                              ? Source{found->second, result.getResultNumber()}
                              : Source());
    }
    SmallVector<int64_t> &opUses = lastUses.emplace_back();
    for (OpResult result : op->getResults()) {
      int64_t last = kOutside;
      for (Operation *user : result.getUsers()) {
        Operation *ancestor = block.findAncestorOpInBlock(*user);
        last = std::max(last, ancestor ? positions.lookup(ancestor) : kAfter);
      }
      opUses.push_back(last);
    }
  }
  classify();
}

void Row::classify() {
  std::unordered_map<size_t, SmallVector<unsigned>> byHash;
  SmallVector<Operation *> representatives;
  for (Operation *op : ops) {
    bool movable = isMovable(op);
    SmallVector<unsigned> &candidates = byHash[hashOp(op)];
    auto found = llvm::find_if(candidates, [&](unsigned candidate) {
      return movable && areEqual(representatives[candidate], op);
    });
    if (found != candidates.end()) {
      classes.push_back(*found);
      continue;
    }
    // An op that cannot move is in a class of its own.
    if (movable)
      candidates.push_back(representatives.size());
    classes.push_back(representatives.size());
    representatives.push_back(op);
  }
}

SmallVector<Row::Run> Row::findRuns(int64_t minOps, int64_t minCount) {
  SmallVector<Run> runs;
  int64_t size = ops.size();
  for (int64_t period = minOps; period <= size / minCount; ++period) {
    int64_t begin = 0;
    for (int64_t i = 0; i <= size - period; ++i) {
      if (i < size - period && classes[i] == classes[i + period])
        continue;
      Run run{begin, i + period, period};
      if (i - begin >= period * (minCount - 1) && !hasPeriodBelow(minOps, run))
        runs.push_back(run);
      begin = i + 1;
    }
  }
  return runs;
}

/// Whether each body of `run` is itself a repetition, of less than `minOps`.
bool Row::hasPeriodBelow(int64_t minOps, const Run &run) {
  auto word = ArrayRef<unsigned>(classes).slice(run.begin, run.end - run.begin);
  for (int64_t period = 1; period < minOps; ++period)
    if (run.period % period == 0 &&
        word.drop_front(period) == word.drop_back(period))
      return true;
  return false;
}

/// Compares the sources of the op at `position` and of the one `period` after
/// it. They agree in two bodies of which the first starts after the position
/// that is returned: sources before the starts are outside, and may be any.
int64_t Row::getBarrier(int64_t position, int64_t period) {
  int64_t latest = kOutside;
  for (auto [first, second] :
       llvm::zip_equal(sources[position], sources[position + period])) {
    bool corresponds = first.position != kOutside &&
                       first.position + period == second.position &&
                       first.result == second.result;
    if (!corresponds)
      latest = std::max({latest, first.position, second.position - period});
  }
  return latest;
}

/// The number of values that enter or leave the ops `begin .. end - 1`.
int64_t Row::countPassed(int64_t begin, int64_t end) {
  llvm::SmallPtrSet<void *, 32> entering;
  int64_t leaving = 0;
  for (int64_t i = begin; i < end; ++i) {
    for (auto [operand, source] : llvm::zip_equal(operands[i], sources[i]))
      if (source.position < begin)
        entering.insert(operand->get().getAsOpaquePointer());
    leaving +=
        llvm::count_if(lastUses[i], [&](int64_t last) { return last >= end; });
  }
  return entering.size() + leaving;
}

Row::Cut Row::findBestCut(const Run &run, int64_t minCount, const Cut &best) {
  SmallVector<int64_t> barriers;
  for (int64_t i = run.begin; i < run.end - run.period; ++i)
    barriers.push_back(getBarrier(i, run.period));

  Cut result = best;
  for (int64_t phase = run.begin; phase < run.begin + run.period; ++phase) {
    // The longest streak of bodies of which each agrees with the next.
    int64_t begin = phase, end = phase;
    for (int64_t start = phase; start + run.period <= run.end;) {
      int64_t stop = start + run.period;
      auto agrees = [&] {
        int64_t last = stop - run.period;
        return *llvm::max_element(ArrayRef(barriers).slice(last - run.begin,
                                                           run.period)) < last;
      };
      while (stop + run.period <= run.end && agrees())
        stop += run.period;
      if (stop - start > end - begin)
        std::tie(begin, end) = std::pair(start, stop);
      start = stop;
    }
    if (end - begin < minCount * run.period ||
        end - begin < result.end - result.begin)
      continue;
    // The second body has, as any in the middle, a neighbour on either side.
    Cut cut{begin, end, run.period,
            countPassed(begin + run.period, begin + 2 * run.period)};
    if (cut.isBetterThan(result))
      result = cut;
  }
  return result;
}

std::optional<RepeatedBodies> Row::findBodies(size_t minOps, size_t minCount) {
  SmallVector<Run> runs = findRuns(minOps, minCount);
  // From the most ops to the fewest, and from short periods to their multiples,
  // so that most runs need no closer look.
  llvm::sort(runs, [](const Run &lhs, const Run &rhs) {
    return std::tuple(-lhs.getMostOps(), lhs.period, lhs.begin) <
           std::tuple(-rhs.getMostOps(), rhs.period, rhs.begin);
  });
  Cut best;
  for (const Run &run : runs) {
    if (run.getMostOps() < best.end - best.begin ||
        (run.getMostOps() == best.end - best.begin &&
         run.period != best.period))
      continue;
    best = findBestCut(run, minCount, best);
  }
  if (best.period == 0)
    return std::nullopt;
  RepeatedBodies bodies;
  bodies.ops.append(ops.begin() + best.begin, ops.begin() + best.end);
  bodies.bodySize = best.period;
  return bodies;
}

std::optional<RepeatedBodies>
mlir::iquant::findRepeatedBodies(Block &block, size_t minOps, size_t minCount) {
  return Row(block).findBodies(minOps, minCount);
}

//===- ReadLoop.cpp - Terms of loops of scf -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An element of what a loop writes block by block is one of a block, in the
// iteration that writes it. What a loop adds up, or is the maximum of, is one
// reduction over all iterations and all that each of them reduces.
//
//===----------------------------------------------------------------------===//

#include "Term.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// How many loops in each other are read: those of tiles of tiles have some
/// six.
static constexpr size_t kMaxLoops = 16;

//===----------------------------------------------------------------------===//
// Iterations
//===----------------------------------------------------------------------===//

namespace {
/// One variable that a loop counts.
struct Counter {
  Value induction;
  /// Its first value and its step; none where they are not known.
  std::optional<int64_t> begin, step;
  int64_t count = ShapedType::kDynamic;
};
} // namespace

/// The variables that a loop of scf counts; none for another op.
static SmallVector<Counter> getCounters(Operation *op) {
  SmallVector<Counter> counters;
  if (!isa_and_nonnull<scf::ForOp, scf::ForallOp>(op))
    return counters;
  auto loop = cast<LoopLikeOpInterface>(op);
  for (auto [induction, lower, upper, stride] :
       llvm::zip_equal(*loop.getLoopInductionVars(), *loop.getLoopLowerBounds(),
                       *loop.getLoopUpperBounds(), *loop.getLoopSteps())) {
    Counter counter = {induction, getConstantIntValue(lower),
                       getConstantIntValue(stride)};
    std::optional<int64_t> end = getConstantIntValue(upper);
    if (counter.begin && counter.step && end && *counter.step > 0 &&
        *end > *counter.begin)
      counter.count = llvm::divideCeil(*end - *counter.begin, *counter.step);
    counters.push_back(counter);
  }
  return counters;
}

/// How many variables the loops of scf around a value count; some number above
/// `kMaxLoops` where these are more.
static size_t countCounters(Value value) {
  size_t count = 0;
  for (Operation *op = value.getParentBlock()->getParentOp();
       op && count <= kMaxLoops; op = op->getParentOp()) {
    if (isa<scf::ForOp>(op))
      ++count;
    else if (auto forall = dyn_cast<scf::ForallOp>(op))
      count += forall.getRank();
  }
  return count;
}

SmallVector<int64_t> raise::getTripCounts(Value value) {
  SmallVector<int64_t> counts;
  if (countCounters(value) > kMaxLoops)
    return counts;
  for (Operation *op = value.getParentBlock()->getParentOp(); op;
       op = op->getParentOp()) {
    SmallVector<Counter> counters = getCounters(op);
    for (const Counter &counter : llvm::reverse(counters))
      counts.push_back(counter.count);
  }
  std::reverse(counts.begin(), counts.end());
  return counts;
}

Term raise::joinBlocks(const IndexSpace &space, const Term &term,
                       AffineExpr iteration, AffineExpr block, AffineExpr all) {
  int64_t size = space.getExtent(block);
  Term result = term;
  for (auto [variable, part] :
       {std::pair(iteration, all.floorDiv(size)), std::pair(block, all % size)})
    if (isa<AffineDimExpr>(variable))
      result = result.substitute(space, variable, part);
  return result;
}

Term raise::inLoops(Term term, ArrayRef<AffineExpr> loops) {
  size_t count = countCounters(term.value);
  term.loops = Indices(loops.take_front(std::min(count, loops.size())));
  return term;
}

bool raise::mayEnterLoop(const Term &term) {
  return term.loops.size() < kMaxLoops &&
         term.loops.size() == countCounters(term.value);
}

/// Reads a variable that a loop counts.
static Node readInduction(Reader &reader, BlockArgument argument,
                          const Term &term) {
  SmallVector<Counter> counters =
      getCounters(argument.getOwner()->getParentOp());
  auto *counter = llvm::find_if(counters, [&](const Counter &counter) {
    return counter.induction == argument;
  });
  size_t count = countCounters(argument);
  if (counter == counters.end() || !counter->begin || !counter->step ||
      count > std::min(kMaxLoops, term.loops.size()))
    return {};
  AffineExpr iteration = term.loops[count - (counters.end() - counter)];
  Node node;
  node.kind = Kind::Index;
  node.index =
      reader.getSpace().simplify(iteration * *counter->step + *counter->begin);
  return node;
}

//===----------------------------------------------------------------------===//
// What is written block by block
//===----------------------------------------------------------------------===//

/// The element of a block that ends up at an element of the result of loops,
/// each of which goes over the blocks along a dimension of its own.
template <typename InsertOp>
static std::optional<Term> getWritten(Reader &reader, const Term &term,
                                      ArrayRef<Counter> counters,
                                      InsertOp insert) {
  IndexSpace &space = reader.getSpace();
  Indices variables;
  for (const Counter &counter : counters) {
    if (ShapedType::isDynamic(counter.count))
      return std::nullopt;
    variables.push_back(space.add(counter.count));
  }
  Indices loops(term.loops), iterations(variables), at;
  llvm::append_range(loops, variables);
  if (loops.size() > kMaxLoops)
    return std::nullopt;
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(term.value.getType()).getShape();
  llvm::SmallBitVector dropped = insert.getDroppedDims();
  SmallVector<OpFoldResult> offsets = insert.getMixedOffsets();
  SmallVector<OpFoldResult> sizes = insert.getMixedSizes();
  SmallVector<OpFoldResult> strides = insert.getMixedStrides();
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    AffineExpr begin = reader.getIndex(offsets[dim], loops);
    std::optional<int64_t> count = getConstantIntValue(sizes[dim]);
    if (!begin || !count || getConstantIntValue(strides[dim]) != 1)
      return std::nullopt;
    AffineExpr index = term.at[dim];
    if (begin != space.getConstant(0) || *count != shape[dim]) {
      auto *counted = llvm::find_if(iterations, [&](AffineExpr variable) {
        return isa<AffineDimExpr>(variable) &&
               begin == space.simplify(variable * *count) &&
               space.getExtent(variable) * *count == shape[dim];
      });
      if (counted == iterations.end())
        return std::nullopt;
      *counted = space.simplify(index.floorDiv(*count));
      index = index % *count;
    }
    if (!dropped[dim])
      at.push_back(index);
  }
  // What other iterations write over is not known.
  for (auto [variable, iteration] : llvm::zip_equal(variables, iterations))
    if (isa<AffineDimExpr>(variable) && iteration == variable)
      return std::nullopt;
  std::copy(iterations.begin(), iterations.end(),
            loops.begin() + term.loops.size());
  return inLoops(reader.getElement(insert.getSource(), std::move(at)), loops);
}

/// A nest of loops, the innermost of which writes a block.
static std::optional<Term> step(Reader &reader, scf::ForOp loop,
                                const Term &term) {
  unsigned number = cast<OpResult>(term.value).getResultNumber();
  SmallVector<Counter> counters = getCounters(loop);
  while (counters.size() <= kMaxLoops) {
    Value soFar = loop.getRegionIterArg(number);
    Value yielded = loop.getYieldedValues()[number];
    if (auto insert = yielded.getDefiningOp<tensor::InsertSliceOp>())
      return insert.getDest() == soFar
                 ? getWritten(reader, term, counters, insert)
                 : std::nullopt;
    loop = yielded.getDefiningOp<scf::ForOp>();
    if (!loop)
      return std::nullopt;
    number = cast<OpResult>(yielded).getResultNumber();
    if (loop.getInitArgs()[number] != soFar)
      return std::nullopt;
    llvm::append_range(counters, getCounters(loop));
  }
  return std::nullopt;
}

static std::optional<Term> step(Reader &reader, scf::ForallOp loop,
                                const Term &term) {
  unsigned number = cast<OpResult>(term.value).getResultNumber();
  SmallVector<Operation *> writes =
      loop.getCombiningOps(loop.getRegionIterArgs()[number]);
  auto insert = writes.size() == 1
                    ? dyn_cast<tensor::ParallelInsertSliceOp>(writes[0])
                    : tensor::ParallelInsertSliceOp();
  return insert ? getWritten(reader, term, getCounters(loop), insert)
                : std::nullopt;
}

std::optional<Term> raise::stepLoop(Reader &reader, const Term &term) {
  if (!isa<RankedTensorType>(term.value.getType()) || !mayEnterLoop(term))
    return std::nullopt;
  if (auto loop = term.value.getDefiningOp<scf::ForOp>())
    return step(reader, loop, term);
  if (auto loop = term.value.getDefiningOp<scf::ForallOp>())
    return step(reader, loop, term);
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// What is reduced block by block
//===----------------------------------------------------------------------===//

/// What an iteration reduces in addition to what has been reduced so far.
static Node getReduced(Reader &reader, const Term &yielded, const Term &soFar) {
  Node node = reader.read(yielded);
  auto isReduction = [](const Node &node, bool hasStart) {
    size_t size = node.kind == Kind::ReduceDot ? 2 : 1;
    return node.kind >= Kind::ReduceSum && node.kind <= Kind::ReduceDot &&
           node.operands.size() == size + hasStart;
  };
  if (isReduction(node, /*hasStart=*/true)) {
    Term start = reader.look(node.operands.pop_back_val());
    return start == soFar ? node : Node();
  }
  if (node.kind != Kind::Add && node.kind != Kind::Max)
    return {};
  if (reader.look(node.operands[0]) != soFar)
    std::swap(node.operands[0], node.operands[1]);
  Node reduced = reader.read(node.operands[1]);
  bool isSame = reader.look(node.operands[0]) == soFar &&
                isReduction(reduced, /*hasStart=*/false) &&
                (reduced.kind == Kind::ReduceMax) == (node.kind == Kind::Max);
  return isSame ? reduced : Node();
}

static Node readReduction(Reader &reader, scf::ForOp loop, const Term &term) {
  IndexSpace &space = reader.getSpace();
  unsigned number = cast<OpResult>(term.value).getResultNumber();
  int64_t count = getCounters(loop)[0].count;
  if (ShapedType::isDynamic(count))
    return {};
  Indices loops(term.loops);
  loops.push_back(space.add(count));
  Node node = getReduced(
      reader,
      reader.getElement(loop.getYieldedValues()[number], term.at, loops),
      reader.getElement(loop.getRegionIterArg(number), term.at, loops));
  if (node.kind == Kind::Leaf || node.variables.size() != 1)
    return {};
  AffineExpr block = node.variables[0];
  int64_t size = space.getExtent(block);
  if (ShapedType::isDynamic(size))
    return {};
  node.variables = reader.getVariables(loop, count * size);
  if (space.getExtent(node.variables[0]) != count * size)
    return {};
  for (Term &operand : node.operands)
    operand =
        joinBlocks(space, operand, loops.back(), block, node.variables[0]);
  Term start =
      reader.getElement(loop.getInitArgs()[number], term.at, term.loops);
  if (!isNeutral(reader, node.kind, start))
    node.operands.push_back(inLoops(start, start.loops));
  return node;
}

Node raise::readLoop(Reader &reader, const Term &term) {
  if (auto argument = dyn_cast<BlockArgument>(term.value))
    return readInduction(reader, argument, term);
  auto loop = term.value.getDefiningOp<scf::ForOp>();
  return loop && mayEnterLoop(term) ? readReduction(reader, loop, term)
                                    : Node();
}

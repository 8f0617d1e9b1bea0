//===- ReadLinalg.cpp - Terms of linalg ops -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Named ops and generics alike are their bodies and indexing maps.
//
//===----------------------------------------------------------------------===//

#include "Term.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;
using linalg::LinalgOp;

/// The variables of the reductions of an op.
static const Indices &getVariables(Reader &reader, LinalgOp op) {
  SmallVector<int64_t> extents;
  for (auto [extent, kind] :
       llvm::zip_equal(op.getStaticLoopRanges(), op.getIteratorTypesArray()))
    if (kind == utils::IteratorType::reduction)
      extents.push_back(extent);
  return reader.getVariables(op, extents);
}

/// The result of a linalg op on tensors, or a null op.
static LinalgOp getLinalgOp(Value value) {
  auto op = value.getDefiningOp<LinalgOp>();
  return op && op.hasPureTensorSemantics() ? op : LinalgOp();
}

/// The loops at which an op computes an element of its result; the variables of
/// its reductions for those that the result does not have.
static std::optional<Indices> getLoops(Reader &reader, LinalgOp op,
                                       const Term &term) {
  auto result = cast<OpResult>(term.value);
  AffineMap map =
      op.getMatchingIndexingMap(op.getDpsInitOperand(result.getResultNumber()));
  IndexSpace &space = reader.getSpace();
  Indices loops(op.getNumLoops());
  for (auto [expr, index] : llvm::zip_equal(map.getResults(), term.at)) {
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      loops[dim.getPosition()] = index;
    else if (!isa<AffineConstantExpr>(expr))
      return std::nullopt;
  }
  ArrayRef<AffineExpr> variables = getVariables(reader, op);
  for (auto [loop, extent, kind] : llvm::zip_equal(
           loops, op.getStaticLoopRanges(), op.getIteratorTypesArray())) {
    if (kind == utils::IteratorType::reduction) {
      // A result that keeps a reduced dimension is not the whole sum.
      if (loop && extent != 1)
        return std::nullopt;
      loop = variables.front();
      variables = variables.drop_front();
    }
    if (!loop && extent == 1)
      loop = space.getConstant(0);
    if (!loop)
      return std::nullopt;
  }
  return loops;
}

/// The operand that an argument of the body is an element of.
static std::optional<Term> stepArgument(Reader &reader, const Term &term) {
  auto argument = dyn_cast<BlockArgument>(term.value);
  if (!argument)
    return std::nullopt;
  auto op = dyn_cast<LinalgOp>(argument.getOwner()->getParentOp());
  if (!op || !op.hasPureTensorSemantics())
    return std::nullopt;
  OpOperand *operand = op.getMatchingOpOperand(argument);
  // In a reduction an output is what has been summed up so far.
  if (op.isDpsInit(operand) && op.getNumReductionLoops() != 0)
    return std::nullopt;
  if (!isa<RankedTensorType>(operand->get().getType()))
    return Term{operand->get(), {}};
  Indices at;
  for (AffineExpr expr : op.getMatchingIndexingMap(operand).getResults())
    at.push_back(expr.replaceDims(term.at));
  return reader.getElement(operand->get(), std::move(at));
}

std::optional<Term> raise::stepLinalg(Reader &reader, const Term &term) {
  if (std::optional<Term> operand = stepArgument(reader, term))
    return operand;
  LinalgOp op = getLinalgOp(term.value);
  if (!op || op.getNumReductionLoops() != 0)
    return std::nullopt;
  std::optional<Indices> loops = getLoops(reader, op, term);
  if (!loops)
    return std::nullopt;
  unsigned number = cast<OpResult>(term.value).getResultNumber();
  return Term{op.getBlock()->getTerminator()->getOperand(number),
              std::move(*loops)};
}

/// What the body combines with the result so far, and how.
static std::pair<Kind, Value> getCombined(Value yielded, BlockArgument soFar) {
  Operation *op = yielded.getDefiningOp();
  if (!op || op->getBlock() != soFar.getOwner())
    return {Kind::Leaf, {}};
  Kind kind = Kind::Leaf;
  if (isa<arith::AddFOp>(op))
    kind = Kind::ReduceSum;
  else if (isa<arith::MaximumFOp, arith::MaxNumFOp>(op))
    kind = Kind::ReduceMax;
  unsigned first = 0;
  // select(a > b, a, b)
  arith::CmpFOp compare;
  if (auto select = dyn_cast<arith::SelectOp>(op)) {
    compare = select.getCondition().getDefiningOp<arith::CmpFOp>();
    bool isMax = compare &&
                 (compare.getPredicate() == arith::CmpFPredicate::OGT ||
                  compare.getPredicate() == arith::CmpFPredicate::UGT) &&
                 compare.getLhs() == select.getTrueValue() &&
                 compare.getRhs() == select.getFalseValue();
    kind = isMax ? Kind::ReduceMax : Kind::Leaf;
    first = 1;
  }
  if (kind == Kind::Leaf)
    return {kind, {}};
  Value lhs = op->getOperand(first), rhs = op->getOperand(first + 1);
  if (lhs == soFar)
    std::swap(lhs, rhs);
  // What is combined must not depend on the result so far, which nothing but
  // the combination reads, or the index of a maximum.
  bool isAlone = llvm::all_of(soFar.getUsers(), [&](Operation *user) {
    return user == op || user == compare;
  });
  bool isOther =
      rhs == soFar && lhs != soFar && (isAlone || isa<BlockArgument>(lhs));
  return isOther ? std::pair(kind, lhs) : std::pair(Kind::Leaf, Value());
}

/// Whether no element is smaller than this number.
static bool isLowest(double number, Type type) {
  auto floatType = dyn_cast<FloatType>(type);
  if (!floatType)
    return false;
  APFloat lowest =
      APFloat::getLargest(floatType.getFloatSemantics(), /*Negative=*/true);
  return number <= FloatAttr::get(type, lowest).getValueAsDouble();
}

bool raise::isNeutral(Reader &reader, Kind reduction, const Term &start) {
  Node node = reader.read(start);
  if (node.kind != Kind::Number)
    return false;
  return reduction == Kind::ReduceMax
             ? isLowest(node.number,
                        getElementTypeOrSelf(start.value.getType()))
             : node.number == 0;
}

Node raise::readLinalg(Reader &reader, const Term &term) {
  Node node;
  if (auto index = term.value.getDefiningOp<linalg::IndexOp>()) {
    node.kind = Kind::Index;
    node.index = term.at[index.getDim()];
    return node;
  }
  LinalgOp op = getLinalgOp(term.value);
  if (!op || op.getNumReductionLoops() == 0)
    return {};
  std::optional<Indices> loops = getLoops(reader, op, term);
  if (!loops)
    return {};
  unsigned number = cast<OpResult>(term.value).getResultNumber();
  auto [kind, combined] =
      getCombined(op.getBlock()->getTerminator()->getOperand(number),
                  op.getRegionOutputArgs()[number]);
  if (kind == Kind::Leaf)
    return {};
  Term start = reader.getElement(op.getDpsInits()[number], term.at, term.loops);
  node.kind = kind;
  node.operands.push_back({combined, *loops});
  if (!isNeutral(reader, kind, start))
    node.operands.push_back(start);
  for (AffineExpr variable : getVariables(reader, op))
    if (isa<AffineDimExpr>(variable))
      node.variables.push_back(variable);
  return node;
}

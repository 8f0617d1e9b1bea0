//===- VectorizeRows.cpp - Elementwise ops and reductions as vector loops -===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The innermost loop of a generic runs over vectors. What does not depend on it
// stays scalar, so that a row's scales are read and computed once; elements
// that fill no vector are computed one by one.
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/ByteSum.h"
#include "iquant/Target/MatrixInstruction.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_VECTORIZEROWS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using linalg::GenericOp;

//===----------------------------------------------------------------------===//
// Matching
//===----------------------------------------------------------------------===//

/// The position of the innermost loop among those of a generic.
static unsigned innerLoop(GenericOp op) { return op.getNumLoops() - 1; }

static bool isAlongInnerLoop(GenericOp op, OpOperand &operand) {
  return op.getMatchingIndexingMap(&operand).isFunctionOfDim(innerLoop(op));
}

/// Whether an operand is read and written at whole vectors: its map takes loops
/// as they are, and the innermost one, if it takes it, along contiguous
/// elements.
static bool isContiguous(GenericOp op, OpOperand &operand) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  auto type = dyn_cast<MemRefType>(operand.get().getType());
  if (!type || !type.getElementType().isSignlessInteger() ||
      type.getElementType().isInteger(1) || !map.isProjectedPermutation())
    return false;
  if (!map.isFunctionOfDim(innerLoop(op)))
    return true;
  SmallVector<int64_t> strides;
  int64_t offset;
  return map.isFunctionOfDim(innerLoop(op)) &&
         cast<AffineDimExpr>(map.getResults().back()).getPosition() ==
             innerLoop(op) &&
         succeeded(type.getStridesAndOffset(strides, offset)) &&
         strides.back() == 1;
}

/// Whether a value in the body of a generic is the same all along the innermost
/// loop.
static bool isOneForRow(GenericOp op, Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value);
      argument && argument.getOwner() == op.getBody()) {
    OpOperand &operand = *op.getMatchingOpOperand(argument);
    return op.isDpsInput(&operand) && !isAlongInnerLoop(op, operand);
  }
  Operation *defining = value.getDefiningOp();
  if (!defining || defining->getBlock() != op.getBody())
    return true;
  if (auto position = dyn_cast<linalg::IndexOp>(defining))
    return position.getDim() != innerLoop(op);
  return llvm::all_of(defining->getOperands(),
                      [&](Value operand) { return isOneForRow(op, operand); });
}

/// Whether a load takes an element of a table, or of a row of it, at a position
/// that alone may move.
static bool isLookup(GenericOp op, memref::LoadOp load) {
  return load.getMemRefType().getRank() > 0 &&
         load.getMemRefType().getLayout().isIdentity() &&
         llvm::all_of(load.getIndices().drop_back(),
                      [&](Value index) { return isOneForRow(op, index); });
}

/// Whether an op of the body of a generic has a form on vectors.
static bool hasVectorForm(GenericOp generic, Operation &op) {
  if (isa<linalg::YieldOp, linalg::IndexOp>(op))
    return true;
  if (auto load = dyn_cast<memref::LoadOp>(op))
    return isLookup(generic, load);
  // No processor divides vectors of integers.
  if (isa<arith::DivSIOp, arith::DivUIOp, arith::CeilDivSIOp,
          arith::CeilDivUIOp, arith::FloorDivSIOp, arith::RemSIOp,
          arith::RemUIOp>(op))
    return false;
  return op.getNumRegions() == 0 &&
         (isa<arith::ConstantOp>(op) ||
          OpTrait::hasElementwiseMappableTraits(&op));
}

namespace {
/// How an output that the innermost loop does not move along is accumulated.
struct Reduction {
  Value accumulator;
  Operation *combiner;
  vector::CombiningKind kind;
  /// What is added, or compared, in every step.
  Value step;
  /// What an integer that is added to a sum of 32 bits is zero-extended from,
  /// if that has 8 or 16; else null.
  Value narrow;

  /// The lanes of an accumulator, if vectors have `lanes` elements.
  int64_t getLanes(int64_t lanes) const {
    return narrow ? lanes * narrow.getType().getIntOrFloatBitWidth() / 32
                  : lanes;
  }
};
} // namespace

static Value getNarrow(GenericOp op, Value step) {
  Value narrow = step;
  while (auto extension = narrow.getDefiningOp<arith::ExtUIOp>())
    narrow = extension.getIn();
  bool isNarrow =
      narrow.getType().isInteger(8) || narrow.getType().isInteger(16);
  return isNarrow && step.getType().isInteger(32) && !isOneForRow(op, narrow)
             ? narrow
             : nullptr;
}

static FailureOr<Reduction> matchReductionOf(GenericOp op, unsigned output) {
  SmallVector<Operation *> combiners;
  Value step = matchReduction(op.getRegionOutputArgs(), output, combiners);
  if (!step || combiners.size() != 1 ||
      !arith::getNeutralElement(combiners.front()))
    return failure();
  auto kind = linalg::getCombinerOpKind(combiners.front());
  if (!kind)
    return failure();
  return Reduction{
      op.getRegionOutputArgs()[output], combiners.front(), *kind, step,
      *kind == vector::CombiningKind::ADD ? getNarrow(op, step) : Value()};
}

static bool canVectorize(GenericOp op, int64_t lanes) {
  if (!op.hasPureBufferSemantics() || op.getNumLoops() == 0)
    return false;
  int64_t size = op.getStaticLoopRanges().back();
  if (!ShapedType::isDynamic(size) && size < lanes)
    return false;
  for (OpOperand &operand : op->getOpOperands())
    if (!isContiguous(op, operand))
      return false;
  bool isParallel =
      op.getIteratorTypesArray().back() == utils::IteratorType::parallel;
  for (auto [position, operand] : llvm::enumerate(op.getDpsInitsMutable())) {
    bool isMoving = isAlongInnerLoop(op, operand);
    // A loop that reduces may write elements on its way.
    if (!isMoving && (isParallel || failed(matchReductionOf(op, position))))
      return false;
  }
  return llvm::all_of(*op.getBlock(), [&](Operation &bodyOp) {
    return hasVectorForm(op, bodyOp);
  });
}

/// How many of the outermost loops threads may share: those whose steps come in
/// any order, unless something around them is shared already, and without those
/// that are known to have too little to do to be worth it.
static unsigned countSharedLoops(GenericOp op) {
  constexpr int64_t worthSharing = 4096;
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  unsigned count = op.getNumLoops() - 1;
  bool isOrdered = !llvm::all_of(ArrayRef(iterators).take_front(count),
                                 linalg::isParallelIterator);
  if (isOrdered || op->getParentOfType<scf::ForallOp>())
    return 0;
  int64_t work = sizes[count];
  while (count > 0 && !ShapedType::isDynamic(work) &&
         !ShapedType::isDynamic(sizes[count - 1]) &&
         work * sizes[count - 1] <= worthSharing)
    work *= sizes[--count];
  return count;
}

/// Elements whose narrowest fill a vector register: those of other widths fill
/// several, or where a row is known to be too short for that, a part of one. If
/// they divide a row, so many that the widest fill four registers: an op waits
/// for the one before it, and has others to overlap with.
static int64_t getLanes(GenericOp op, unsigned vectorBits) {
  unsigned narrowest = 64, widest = 8;
  for (OpOperand &operand : op->getOpOperands()) {
    unsigned width =
        getElementTypeOrSelf(operand.get().getType()).getIntOrFloatBitWidth();
    widest = std::max(widest, width);
    if (isAlongInnerLoop(op, operand))
      narrowest = std::min(narrowest, width);
  }
  int64_t lanes = vectorBits / narrowest, least = vectorBits / widest;
  int64_t size = op.getStaticLoopRanges().back();
  while (lanes > least && !ShapedType::isDynamic(size) && lanes > size)
    lanes /= 2;
  int64_t several = 4 * least;
  while (several > lanes && (ShapedType::isDynamic(size) || size % several))
    several /= 2;
  return std::max(lanes, several);
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

namespace {

/// Emits the loops of one generic.
class RowEmitter {
public:
  RowEmitter(ImplicitLocOpBuilder &builder, GenericOp op, int64_t lanes)
      : b(builder), op(op), lanes(lanes) {
    for (auto [position, operand] : llvm::enumerate(op.getDpsInitsMutable())) {
      if (isAlongInnerLoop(op, operand))
        continue;
      Reduction &reduction =
          reductions.emplace_back(*matchReductionOf(op, position));
      // Of two or four bytes there is no vector of sums.
      if (reduction.getLanes(lanes) < 2)
        reduction.narrow = nullptr;
    }
  }

  void emit();

private:
  /// All of the innermost loop, where the outer ones stand at `outer`.
  void emitRow(ValueRange outer, Value size);
  /// The elements of inputs that a row has one of.
  IRMapping loadRowElements(ValueRange point);
  /// One step of it, at `inner`, on vectors of `width` elements, or on scalars
  /// if that is 1; gives the new accumulators.
  SmallVector<Value> emitStep(ValueRange outer, Value inner, int64_t width,
                              ValueRange accumulators, IRMapping values);
  Value emitBodyOp(Operation &bodyOp, ValueRange point, int64_t width,
                   IRMapping &values);
  /// A sum that all lanes of `narrow` are added to.
  Value addNarrow(Value sum, Value narrow);

  /// Where an operand is at a point of the loops.
  SmallVector<Value> positionOf(OpOperand &operand, ValueRange point);
  /// `value` on every lane.
  Value widen(Value value, int64_t width);
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }

  ImplicitLocOpBuilder &b;
  GenericOp op;
  int64_t lanes;
  /// Of the outputs that are accumulated.
  SmallVector<Reduction> reductions;
};

} // namespace

void RowEmitter::emit() {
  SmallVector<Range> ranges =
      cast<linalg::LinalgOp>(op.getOperation()).createLoopRanges(b, b.getLoc());
  SmallVector<Value> sizes;
  for (const Range &range : ranges)
    sizes.push_back(getValueOrCreateConstantIndexOp(b, b.getLoc(), range.size));
  Value inner = sizes.pop_back_val();
  ArrayRef<Value> all = sizes, shared = all.take_front(countSharedLoops(op)),
                  own = all.drop_front(shared.size());
  SmallVector<Value> starts(all.size(), index(0)), steps(all.size(), index(1));
  auto emitOwn = [&](ValueRange before) {
    auto emit = [&](OpBuilder &, Location, ValueRange inside) {
      auto outer = llvm::to_vector(before);
      llvm::append_range(outer, inside);
      emitRow(outer, inner);
    };
    scf::buildLoopNest(b, b.getLoc(), ArrayRef(starts).take_front(own.size()),
                       own, ArrayRef(steps).take_front(own.size()), emit);
  };
  if (shared.empty())
    return emitOwn({});
  scf::ParallelOp::create(
      b, ArrayRef(starts).take_front(shared.size()), shared,
      ArrayRef(steps).take_front(shared.size()),
      [&](OpBuilder &, Location, ValueRange outer) { emitOwn(outer); });
}

SmallVector<Value> RowEmitter::positionOf(OpOperand &operand,
                                          ValueRange point) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  return llvm::map_to_vector(map.getResults(), [&](AffineExpr expr) {
    return point[cast<AffineDimExpr>(expr).getPosition()];
  });
}

Value RowEmitter::widen(Value value, int64_t width) {
  if (width == 1 || isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(b, VectorType::get(width, value.getType()),
                                     value);
}

void RowEmitter::emitRow(ValueRange outer, Value size) {
  SmallVector<OpOperand *> accumulated;
  SmallVector<Value> before, neutral;
  // Reads the position of the innermost loop nowhere.
  SmallVector<Value> point(outer);
  point.push_back(nullptr);
  for (OpOperand &operand : op.getDpsInitsMutable())
    if (!isAlongInnerLoop(op, operand))
      accumulated.push_back(&operand);
  for (auto [operand, reduction] : llvm::zip_equal(accumulated, reductions)) {
    before.push_back(
        memref::LoadOp::create(b, operand->get(), positionOf(*operand, point)));
    Value element = arith::ConstantOp::create(
        b, *arith::getNeutralElement(reduction.combiner));
    neutral.push_back(widen(element, reduction.getLanes(lanes)));
  }
  IRMapping rowElements = loadRowElements(point);
  auto loop = [&](Value from, Value to, int64_t width, ValueRange carried) {
    return scf::ForOp::create(
        b, from, to, index(width), carried,
        [&](OpBuilder &, Location, Value inner, ValueRange accumulators) {
          scf::YieldOp::create(
              b, emitStep(outer, inner, width, accumulators, rowElements));
        });
  };
  std::optional<int64_t> known = getConstantIntValue(size);
  Value rest = known ? index(*known % lanes)
                     : arith::RemUIOp::create(b, size, index(lanes));
  Value full = b.createOrFold<arith::SubIOp>(size, rest);
  auto vectors = loop(index(0), full, lanes, neutral);
  SmallVector<Value> sums;
  for (auto [sum, reduction, before] :
       llvm::zip_equal(vectors.getResults(), reductions, before))
    sums.push_back(vector::ReductionOp::create(b, reduction.kind, sum, before));
  if (!known || *known % lanes != 0)
    sums = llvm::to_vector_of<Value>(
        loop(full, size, /*width=*/1, sums).getResults());
  for (auto [operand, sum] : llvm::zip_equal(accumulated, sums))
    memref::StoreOp::create(b, sum, operand->get(),
                            positionOf(*operand, point));
}

IRMapping RowEmitter::loadRowElements(ValueRange point) {
  IRMapping values;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    BlockArgument element = op.getMatchingBlockArgument(operand);
    if (!element.use_empty() && !isAlongInnerLoop(op, *operand))
      values.map(element, memref::LoadOp::create(b, operand->get(),
                                                 positionOf(*operand, point)));
  }
  return values;
}

SmallVector<Value> RowEmitter::emitStep(ValueRange outer, Value inner,
                                        int64_t width, ValueRange accumulators,
                                        IRMapping values) {
  SmallVector<Value> point(outer);
  point.push_back(inner);
  for (OpOperand &operand : op->getOpOperands()) {
    BlockArgument element = op.getMatchingBlockArgument(&operand);
    bool isMoving = isAlongInnerLoop(op, operand);
    if (op.isDpsInit(&operand) && !isMoving) {
      values.map(element, accumulators.front());
      accumulators = accumulators.drop_front();
    } else if (element.use_empty() || !isMoving) {
      continue;
    } else if (width != 1) {
      auto type = VectorType::get(width, element.getType());
      values.map(element, vector::LoadOp::create(b, type, operand.get(),
                                                 positionOf(operand, point)));
    } else {
      values.map(element, memref::LoadOp::create(b, operand.get(),
                                                 positionOf(operand, point)));
    }
  }
  for (Operation &bodyOp : op.getBlock()->without_terminator()) {
    const Reduction *sum = llvm::find_if(reductions, [&](const Reduction &r) {
      return r.narrow && r.combiner == &bodyOp;
    });
    values.map(bodyOp.getResult(0),
               sum == reductions.end() || width == 1
                   ? emitBodyOp(bodyOp, point, width, values)
                   : addNarrow(values.lookup(sum->accumulator),
                               values.lookup(sum->narrow)));
  }

  SmallVector<Value> results;
  Operation *yield = op.getBlock()->getTerminator();
  for (auto [operand, yielded] :
       llvm::zip_equal(op.getDpsInitsMutable(), yield->getOperands())) {
    Value result = widen(values.lookupOrDefault(yielded), width);
    if (!isAlongInnerLoop(op, operand))
      results.push_back(result);
    else if (width == 1)
      memref::StoreOp::create(b, result, operand.get(),
                              positionOf(operand, point));
    else
      vector::StoreOp::create(b, result, operand.get(),
                              positionOf(operand, point));
  }
  return results;
}

Value RowEmitter::addNarrow(Value sum, Value narrow) {
  auto type = cast<VectorType>(narrow.getType());
  StringRef byteSum = type.getElementType().isInteger(8)
                          ? iquant::findByteSum(iquant::getTarget(op), lanes)
                          : "";
  if (!byteSum.empty()) {
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
    Value eights = LLVM::CallIntrinsicOp::create(
                       b, VectorType::get(lanes / 8, b.getI64Type()),
                       b.getStringAttr(byteSum), ValueRange{narrow, zero})
                       .getResult(0);
    narrow = vector::BitCastOp::create(b, sum.getType(), eights);
    return arith::AddIOp::create(b, sum, narrow);
  }
  // Neighbours are the halves of a wider lane.
  while (type.getElementTypeBitWidth() < 32) {
    unsigned width = type.getElementTypeBitWidth();
    type =
        VectorType::get(type.getNumElements() / 2, b.getIntegerType(2 * width));
    auto constant = [&](int64_t value) {
      Attribute element = b.getIntegerAttr(type.getElementType(), value);
      return arith::ConstantOp::create(b,
                                       DenseElementsAttr::get(type, element));
    };
    Value pairs = vector::BitCastOp::create(b, type, narrow);
    Value low = arith::AndIOp::create(b, pairs, constant((1 << width) - 1));
    Value high = arith::ShRUIOp::create(b, pairs, constant(width));
    narrow = arith::AddIOp::create(b, low, high);
  }
  return arith::AddIOp::create(b, sum, narrow);
}

Value RowEmitter::emitBodyOp(Operation &bodyOp, ValueRange point, int64_t width,
                             IRMapping &values) {
  if (auto position = dyn_cast<linalg::IndexOp>(bodyOp)) {
    Value scalar = point[position.getDim()];
    if (position.getDim() != innerLoop(op) || width == 1)
      return scalar;
    auto type = VectorType::get(width, b.getIndexType());
    return arith::AddIOp::create(b, widen(scalar, width),
                                 vector::StepOp::create(b, type));
  }
  auto operands = llvm::map_to_vector(bodyOp.getOperands(), [&](Value value) {
    return values.lookupOrDefault(value);
  });
  bool isVector = llvm::any_of(
      operands, [](Value value) { return isa<VectorType>(value.getType()); });
  if (!isVector)
    return b.clone(bodyOp, values)->getResult(0);
  Type element = bodyOp.getResult(0).getType();
  auto type = VectorType::get(width, element);
  if (auto load = dyn_cast<memref::LoadOp>(bodyOp)) {
    Value all = arith::ConstantOp::create(
        b, b.getOneAttr(VectorType::get(width, b.getI1Type())));
    Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
    SmallVector<Value> start(ArrayRef(operands).drop_front().drop_back());
    start.push_back(index(0));
    return vector::GatherOp::create(b, type, operands.front(), start,
                                    operands.back(), all, none);
  }
  for (Value &operand : operands)
    operand = widen(operand, width);
  return b
      .create(b.getLoc(), bodyOp.getName().getIdentifier(), operands, type,
              bodyOp.getAttrs())
      ->getResult(0);
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

namespace {
struct VectorizeRows : public iquant::impl::VectorizeRowsBase<VectorizeRows> {
  using VectorizeRowsBase::VectorizeRowsBase;

  void runOnOperation() override {
    FailureOr<unsigned> width =
        iquant::chooseVectorBits(getOperation(), vectorBits);
    if (failed(width))
      return signalPassFailure();
    getOperation().walk([&](GenericOp op) {
      int64_t lanes = getLanes(op, *width);
      if (!canVectorize(op, lanes))
        return;
      ImplicitLocOpBuilder builder(op.getLoc(), op);
      RowEmitter(builder, op, lanes).emit();
      op.erase();
    });
  }
};
} // namespace

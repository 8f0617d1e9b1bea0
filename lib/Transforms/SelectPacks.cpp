//===- SelectPacks.cpp - Other widths within lanes of a register ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One walk from the first op to the last: operands have their form already. An
// order of elements is a shuffle behind them, which the next op takes over.
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/MatrixInstruction.h"
#include "iquant/Target/Pack.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_SELECTPACKS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

//===----------------------------------------------------------------------===//
// Orders
//===----------------------------------------------------------------------===//

/// Where every element of a vector comes from.
using Order = SmallVector<int64_t>;

/// The order in which packs of pairs of registers leave `count` elements, of
/// which a register has `perRegister` before and a lane `perLane`.
static Order getPackOrder(int64_t count, int64_t perRegister, int64_t perLane) {
  Order order;
  for (int64_t pair = 0; pair < count; pair += 2 * perRegister)
    for (int64_t lane = pair; lane < pair + perRegister; lane += perLane)
      for (int64_t start : {lane, lane + perRegister})
        llvm::append_range(order, llvm::seq(start, start + perLane));
  return order;
}

namespace {
/// `vector.shuffle` of one vector whose elements all stay, once each.
struct Permuted {
  Value source;
  ArrayRef<int64_t> order;
};
} // namespace

static std::optional<Permuted> matchPermuted(Value value) {
  auto shuffle = value.getDefiningOp<vector::ShuffleOp>();
  if (!shuffle || shuffle.getV1().getType() != value.getType())
    return std::nullopt;
  ArrayRef<int64_t> mask = shuffle.getMask();
  auto isInside = [&](int64_t from) {
    return from >= 0 && from < static_cast<int64_t>(mask.size());
  };
  if (!isPermutationVector(mask) || !llvm::all_of(mask, isInside))
    return std::nullopt;
  return Permuted{shuffle.getV1(), mask};
}

/// `value` in another order, which may be the one that it had before.
static Value permute(OpBuilder &b, Value value, ArrayRef<int64_t> order) {
  Order all(order);
  if (std::optional<Permuted> before = matchPermuted(value)) {
    all = applyPermutation(before->order, order);
    value = before->source;
  }
  if (isIdentityPermutation(all))
    return value;
  return vector::ShuffleOp::create(b, value.getLoc(), value, value, all);
}

//===----------------------------------------------------------------------===//
// Narrowing and widening
//===----------------------------------------------------------------------===//

namespace {
/// Integers that a pack makes narrow without a change: what saturates is the
/// clamp that was there before, and it goes.
struct Packable {
  Value value;
  bool isSigned;
};
} // namespace

/// The element that a constant has, or has everywhere.
static std::optional<APInt> getSplat(Value value) {
  if (auto broadcast = value.getDefiningOp<vector::BroadcastOp>())
    value = broadcast.getSource();
  APInt element;
  if (matchPattern(value, m_ConstantInt(&element)))
    return element;
  return std::nullopt;
}

static std::optional<Packable> matchPackable(Value value, unsigned width) {
  // Only bytes: from half a product of 32 bits LLVM makes a high product.
  if (auto shift = value.getDefiningOp<arith::ShRUIOp>()) {
    std::optional<APInt> by = getSplat(shift.getRhs());
    if (width == 8 && by && by->uge(width))
      return Packable{value, /*isSigned=*/false};
  }
  auto most = value.getDefiningOp<arith::MinSIOp>();
  auto least = most ? most.getLhs().getDefiningOp<arith::MaxSIOp>() : nullptr;
  if (!least)
    return std::nullopt;
  std::optional<APInt> low = getSplat(least.getRhs()),
                       high = getSplat(most.getRhs());
  if (!low || !high)
    return std::nullopt;
  unsigned from = low->getBitWidth();
  if (low->isZero() && *high == APInt::getLowBitsSet(from, width))
    return Packable{least.getLhs(), /*isSigned=*/false};
  if (*low == APInt::getSignedMinValue(width).sext(from) &&
      *high == APInt::getSignedMaxValue(width).sext(from))
    return Packable{least.getLhs(), /*isSigned=*/true};
  return std::nullopt;
}

namespace {
class PackSelector {
public:
  /// For registers of so many bytes.
  PackSelector(LLVM::TargetAttrInterface target, int64_t bytes)
      : target(target), bytes(bytes) {}

  /// What takes the place of the result of `op`; null if that stays.
  Value rewrite(Operation *op) const;

private:
  Value narrow(arith::TruncIOp op) const;
  Value widen(arith::ExtUIOp op) const;
  /// f(shuffle(x)) --> shuffle(f(x))
  Value permuteResult(Operation *op) const;
  Value permuteHalves(vector::BitCastOp op) const;
  /// sum += shuffle(x) --> sum += x
  Value addInAnyOrder(arith::AddIOp op) const;

  Order getOrder(int64_t count, unsigned width) const {
    return getPackOrder(count, 8 * bytes / width, kLaneBits / width);
  }

  LLVM::TargetAttrInterface target;
  int64_t bytes;
};
} // namespace

Value PackSelector::narrow(arith::TruncIOp op) const {
  auto type = dyn_cast<VectorType>(op.getType());
  if (!type || type.getRank() != 1)
    return nullptr;
  unsigned width = type.getElementTypeBitWidth();
  int64_t count = type.getNumElements(), inResult = 8 * bytes / width;
  // Clamps come behind what brought the order.
  std::optional<Permuted> permuted = matchPermuted(op.getIn());
  std::optional<Packable> packable =
      matchPackable(permuted ? permuted->source : op.getIn(), width);
  if (!packable || count % inResult != 0 ||
      getElementTypeOrSelf(op.getIn()).getIntOrFloatBitWidth() != 2 * width)
    return nullptr;
  StringRef pack = findPack(target, bytes, 2 * width, packable->isSigned);
  if (pack.empty())
    return nullptr;

  ImplicitLocOpBuilder b(op.getLoc(), op);
  auto take = [&](int64_t start) {
    return vector::ExtractStridedSliceOp::create(b, packable->value, start,
                                                 inResult / 2, 1);
  };
  Value all = arith::ConstantOp::create(b, b.getZeroAttr(type));
  for (int64_t start = 0; start < count; start += inResult) {
    Value packed = LLVM::CallIntrinsicOp::create(
                       b, VectorType::get(inResult, type.getElementType()),
                       b.getStringAttr(pack),
                       ValueRange{take(start), take(start + inResult / 2)})
                       .getResult(0);
    all = count == inResult ? packed
                            : Value(vector::InsertStridedSliceOp::create(
                                  b, packed, all, start, 1));
  }
  Value result =
      permute(b, all, invertPermutationVector(getOrder(count, 2 * width)));
  return permuted ? permute(b, result, permuted->order) : result;
}

Value PackSelector::widen(arith::ExtUIOp op) const {
  auto type = dyn_cast<VectorType>(op.getType());
  if (!type || type.getRank() != 1 || !type.getElementType().isInteger(16) ||
      !getElementTypeOrSelf(op.getIn()).isInteger(8) ||
      type.getNumElements() % bytes != 0)
    return nullptr;
  // What a pack would put in order again.
  int64_t count = type.getNumElements();
  Order order = invertPermutationVector(getOrder(count, 16)), interleaved;
  for (int64_t from : order)
    interleaved.append({from, count});
  ImplicitLocOpBuilder b(op.getLoc(), op);
  Value zero =
      arith::ConstantOp::create(b, b.getZeroAttr(op.getIn().getType()));
  Value halves = vector::ShuffleOp::create(b, op.getIn(), zero, interleaved);
  return permute(b, vector::BitCastOp::create(b, type, halves),
                 invertPermutationVector(order));
}

/// Whether all elements of a vector are the same, or a value is none.
static bool isUniform(Value value) {
  if (auto broadcast = value.getDefiningOp<vector::BroadcastOp>())
    value = broadcast.getSource();
  return !isa<VectorType>(value.getType()) || getSplat(value);
}

Value PackSelector::permuteResult(Operation *op) const {
  if (!OpTrait::hasElementwiseMappableTraits(op) || op->getNumResults() != 1)
    return nullptr;
  std::optional<Permuted> first;
  IRMapping inOrder;
  for (Value operand : op->getOperands()) {
    if (isUniform(operand))
      continue;
    std::optional<Permuted> permuted = matchPermuted(operand);
    // Bytes are permuted where they come to be, whatever becomes of them: no
    // other elements fill as few registers.
    if (!permuted || getElementTypeOrSelf(operand).isInteger(8) ||
        (first && first->order != permuted->order))
      return nullptr;
    first = permuted;
    inOrder.map(operand, permuted->source);
  }
  if (!first)
    return nullptr;
  OpBuilder b(op);
  return permute(b, b.clone(*op, inOrder)->getResult(0), first->order);
}

Value PackSelector::permuteHalves(vector::BitCastOp op) const {
  std::optional<Permuted> permuted = matchPermuted(op.getSource());
  int64_t count = op.getType().getNumElements();
  if (!permuted || static_cast<int64_t>(permuted->order.size()) != 2 * count)
    return nullptr;
  Order order;
  for (int64_t i = 0; i < count; ++i) {
    int64_t low = permuted->order[2 * i];
    if (low % 2 != 0 || permuted->order[2 * i + 1] != low + 1)
      return nullptr;
    order.push_back(low / 2);
  }
  OpBuilder b(op);
  Value result =
      vector::BitCastOp::create(b, op.getLoc(), op.getType(), permuted->source);
  return permute(b, result, order);
}

Value PackSelector::addInAnyOrder(arith::AddIOp op) const {
  auto sum = dyn_cast<BlockArgument>(op.getLhs());
  std::optional<Permuted> permuted = matchPermuted(op.getRhs());
  auto loop = dyn_cast<scf::ForOp>(op->getParentOp());
  if (!sum || !permuted || !loop || sum.getOwner() != loop.getBody() ||
      sum == loop.getInductionVar() || !sum.hasOneUse() ||
      !isUniform(loop.getTiedLoopInit(sum)->get()) ||
      loop.getTiedLoopYieldedValue(sum)->get() != op || !op->hasOneUse() ||
      !llvm::all_of(loop.getTiedLoopResult(sum).getUsers(),
                    llvm::IsaPred<vector::ReductionOp>))
    return nullptr;
  OpBuilder b(op);
  return arith::AddIOp::create(b, op.getLoc(), sum, permuted->source);
}

Value PackSelector::rewrite(Operation *op) const {
  Value result;
  if (auto truncation = dyn_cast<arith::TruncIOp>(op))
    result = narrow(truncation);
  else if (auto extension = dyn_cast<arith::ExtUIOp>(op))
    result = widen(extension);
  else if (auto bitcast = dyn_cast<vector::BitCastOp>(op))
    return permuteHalves(bitcast);
  else if (auto sum = dyn_cast<arith::AddIOp>(op))
    result = addInAnyOrder(sum);
  return result ? result : permuteResult(op);
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

namespace {
struct SelectPacks : public iquant::impl::SelectPacksBase<SelectPacks> {
  void runOnOperation() override {
    LLVM::TargetAttrInterface target = getTarget(getOperation());
    FailureOr<unsigned> bits = chooseVectorBits(getOperation(), /*wanted=*/0);
    if (failed(bits))
      return signalPassFailure();
    if (findPack(target, *bits / 8, /*width=*/16, /*isSigned=*/true).empty())
      return;
    PackSelector selector(target, *bits / 8);
    SmallVector<Operation *> ops;
    getOperation().walk<WalkOrder::PreOrder>(
        [&](Operation *op) { ops.push_back(op); });
    for (Operation *op : ops) {
      Value result = selector.rewrite(op);
      if (!result)
        continue;
      op->getResult(0).replaceAllUsesWith(result);
      op->erase();
    }
  }
};
} // namespace

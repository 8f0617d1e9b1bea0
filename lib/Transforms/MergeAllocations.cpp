//===- MergeAllocations.cpp - Few allocations for a block -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/CacheLine.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_MERGEALLOCATIONS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;

namespace {
/// A buffer that lives in one block.
struct Buffer {
  memref::AllocOp alloc;
  memref::DeallocOp dealloc;
  /// Its bytes: `bytes` times all `factors`.
  int64_t bytes = 1;
  SmallVector<Value> factors;
};

/// Bytes that hold one buffer after the other.
struct Slot {
  /// The most bytes of a buffer, times all factors, which are those of each.
  int64_t bytes = 0;
  SmallVector<Value> factors;
  /// Where the last buffer so far is freed.
  memref::DeallocOp dealloc;
  /// The allocation that it is a part of, and where it begins there.
  Value memory, offset;
};
} // namespace

/// Appends what `size` is a product of.
static void appendFactors(Value size, SmallVectorImpl<Value> &factors) {
  auto apply = size.getDefiningOp<affine::AffineApplyOp>();
  if (apply) {
    AffineExpr x = getAffineSymbolExpr(0, apply.getContext()),
               y = getAffineSymbolExpr(1, apply.getContext());
    if (apply.getAffineMap() == AffineMap::get(0, 2, x * y)) {
      for (Value factor : apply.getMapOperands())
        appendFactors(factor, factors);
      return;
    }
  }
  factors.push_back(size);
}

/// Sets the sizes of a buffer; fails if elements are not whole bytes in a row.
static LogicalResult countBytes(Buffer &buffer) {
  MemRefType type = buffer.alloc.getType();
  if (!type.getLayout().isIdentity() || type.getMemorySpace() ||
      !type.getElementType().isIntOrIndexOrFloat())
    return failure();
  unsigned bits = type.getElementType().isIndex()
                      ? IndexType::kInternalStorageBitWidth
                      : type.getElementTypeBitWidth();
  if (bits % 8 != 0)
    return failure();
  buffer.bytes = bits / 8;
  for (int64_t size : type.getShape())
    if (ShapedType::isStatic(size))
      buffer.bytes *= size;
  for (Value size : buffer.alloc.getDynamicSizes())
    appendFactors(size, buffer.factors);
  return success();
}

/// Where a buffer is freed: in its own block, whatever happens there.
static memref::DeallocOp findDealloc(memref::AllocOp alloc) {
  memref::DeallocOp found;
  for (Operation *user : alloc->getUsers())
    if (auto dealloc = dyn_cast<memref::DeallocOp>(user)) {
      if (found || dealloc->getBlock() != alloc->getBlock())
        return nullptr;
      found = dealloc;
    }
  return found;
}

/// Moves the sizes of `alloc` before `place`, which is in the same block.
static bool moveSizes(RewriterBase &rewriter, memref::AllocOp alloc,
                      Operation *place) {
  SmallVector<Value> behind;
  for (Value size : alloc.getDynamicSizes())
    if (Operation *op = size.getDefiningOp();
        op && op->getBlock() == place->getBlock() &&
        !op->isBeforeInBlock(place))
      behind.push_back(size);
  return behind.empty() ||
         succeeded(moveValueDefinitions(rewriter, behind, place));
}

/// The buffers of a block that one allocation may hold: those whose sizes are
/// known where the first of them is made.
static SmallVector<Buffer> collectBuffers(RewriterBase &rewriter,
                                          Block &block) {
  SmallVector<Buffer> buffers;
  for (auto alloc : block.getOps<memref::AllocOp>()) {
    Buffer buffer;
    buffer.alloc = alloc;
    buffer.dealloc = findDealloc(alloc);
    if (buffer.dealloc && alloc.getSymbolOperands().empty() &&
        succeeded(countBytes(buffer)))
      buffers.push_back(std::move(buffer));
  }
  if (buffers.empty())
    return buffers;
  Operation *place = buffers.front().alloc;
  llvm::erase_if(buffers, [&](const Buffer &buffer) {
    return !moveSizes(rewriter, buffer.alloc, place);
  });
  return buffers;
}

static bool haveSameFactors(const Slot &slot, const Buffer &buffer) {
  return slot.factors.size() == buffer.factors.size() &&
         std::is_permutation(slot.factors.begin(), slot.factors.end(),
                             buffer.factors.begin());
}

/// A slot for `buffer`: of those that are free and of its factors the smallest
/// that has room, else the largest, which grows, else a new one.
static size_t findSlot(std::vector<Slot> &slots, const Buffer &buffer) {
  auto rank = [&](const Slot &slot) {
    bool grows = slot.bytes < buffer.bytes;
    return std::pair(grows, grows ? -slot.bytes : slot.bytes);
  };
  std::optional<size_t> best;
  for (auto [index, slot] : llvm::enumerate(slots))
    if (slot.dealloc->isBeforeInBlock(buffer.alloc) &&
        haveSameFactors(slot, buffer) &&
        (!best || rank(slot) < rank(slots[*best])))
      best = index;
  if (best)
    return *best;
  slots.emplace_back().factors = buffer.factors;
  return slots.size() - 1;
}

/// The bytes of a slot, up to the beginning of the next.
static Value countBytes(ImplicitLocOpBuilder &b, const Slot &slot) {
  Value bytes = arith::ConstantIndexOp::create(b, slot.bytes);
  for (Value factor : slot.factors)
    bytes = b.createOrFold<arith::MulIOp>(bytes, factor);
  Value most = arith::ConstantIndexOp::create(b, iquant::kCacheLine - 1);
  Value mask = arith::ConstantIndexOp::create(b, -iquant::kCacheLine);
  return b.createOrFold<arith::AndIOp>(
      b.createOrFold<arith::AddIOp>(bytes, most), mask);
}

/// Finds a slot for each buffer.
static SmallVector<size_t> assignSlots(ArrayRef<Buffer> buffers,
                                       std::vector<Slot> &slots) {
  SmallVector<size_t> slotOf;
  for (const Buffer &buffer : buffers) {
    slotOf.push_back(findSlot(slots, buffer));
    Slot &slot = slots[slotOf.back()];
    slot.bytes = std::max(slot.bytes, buffer.bytes);
    slot.dealloc = buffer.dealloc;
  }
  return slotOf;
}

/// One allocation, before `place`, that holds all these slots.
static void allocate(Operation *place, ArrayRef<Slot *> slots) {
  ImplicitLocOpBuilder b(place->getLoc(), place);
  Value total = arith::ConstantIndexOp::create(b, 0);
  Operation *last = nullptr;
  for (Slot *slot : slots) {
    slot->offset = total;
    total = b.createOrFold<arith::AddIOp>(total, countBytes(b, *slot));
    if (!last || last->isBeforeInBlock(slot->dealloc))
      last = slot->dealloc;
  }
  auto type = MemRefType::get(ShapedType::kDynamic, b.getI8Type());
  Value memory = memref::AllocOp::create(
      b, type, total, b.getI64IntegerAttr(iquant::kCacheLine));
  for (Slot *slot : slots)
    slot->memory = memory;
  b.setInsertionPointAfter(last);
  memref::DeallocOp::create(b, memory);
}

static void merge(RewriterBase &rewriter, MutableArrayRef<Buffer> buffers,
                  int64_t mostBytes) {
  std::vector<Slot> slots;
  SmallVector<size_t> slotOf = assignSlots(buffers, slots);
  SmallVector<Slot *> small;
  for (Slot &slot : slots)
    if (slot.bytes <= mostBytes)
      small.push_back(&slot);
    else
      allocate(buffers.front().alloc, &slot);
  if (!small.empty())
    allocate(buffers.front().alloc, small);
  for (auto [buffer, index] : llvm::zip_equal(buffers, slotOf)) {
    rewriter.eraseOp(buffer.dealloc);
    rewriter.setInsertionPoint(buffer.alloc);
    rewriter.replaceOpWithNewOp<memref::ViewOp>(
        buffer.alloc, buffer.alloc.getType(), slots[index].memory,
        slots[index].offset, buffer.alloc.getDynamicSizes());
  }
}

namespace {
struct MergeAllocations
    : public iquant::impl::MergeAllocationsBase<MergeAllocations> {
  using MergeAllocationsBase::MergeAllocationsBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    getOperation().walk([&](Block *block) {
      SmallVector<Buffer> buffers = collectBuffers(rewriter, *block);
      if (buffers.size() > 1)
        merge(rewriter, buffers, mostBytes);
    });
  }
};
} // namespace

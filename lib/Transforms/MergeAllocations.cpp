//===- MergeAllocations.cpp - One allocation for many small buffers -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Transforms/Passes.h"

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

/// Every buffer begins at a multiple of a cache line, as it does alone.
static constexpr int64_t kAlignment = 64;

namespace {
/// A buffer that lives in one block.
struct Buffer {
  memref::AllocOp alloc;
  memref::DeallocOp dealloc;
};
} // namespace

/// The bytes of a buffer whose open sizes are 1; none if elements are not whole
/// bytes in a row.
static std::optional<int64_t> countKnownBytes(MemRefType type) {
  if (!type.getLayout().isIdentity() || type.getMemorySpace() ||
      !type.getElementType().isIntOrFloat() ||
      type.getElementTypeBitWidth() % 8 != 0)
    return std::nullopt;
  int64_t bytes = type.getElementTypeBitWidth() / 8;
  for (int64_t size : type.getShape())
    if (!ShapedType::isDynamic(size))
      bytes *= size;
  return bytes;
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

/// The buffers of a block that one allocation may hold: small ones, whose sizes
/// are known where the first of them is made.
static SmallVector<Buffer> collectBuffers(RewriterBase &rewriter, Block &block,
                                          int64_t mostBytes) {
  SmallVector<Buffer> buffers;
  for (auto alloc : block.getOps<memref::AllocOp>()) {
    std::optional<int64_t> bytes = countKnownBytes(alloc.getType());
    if (!bytes || *bytes > mostBytes || !alloc.getSymbolOperands().empty())
      continue;
    if (memref::DeallocOp dealloc = findDealloc(alloc))
      buffers.push_back({alloc, dealloc});
  }
  if (buffers.empty())
    return buffers;
  Operation *place = buffers.front().alloc;
  llvm::erase_if(buffers, [&](const Buffer &buffer) {
    return !moveSizes(rewriter, buffer.alloc, place);
  });
  return buffers;
}

/// The size of a buffer, up to the beginning of the next.
static Value countBytes(ImplicitLocOpBuilder &b, memref::AllocOp alloc) {
  Value bytes =
      arith::ConstantIndexOp::create(b, *countKnownBytes(alloc.getType()));
  for (Value size : alloc.getDynamicSizes())
    bytes = b.createOrFold<arith::MulIOp>(bytes, size);
  Value most = arith::ConstantIndexOp::create(b, kAlignment - 1);
  Value mask = arith::ConstantIndexOp::create(b, -kAlignment);
  return b.createOrFold<arith::AndIOp>(
      b.createOrFold<arith::AddIOp>(bytes, most), mask);
}

static void merge(RewriterBase &rewriter, MutableArrayRef<Buffer> buffers) {
  memref::AllocOp first = buffers.front().alloc;
  ImplicitLocOpBuilder b(first.getLoc(), first);
  Value total = arith::ConstantIndexOp::create(b, 0);
  SmallVector<Value> offsets;
  for (const Buffer &buffer : buffers) {
    offsets.push_back(total);
    total = b.createOrFold<arith::AddIOp>(total, countBytes(b, buffer.alloc));
  }
  auto type = MemRefType::get(ShapedType::kDynamic, b.getI8Type());
  Value all =
      memref::AllocOp::create(b, type, total, b.getI64IntegerAttr(kAlignment));
  Operation *last = buffers.front().dealloc;
  for (auto [buffer, offset] : llvm::zip_equal(buffers, offsets)) {
    if (last->isBeforeInBlock(buffer.dealloc))
      last = buffer.dealloc;
    rewriter.setInsertionPoint(buffer.alloc);
    rewriter.replaceOpWithNewOp<memref::ViewOp>(
        buffer.alloc, buffer.alloc.getType(), all, offset,
        buffer.alloc.getDynamicSizes());
  }
  b.setInsertionPoint(last);
  memref::DeallocOp::create(b, all);
  for (const Buffer &buffer : buffers)
    rewriter.eraseOp(buffer.dealloc);
}

namespace {
struct MergeAllocations
    : public iquant::impl::MergeAllocationsBase<MergeAllocations> {
  using MergeAllocationsBase::MergeAllocationsBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    getOperation().walk([&](Block *block) {
      SmallVector<Buffer> buffers = collectBuffers(rewriter, *block, mostBytes);
      if (buffers.size() > 1)
        merge(rewriter, buffers);
    });
  }
};
} // namespace

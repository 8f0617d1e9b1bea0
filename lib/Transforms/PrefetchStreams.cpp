//===- PrefetchStreams.cpp - Ask for memory before it is read -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/CacheLine.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Utils/Utils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_PREFETCHSTREAMS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;

/// The shortest steps, in bytes, that are worth unrolling to a cache line.
static constexpr int64_t kShortestStep = 8;
/// Bytes that are certainly not all in a first-level cache already.
static constexpr int64_t kLeastSize = 64 * 1024;

namespace {
/// A read whose next one, a step of a loop later, is of the bytes behind it.
struct Stream {
  vector::TransferReadOp read;
  /// Which of its positions is that of the loop.
  unsigned dimension;
  /// Bytes of one step.
  int64_t bytes;
};
} // namespace

/// Whether `read` is of a buffer of bytes that no cache holds.
static bool isOfLargeBuffer(vector::TransferReadOp read) {
  auto type = dyn_cast<MemRefType>(read.getBase().getType());
  return type && type.hasStaticShape() && type.getLayout().isIdentity() &&
         type.getElementType().isInteger(8) &&
         type.getNumElements() >= kLeastSize;
}

/// The only read of a large buffer in a loop; none if there are several, which
/// share the work that hides their waiting.
static vector::TransferReadOp findOnlyRead(scf::ForOp loop) {
  vector::TransferReadOp found;
  for (Operation &op : *loop.getBody()) {
    auto read = dyn_cast<vector::TransferReadOp>(op);
    bool isLarge = read && isOfLargeBuffer(read);
    if (op.getNumRegions() != 0 || (isLarge && found))
      return nullptr;
    if (isLarge)
      found = read;
  }
  return found;
}

/// Whether `read` is a stream of steps of `loop`, and which.
static std::optional<Stream> matchStream(vector::TransferReadOp read,
                                         scf::ForOp loop) {
  auto indices = read.getIndices();
  auto position = llvm::find(indices, loop.getInductionVar());
  if (!isConstantIntValue(loop.getStep(), 1) || position == indices.end())
    return std::nullopt;
  unsigned dimension = position - indices.begin();
  auto type = cast<MemRefType>(read.getBase().getType());
  int64_t bytes = llvm::product_of(type.getShape().drop_front(dimension + 1));
  bool isWholeStep =
      llvm::all_of(indices.drop_front(dimension + 1),
                   [](Value index) { return isConstantIntValue(index, 0); }) &&
      read.getVectorType().getNumElements() == bytes;
  bool isInPlace =
      llvm::all_of(indices.take_front(dimension), [&](Value index) {
        return loop.isDefinedOutsideOfLoop(index);
      });
  if (!isWholeStep || !isInPlace || bytes < kShortestStep)
    return std::nullopt;
  return Stream{read, dimension, bytes};
}

/// Asks once for every line, `distance` bytes before it is read: for the next
/// rows of the buffer. Behind its end that does nothing.
static void prefetch(scf::ForOp loop, Stream stream, int64_t distance) {
  Value buffer = stream.read.getBase();
  SmallVector<Value> position(stream.read.getIndices());
  if (int64_t steps = iquant::kCacheLine / stream.bytes; steps > 1) {
    auto unrolled = loopUnrollByFactor(loop, steps);
    if (failed(unrolled) || !unrolled->mainLoopOp)
      return;
    loop = *unrolled->mainLoopOp;
  }
  auto b = ImplicitLocOpBuilder::atBlockBegin(loop.getLoc(), loop.getBody());
  Value ahead = arith::ConstantIndexOp::create(
      b, llvm::divideCeil(distance, stream.bytes));
  position[stream.dimension] =
      arith::AddIOp::create(b, loop.getInductionVar(), ahead);
  memref::PrefetchOp::create(b, buffer, position, /*isWrite=*/false,
                             /*localityHint=*/3, /*isDataCache=*/true);
}

namespace {
struct PrefetchStreams
    : public iquant::impl::PrefetchStreamsBase<PrefetchStreams> {
  using PrefetchStreamsBase::PrefetchStreamsBase;

  void runOnOperation() override {
    SmallVector<scf::ForOp> loops;
    getOperation().walk([&](scf::ForOp loop) { loops.push_back(loop); });
    for (scf::ForOp loop : loops)
      if (vector::TransferReadOp read = findOnlyRead(loop))
        if (auto stream = matchStream(read, loop))
          prefetch(loop, *stream, distance);
  }
};
} // namespace

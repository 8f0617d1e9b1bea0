//===- AttentionLoops.cpp - Attention by blocks of queries ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/AttentionLoops.h"

#include "iquant/Support/ParallelLoop.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::iquant;

/// Rows of a block, queries times heads: as many as a matrix kernel keeps in
/// the first cache, and few enough that the scores of a thousand keys stay in
/// the second.
static constexpr int64_t kBlockRows = 64;

/// A power of two, which divides the length of most prompts that are cut.
int64_t AttentionLoops::queryBlock() const {
  return llvm::bit_floor<uint64_t>(
      std::max<int64_t>(kBlockRows / shape.headsPerBlock, 1));
}

Value AttentionLoops::value(OpFoldResult size) {
  return getValueOrCreateConstantIndexOp(b, b.getLoc(), size);
}

OpFoldResult AttentionLoops::channelOf(Value head) {
  return b.createOrFold<arith::MulIOp>(head, value(index(shape.width)));
}

AttentionBlock AttentionLoops::makeBlock(Value batch, Value firstHead,
                                         Value firstQuery) {
  int64_t group = shape.heads / shape.kvHeads;
  Value kvHead = b.createOrFold<arith::DivUIOp>(firstHead, value(index(group)));
  int64_t mostRows = queryBlock();
  std::optional<int64_t> known = getConstantIntValue(shape.queries);
  OpFoldResult rows;
  if (known && (*known <= mostRows || *known % mostRows == 0)) {
    rows = index(std::min(*known, mostRows));
  } else {
    Value rest = arith::SubIOp::create(b, value(shape.queries), firstQuery);
    rows =
        OpFoldResult(arith::MinUIOp::create(b, rest, value(index(mostRows))));
  }
  // The queries are the last positions: query 0 is at key T - S.
  Value shift =
      b.createOrFold<arith::SubIOp>(value(shape.keys), value(shape.queries));
  Value lastKey = b.createOrFold<arith::AddIOp>(firstQuery, shift);
  OpFoldResult seen = shape.keys;
  if (shape.causal) {
    Value end = arith::AddIOp::create(b, lastKey, value(rows));
    seen = OpFoldResult(arith::MaxSIOp::create(b, end, value(index(0))));
  }
  return {batch, firstHead, kvHead, firstQuery, rows, seen, lastKey};
}

Value AttentionLoops::build(
    Type elementType, function_ref<Value(const AttentionBlock &, Value)> body) {
  OpFoldResult channels = index(shape.heads * shape.width);
  Value empty = tensor::EmptyOp::create(
      b, {shape.batches, shape.queries, channels}, elementType);
  return fillInParallel(
      b, empty, {shape.batches, index(shape.heads), shape.queries},
      {index(1), index(shape.headsPerBlock), index(queryBlock())},
      [&](ValueRange position, Value result) -> FilledPart {
        AttentionBlock block = makeBlock(position[0], position[1], position[2]);
        Value written = body(block, sliceQueries(block, result));
        return {written,
                {block.batch, block.firstQuery, channelOf(block.firstHead)},
                {index(1), block.queries, index(blockWidth())}};
      });
}

Value AttentionLoops::slice(Value tensor, ArrayRef<OpFoldResult> offsets,
                            ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> allSizes, kept;
  for (OpFoldResult size : sizes) {
    allSizes.push_back(size ? size : index(1));
    if (size)
      kept.push_back(size);
  }
  auto type = RankedTensorType::get(decomposeMixedValues(kept).first,
                                    getElementTypeOrSelf(tensor.getType()));
  SmallVector<OpFoldResult> strides(sizes.size(), index(1));
  return tensor::ExtractSliceOp::create(b, type, tensor, offsets, allSizes,
                                        strides);
}

Value AttentionLoops::sliceQueries(const AttentionBlock &block, Value tensor) {
  return slice(tensor,
               {block.batch, block.firstQuery, channelOf(block.firstHead)},
               {OpFoldResult(), block.queries, index(blockWidth())});
}

Value AttentionLoops::sliceKeys(const AttentionBlock &block, Value tensor) {
  return slice(tensor, {block.batch, index(0), channelOf(block.kvHead)},
               {OpFoldResult(), block.keys, index(shape.width)});
}

Value AttentionLoops::sliceMask(const AttentionBlock &block, Value mask) {
  if (cast<RankedTensorType>(mask.getType()).getRank() == 2)
    return slice(mask, {block.batch, index(0)}, {OpFoldResult(), block.keys});
  return slice(mask, {block.batch, block.firstQuery, index(0)},
               {OpFoldResult(), block.queries, block.keys});
}

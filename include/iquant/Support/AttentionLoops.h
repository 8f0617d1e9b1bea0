//===- AttentionLoops.h - Attention by blocks of queries --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops over batch, head and block of queries that every lowering of
// attention has, float or integer: only one block's scores exist at a time.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_ATTENTIONLOOPS_H
#define IQUANT_SUPPORT_ATTENTIONLOOPS_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::iquant {

/// Some queries of one head, or of heads side by side that share their keys,
/// and the keys that they may see.
struct AttentionBlock {
  Value batch, firstHead, kvHead, firstQuery;
  OpFoldResult queries, keys;
  /// Query `i` of the block sees no key after `lastKey + i`.
  Value lastKey;
};

/// What the loops need to know of an attention.
struct AttentionShape {
  int64_t heads, kvHeads, width;
  /// 1, or as many as share their keys.
  int64_t headsPerBlock;
  bool causal;
  OpFoldResult batches, queries, keys;
};

class AttentionLoops {
public:
  AttentionLoops(ImplicitLocOpBuilder &builder, const AttentionShape &shape)
      : b(builder), shape(shape) {}

  /// Fills a tensor `[batches, queries, channels]`: `body` writes the
  /// `[queries, channels]` of a block to the destination that it is given.
  Value build(Type elementType,
              function_ref<Value(const AttentionBlock &, Value)> body);

  /// A block's part of `[batches, queries, channels]`: `[queries, channels]` of
  /// its heads.
  Value sliceQueries(const AttentionBlock &block, Value tensor);
  /// A block's part of `[batches, keys, channels]`: `[keys, width]`.
  Value sliceKeys(const AttentionBlock &block, Value tensor);
  /// A block's part of a mask, `[batches, keys]` or `[batches, queries, keys]`:
  /// `[keys]` or `[queries, keys]`.
  Value sliceMask(const AttentionBlock &block, Value mask);

  /// The part of `tensor` at `offsets`; an absent size is 1 and dropped.
  Value slice(Value tensor, ArrayRef<OpFoldResult> offsets,
              ArrayRef<OpFoldResult> sizes);

private:
  AttentionBlock makeBlock(Value batch, Value head, Value firstQuery);
  /// The first channel of a head.
  OpFoldResult channelOf(Value head);
  /// Queries and channels of a whole block.
  int64_t queryBlock() const;
  int64_t blockWidth() const { return shape.headsPerBlock * shape.width; }
  OpFoldResult index(int64_t value) { return b.getIndexAttr(value); }
  Value value(OpFoldResult size);

  ImplicitLocOpBuilder &b;
  AttentionShape shape;
};

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_ATTENTIONLOOPS_H

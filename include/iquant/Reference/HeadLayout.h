//===- HeadLayout.h - Which keys a query head reads -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the conventions on heads, masks and caches that both dialects share.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_REFERENCE_HEADLAYOUT_H
#define IQUANT_REFERENCE_HEADLAYOUT_H

#include "iquant/Reference/Tensor.h"

#include "mlir/IR/Operation.h"

namespace mlir::iquant::reference {

/// Batches, heads, grouped queries, mask and causality of an attention op.
struct HeadLayout {
  /// A valid key: its head, counted over all rows, and its position.
  struct Key {
    int64_t head, position;
  };

  /// Checks the sizes that are known at run time only.
  static FailureOr<HeadLayout> get(Operation *op, const Tensor &query,
                                   const Tensor &key, const Tensor &value,
                                   const Tensor *mask,
                                   std::optional<int64_t> offset, int64_t heads,
                                   int64_t kvHeads, bool causal);

  /// Calls `function` for every head of every query, counted over all rows,
  /// with its valid keys in order.
  void forEachQuery(llvm::function_ref<void(int64_t head, ArrayRef<Key> valid)>
                        function) const;

  int64_t batches, queries, keys, heads, kvHeads;
  /// The position of the first query, and the first one that no key is of.
  int64_t offset, end;
  bool causal;
  /// Null when absent.
  const Tensor *mask;
  bool maskPerQuery;
};

/// A row for every sequence of `input`. Calls `function` for each of its
/// elements, which it sets from those of the same channel in the rows that the
/// mask admits; `elements` are their positions in `input`. Fails on a mask of
/// another shape.
FailureOr<Tensor> poolRows(Operation *op, const Tensor &input,
                           const Tensor &mask,
                           llvm::function_ref<void(Tensor &result, int64_t i,
                                                   ArrayRef<int64_t> elements)>
                               function);

/// A cache with `rows` from `offset` of `dimension`, its positions, on. Fails
/// on rows that it has no place for.
FailureOr<Tensor> updateRows(Operation *op, Tensor cache, const Tensor &rows,
                             int64_t dimension, int64_t offset);

/// Two channels of a head that rotate together: their places in the tensor,
/// their row, counted through all batches, and the number of the pair.
struct RotatedPair {
  int64_t a, b, row, pair;
};

/// Calls `function` for every pair of channels that rotates together.
void forEachRotatedPair(ArrayRef<int64_t> shape, int64_t heads,
                        bool interleaved,
                        llvm::function_ref<void(RotatedPair)> function);

/// The position of every row of a tensor of this shape, through all batches:
/// counted from an offset, or the elements of a tensor for one batch or all.
SmallVector<int64_t> getPositions(const Tensor &position,
                                  ArrayRef<int64_t> shape);

} // namespace mlir::iquant::reference

#endif // IQUANT_REFERENCE_HEADLAYOUT_H

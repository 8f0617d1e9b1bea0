//===- Attention.h - Scores by blocks of queries ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the part of the lowering of attention that observers of its scores
// share.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_ATTENTION_H
#define IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_ATTENTION_H

#include "RowSpace.h"

#include "dialects/Transformer/Transformer.h"
#include "iquant/Support/AttentionLoops.h"

namespace mlir::iquant::to_linalg {

/// Whether a batch, query or key is known not to be there; then there are no
/// scores to loop over.
bool isKnownEmpty(transformer::AttentionOp op);

/// The loops over the blocks of an attention, and the scores of a block.
class ScoreLoops {
public:
  ScoreLoops(ImplicitLocOpBuilder &builder, transformer::AttentionOp op);

  AttentionLoops &getLoops() { return loops; }
  /// The values, with a batch, of the keys that exist.
  Value getValue() const { return value; }
  /// The type in which scores and sums are computed.
  Type getSumType() const { return sumType; }
  /// The scaled scores of a block, `[queries, keys]`; minus infinity where the
  /// key is not valid for the query.
  Value createScores(const AttentionBlock &block);
  /// The space that they fill.
  RowSpace getSpace(const AttentionBlock &block);

private:
  AttentionShape takeKeysInUse();

  ImplicitLocOpBuilder &b;
  transformer::AttentionOp op;
  /// With a batch as first dimension, whether the op has one or not.
  Value query, key, value, mask;
  Type sumType;
  AttentionLoops loops;
};

} // namespace mlir::iquant::to_linalg

#endif // IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_ATTENTION_H

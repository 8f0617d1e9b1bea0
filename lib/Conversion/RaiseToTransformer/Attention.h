//===- Attention.h - The parts of an attention ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_ATTENTION_H
#define IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_ATTENTION_H

#include "Site.h"

namespace mlir::iquant::raise {

/// What is added to a score that does not count is this or less: -1e4 as bf16.
inline constexpr double kMasked = -9984;

/// The parts of `softmax(scale * query . key + mask) . value` as terms, and the
/// variables that they have in common.
struct Parts {
  Term query, key, value;
  double scale = 1;
  /// What is added to the scores.
  Sum mask;
  /// Truth values that take scores away, and which of both does.
  SmallVector<std::pair<Term, bool>> selects;
  /// Batch, head, head of keys and values, position of query, position of key.
  AffineExpr batch, head, kvHead, queryPosition, keyPosition;
  /// Channels of a head of queries and keys, and of values.
  AffineExpr channel, valueChannel;
};

/// Which keys count for which queries.
struct Mask {
  bool causal = false;
  /// Whether the first query stands at the first key, also where there may be
  /// more keys than queries; else the last ones meet.
  bool isFromStart = false;
  /// Null where all keys count, or those that a causal mask leaves.
  DenseElementsAttr valid;
  /// An element that is not known and says, beside that, whether a key counts:
  /// a float above `kMasked`, and another number where it is `value`, or where
  /// it is not. Null where there is none.
  Term unknown;
  int64_t value = 0;
  bool countsIfEqual = false;
};

/// The attention of a key position and a value, where `weight` is what values
/// are multiplied with, or depends on the same indices, `query` the index of
/// the result that counts queries, or 0, and the scores are `scale * score`.
Raised createAttention(Site &site, Parts parts, const Term &weight,
                       AffineExpr query, const Term &score, double scale = 1);

/// Judges a mask by its values; none where they are not those of a mask, for a
/// reason.
std::optional<Mask> getMask(Site &site, const Parts &parts,
                            std::string &reason);

/// The mask as a tensor of truth values, a null value where causality says it
/// all.
FailureOr<Value> createMask(Site &site, const Parts &parts, const Mask &mask);

} // namespace mlir::iquant::raise

#endif // IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_ATTENTION_H

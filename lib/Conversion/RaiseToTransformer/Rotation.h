//===- Rotation.h - Rotated pairs of channels -------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of the two channels of a pair, one becomes `a * cos - b * sin` and the other
// `b * cos + a * sin`, whatever cosines and sines are.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_ROTATION_H
#define IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_ROTATION_H

#include "Site.h"

#include "dialects/Transformer/Transformer.h"

namespace mlir::iquant::raise {

/// More variables than the indices of a formula have.
inline constexpr unsigned kMaxVariables = 32;

/// The pairs `(step * i, step * i + distance)` of the channels of a head, `i`
/// the variable `pair`.
struct Pairing {
  AffineExpr pair;
  int64_t step, distance;
  transformer::RopePairing kind;

  AffineExpr getFirst() const { return pair * step; }
  AffineExpr getSecond() const { return pair * step + distance; }
};

/// What rotates pairs: for the results of either channel the cosine and the
/// sine of the angle.
struct Rotation {
  std::array<Term, 2> cosines, sines;
  /// The tensors on the way to a channel of a pair, at any channel.
  SmallVector<Term> path;

  std::array<Term, 4> getTables() const {
    return {cosines[0], cosines[1], sines[0], sines[1]};
  }
};

/// first * cosine - second * sine, second * cosine + first * sine
///
/// None where the formula is another. The path is empty where the channels are
/// not those of a tensor.
std::optional<Rotation> getRotation(Site &site, const Pairing &pairing);

/// Whether the elements of a term are known numbers.
bool isKnown(Reader &reader, const Term &term);

/// A tensor whose rows are positions, with this many heads in its channels.
struct Packed {
  Term rows;
  int64_t heads;
};

/// Of the tensors on the way to an element of one head, that of all heads that
/// these terms do not depend on; where there is none, the nearest to the
/// producer that has positions as rows.
std::optional<Packed> getPacked(Site &site, const Rotation &rotation,
                                AffineExpr position);

/// The indices that count rows, and their extents.
struct Rows {
  Indices indices;
  SmallVector<int64_t> shape;
};

/// The rows of what is rotated, or only the positions where these terms, which
/// have so many dimensions of channels, depend on nothing else.
Rows getRows(Site &site, const Packed &packed, AffineExpr position,
             ArrayRef<Term> terms, size_t channelRank);

/// The tensor that has for every row and channel of a head what the channels of
/// its pair have; null where there is none.
Value getPerChannel(Site &site, const Rows &rows, const Pairing &pairing,
                    const std::array<Term, 2> &terms);

} // namespace mlir::iquant::raise

#endif // IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_ROTATION_H

//===- Heads.h - Heads among the indices of a term --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where other IR has dimensions for heads, the dialect has them in channels.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_HEADS_H
#define IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_HEADS_H

#include "Site.h"

namespace mlir::iquant::raise {

/// The variables that an index is the row-major place of, the outermost first,
/// if they span a dimension of this size.
std::optional<Indices> getDigits(const IndexSpace &space, AffineExpr expr,
                                 int64_t size);

/// A variable that counts batches and heads together, as one for each.
struct BatchAndHead {
  AffineExpr batch, head;
  /// `batch * heads + head`
  AffineExpr joined;
};

/// Takes a variable apart at the number of heads that the indices on the way to
/// `element` are divided by; without one, all are heads.
BatchAndHead splitBatch(Site &site, const Term &element, AffineExpr variable);

/// The variable that counts the heads which are packed into the channels of
/// what `element` is read from; null where none are.
AffineExpr getPackedHead(Site &site, const Term &element, AffineExpr channel);

} // namespace mlir::iquant::raise

#endif // IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_HEADS_H

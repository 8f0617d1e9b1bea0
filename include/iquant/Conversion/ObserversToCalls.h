//===- ObserversToCalls.h - What observers call -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions that a host provides to a module whose observers were converted
// by `convert-observers-to-calls`.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_CONVERSION_OBSERVERSTOCALLS_H
#define IQUANT_CONVERSION_OBSERVERSTOCALLS_H

#include "llvm/ADT/StringRef.h"

namespace mlir::iquant {

/// `(observer, number, rows)`: rows of the value of the observer of this
/// number.
constexpr llvm::StringLiteral kObserveRows = "iquant_observe_rows";
/// `(observer, number, head, scores)`: scores of one head, a row per query,
/// minus infinity where a key is masked out.
constexpr llvm::StringLiteral kObserveScores = "iquant_observe_scores";

} // namespace mlir::iquant

#endif // IQUANT_CONVERSION_OBSERVERSTOCALLS_H

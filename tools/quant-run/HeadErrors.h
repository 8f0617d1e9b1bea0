//===- HeadErrors.h - What the softmax of each head loses -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Looks at an attention head by head: at its scores, at the codes of few bits
// that its integer form makes of them, and at what that costs.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TOOLS_QUANT_RUN_HEADERRORS_H
#define IQUANT_TOOLS_QUANT_RUN_HEADERRORS_H

#include "iquant/Reference/Tensor.h"

#include "dialects/IQuant/IQuant.h"
#include "dialects/Transformer/Transformer.h"

#include <array>

namespace mlir::iquant::run {

/// The softmax of one head. Scores are relative to the largest of their row.
struct HeadError {
  /// Bits of a code, and the score from which on all have the last one; of a
  /// published form those of the scores, or of their codes, and the score from
  /// which on keys weigh nothing.
  unsigned bits;
  double clip;
  /// What each code, or each of equal steps to the clip, weighs, the first 1,
  /// and the scores from which on a code is the next.
  std::vector<double> weights, ends;
  /// Of all scores of valid keys.
  double deviation;
  /// How much of a row's probability is that of keys beyond the clip, on
  /// average over the rows.
  double lostMass;
  /// The ratio of the float result on the same values to the error, in dB.
  double snr;
  /// How many scores lie in each of equal parts of `kLowestScore` to 0; those
  /// below are in the first one.
  static constexpr double kLowestScore = -16;
  std::array<int64_t, 32> histogram;
};

/// Every head of an attention. `operands` are those of the float op, `expected`
/// its result and `actual` that of the integer op. Empty if queries or keys are
/// constants, or if the operands do not fit together.
std::vector<HeadError> measureHeads(AttentionOp op,
                                    transformer::AttentionOp reference,
                                    ArrayRef<reference::Tensor> operands,
                                    const reference::Tensor &expected,
                                    const reference::Tensor &actual);

} // namespace mlir::iquant::run

#endif // IQUANT_TOOLS_QUANT_RUN_HEADERRORS_H

//===- SoftmaxClip.h - Clips of the input of a softmax ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares EXAQ's clips of a softmax's input (arXiv 2410.03185): the published
// line, and the expected error of the exponential that it comes from.
//
// The input of a softmax, minus the largest of its row, is a number `x <= 0`. A
// clip `C < 0` replaces what is below it by `C`, and steps of equal width
// divide `C .. 0`.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_ANALYSIS_SOFTMAXCLIP_H
#define IQUANT_ANALYSIS_SOFTMAXCLIP_H

#include <optional>

namespace mlir::iquant {

/// The clip that was published for codes of `bits`, a line over the deviation
/// of the inputs; none but for 2, 3 and 4 bits.
std::optional<double> getPublishedClip(unsigned bits, double deviation);

/// Inputs as the rule's analysis takes them: a Gaussian, cut off at 0. `mean`
/// is at most 0, `deviation` positive; both are those before the cut.
struct ScoreDistribution {
  double mean, deviation;
};

/// The expected squared error of `exp(x)` under a clip and uniform steps, with
/// `f` the density of `x` and `d = |clip| / steps`:
///
///   d^2 / 12 * Int_{clip..0} e^(2 x) f(x) dx
///     + Int_{-inf..clip} (e^x - e^clip)^2 f(x) dx
///
/// The first term is the noise of rounding, which the exponential multiplies
/// with its slope, the second that of clipping. The published figures have
/// `2^bits` steps.
double getExponentialError(const ScoreDistribution &scores, double clip,
                           double steps);

/// The clip at which that error is smallest.
double findLeastErrorClip(const ScoreDistribution &scores, double steps);

} // namespace mlir::iquant

#endif // IQUANT_ANALYSIS_SOFTMAXCLIP_H

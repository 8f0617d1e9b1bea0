//===- SoftmaxClip.cpp - Where to clip the input of an exponential --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Analysis/SoftmaxClip.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace mlir;
using namespace mlir::iquant;

std::optional<double> mlir::iquant::getPublishedClip(unsigned bits,
                                                     double deviation) {
  switch (bits) {
  case 2:
    return -1.66 * deviation - 1.85;
  case 3:
    return -1.75 * deviation - 2.06;
  case 4:
    return -1.83 * deviation - 2.27;
  default:
    return std::nullopt;
  }
}

//===----------------------------------------------------------------------===//
// Expected error
//===----------------------------------------------------------------------===//

/// `e^(x^2) * erfc(x)` for `x >= 0`, where its factors would over- and
/// underflow.
static double scaledErfc(double x) {
  if (x < 25)
    return std::exp(x * x) * std::erfc(x);
  double y = 1 / (2 * x * x);
  return llvm::numbers::inv_sqrtpi / x * (1 - y * (1 - 3 * y * (1 - 5 * y)));
}

/// `Int_{-inf..end} e^(a x) g(x) dx`, `g` the whole Gaussian and `end <= 0`:
/// `e^(a mean + a^2 deviation^2 / 2)` times the distribution function at `z`.
static double integrateExponential(const ScoreDistribution &scores, double a,
                                   double end) {
  auto [mean, deviation] = scores;
  double distance = (end - mean) / deviation, z = distance - a * deviation;
  double tail = -z / llvm::numbers::sqrt2;
  if (z < 0)
    return std::exp(a * end - distance * distance / 2) * scaledErfc(tail) / 2;
  return std::exp(a * mean + a * a * deviation * deviation / 2) *
         std::erfc(tail) / 2;
}

double mlir::iquant::getExponentialError(const ScoreDistribution &scores,
                                         double clip, double steps) {
  assert(scores.mean <= 0 && scores.deviation > 0 && clip <= 0 && steps > 0 &&
         "expects inputs that are not positive");
  auto integral = [&](double a, double end) {
    return integrateExponential(scores, a, end);
  };
  double step = clip / steps, least = std::exp(clip);
  double rounding = step * step / 12 * (integral(2, 0) - integral(2, clip));
  double clipping = integral(2, clip) - 2 * least * integral(1, clip) +
                    least * least * integral(0, clip);
  return (rounding + clipping) / integral(0, 0);
}

//===----------------------------------------------------------------------===//
// Least error
//===----------------------------------------------------------------------===//

double mlir::iquant::findLeastErrorClip(const ScoreDistribution &scores,
                                        double steps) {
  // The error has minima at scales of the deviation, or of the exponential,
  // whichever is smaller; neither inputs nor exponentials reach further.
  double unit = std::min(scores.deviation, 1.0);
  double furthest = std::min(-scores.mean + 12 * scores.deviation, 60.0);
  auto error = [&](double clip) {
    return getExponentialError(scores, clip, steps);
  };
  double best = -unit / 8, leastError = error(best);
  for (double clip = best; clip >= -furthest; clip -= unit / 8)
    if (double candidate = error(clip); candidate < leastError) {
      best = clip;
      leastError = candidate;
    }
  // By golden sections between the neighbours.
  constexpr double kSection = 1 / llvm::numbers::phi;
  double low = best - unit / 8, high = best + unit / 8;
  while (high - low > 1e-9 * unit) {
    double width = kSection * (high - low);
    if (error(high - width) < error(low + width))
      high = low + width;
    else
      low = high - width;
  }
  return (low + high) / 2;
}

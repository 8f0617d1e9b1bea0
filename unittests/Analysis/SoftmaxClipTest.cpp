//===- SoftmaxClipTest.cpp - Where to clip the input of an exponential ----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks the closed form against numerical integration, and its minima against
// published figures.
//
//===----------------------------------------------------------------------===//

#include "iquant/Analysis/SoftmaxClip.h"

#include "gtest/gtest.h"

#include <cmath>
#include <functional>
#include <vector>

using namespace mlir::iquant;

namespace {

/// Simpson's rule on pieces no wider than `unit / 64`.
double integrate(double from, double to, double unit,
                 const std::function<double(double)> &f) {
  int pieces = std::ceil((to - from) / unit * 64);
  double width = (to - from) / pieces, sum = 0;
  for (int i = 0; i < pieces; ++i) {
    double start = from + i * width;
    sum += f(start) + 4 * f(start + width / 2) + f(start + width);
  }
  return sum * width / 6;
}

/// The definition of the error, integrated as it stands.
double integrateError(ScoreDistribution scores, double clip, double steps) {
  double mean = scores.mean, deviation = scores.deviation;
  auto density = [&](double x) {
    double z = (x - mean) / deviation;
    return std::exp(-z * z / 2);
  };
  double unit = std::min(deviation, 1.0), d = clip / steps;
  double least = std::min(mean - 14 * deviation, clip - 14 * deviation);
  double rounding = integrate(clip, 0, unit, [&](double x) {
    return d * d / 12 * std::exp(2 * x) * density(x);
  });
  double clipping = integrate(least, clip, unit, [&](double x) {
    double difference = std::exp(x) - std::exp(clip);
    return difference * difference * density(x);
  });
  return (rounding + clipping) / integrate(least, 0, unit, density);
}

TEST(SoftmaxClip, PublishedLines) {
  EXPECT_DOUBLE_EQ(*getPublishedClip(2, 1), -3.51);
  EXPECT_DOUBLE_EQ(*getPublishedClip(3, 2), -5.56);
  EXPECT_DOUBLE_EQ(*getPublishedClip(4, 3), -7.76);
  EXPECT_DOUBLE_EQ(*getPublishedClip(2, 0), -1.85);
  for (unsigned bits : {0, 1, 5, 8})
    EXPECT_FALSE(getPublishedClip(bits, 1));
}

TEST(SoftmaxClip, ErrorIsTheIntegral) {
  for (double deviation : {0.01, 0.1, 0.5, 1.0, 2.0, 3.4, 10.0})
    for (double ratio : {0.0, 0.5, 2.65, 3.8, 8.0})
      for (double clip : {-0.05, -0.5, -1.0, -3.0, -6.0, -12.0})
        for (double steps : {1.0, 3.0, 4.0, 16.0, 255.0}) {
          ScoreDistribution scores{-ratio * deviation, deviation};
          double expected = integrateError(scores, clip, steps);
          EXPECT_NEAR(getExponentialError(scores, clip, steps) / expected, 1,
                      1e-6)
              << "mean " << scores.mean << ", deviation " << deviation
              << ", clip " << clip << ", steps " << steps;
        }
}

TEST(SoftmaxClip, ErrorIsFiniteForAnyDeviation) {
  for (double deviation : {1e-6, 30.0, 100.0, 1e4})
    for (double clip : {-1e-6, -1.0, -30.0}) {
      double error = getExponentialError({-2 * deviation, deviation}, clip, 4);
      EXPECT_TRUE(error >= -1e-15 && error < 5) << deviation << ", " << clip;
    }
}

TEST(SoftmaxClip, NoOtherClipHasALesserError) {
  for (double deviation : {0.02, 0.3, 1.0, 3.4, 10.0, 50.0})
    for (double ratio : {0.0, 1.0, 2.65, 3.8})
      for (double steps : {2.0, 4.0, 8.0, 256.0}) {
        ScoreDistribution scores{-ratio * deviation, deviation};
        double clip = findLeastErrorClip(scores, steps);
        double least = getExponentialError(scores, clip, steps);
        for (double factor = 0.01; factor < 8; factor *= 1.01)
          EXPECT_GE(getExponentialError(scores, clip * factor, steps),
                    least * (1 - 1e-9))
              << "deviation " << deviation << ", ratio " << ratio << ", steps "
              << steps << ", clip " << clip << " times " << factor;
      }
}

/// The published lines are those of a mean of -3.8 deviations, which nobody
/// says; the constants differ in the second place.
TEST(SoftmaxClip, LeastErrorsLieOnThePublishedLines) {
  for (unsigned bits : {2, 3, 4}) {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (double deviation = 0.1; deviation < 3.45; deviation += 0.1) {
      double clip =
          findLeastErrorClip({-3.8 * deviation, deviation}, std::exp2(bits));
      n += 1, x += deviation, y += clip;
      xx += deviation * deviation, xy += deviation * clip;
    }
    double slope = (n * xy - x * y) / (n * xx - x * x);
    double intercept = (y - slope * x) / n;
    double published = *getPublishedClip(bits, 0);
    EXPECT_NEAR(intercept, published, 0.06) << bits << " bits";
    EXPECT_NEAR(slope, *getPublishedClip(bits, 1) - published, 0.1)
        << bits << " bits";
  }
}

/// The table of clips that the authors publish beside the lines is that of a
/// mean of -2.65 deviations.
TEST(SoftmaxClip, LeastErrorsAreThoseOfThePublishedTable) {
  struct Row {
    double deviation, clips[3];
  };
  constexpr Row kRows[] = {
      {0.1, {-0.426, -0.501, -0.526}},  {0.3, {-1.228, -1.378, -1.504}},
      {0.51, {-1.930, -2.130, -2.356}}, {0.81, {-2.757, -3.083, -3.383}},
      {1.01, {-3.183, -3.559, -3.910}}, {1.52, {-3.910, -4.411, -4.862}},
      {2.02, {-4.311, -4.862, -5.414}}, {2.53, {-4.561, -5.138, -5.739}},
      {3.03, {-4.712, -5.313, -5.940}}, {4.04, {-4.912, -5.539, -6.165}},
      {5.05, {-5.038, -5.664, -6.291}}, {7.07, {-5.163, -5.789, -6.416}},
      {10.0, {-5.213, -5.840, -6.491}}};
  double squares = 0;
  for (const Row &row : kRows)
    for (unsigned bits : {2, 3, 4}) {
      double difference =
          findLeastErrorClip({-2.65 * row.deviation, row.deviation},
                             std::exp2(bits)) -
          row.clips[bits - 2];
      squares += difference * difference;
    }
  EXPECT_LT(std::sqrt(squares / (3 * std::size(kRows))), 0.15);
}

} // namespace

//===- FakeQuantization.cpp - What 8-bit codes make of values -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FakeQuantization.h"

#include <algorithm>
#include <cmath>

using namespace mlir::iquant;
using Eigen::Index;

/// The nearest integers of numbers below 2^22, in elementwise steps that every
/// vector unit has.
template <typename Derived>
static auto toIntegers(const Eigen::ArrayBase<Derived> &values) {
  constexpr float kShift = 3 << 22;
  return (values.derived() + kShift) - kShift;
}

/// Rounds to multiples of `largest / 127`.
template <typename Derived>
static void roundSymmetric(Eigen::ArrayBase<Derived> &&values) {
  float largest = values.abs().maxCoeff();
  if (largest > 0)
    values = toIntegers(values * (127 / largest)) * (largest / 127);
}

void mlir::iquant::fakeQuantizeWeight(Eigen::Ref<FloatMatrix> weight) {
  fakeQuantizeGroups(weight, weight.cols());
}

void mlir::iquant::fakeQuantizeGroups(Eigen::Ref<FloatMatrix> rows,
                                      Index group) {
  for (Index row = 0; row < rows.rows(); ++row)
    for (Index first = 0; first < rows.cols(); first += group)
      roundSymmetric(rows.row(row)
                         .segment(first, std::min(group, rows.cols() - first))
                         .array());
}

void mlir::iquant::fakeQuantizeRows(Eigen::Ref<FloatMatrix> rows, Index group) {
  if (group == 0)
    group = rows.cols();
  for (Index row = 0; row < rows.rows(); ++row) {
    auto segment = [&](Index first) {
      return rows.row(row).segment(first, group).array();
    };
    auto low = [&](Index first) {
      return std::min(0.0f, segment(first).minCoeff());
    };
    auto range = [&](Index first) {
      return std::max(0.0f, segment(first).maxCoeff()) - low(first);
    };
    float widest = 0;
    for (Index first = 0; first < rows.cols(); first += group)
      widest = std::max(widest, range(first));
    if (widest == 0)
      continue;
    for (Index first = 0; first < rows.cols(); first += group) {
      float own = range(first);
      int shift = 0;
      while (own > 0 && shift < 15 && std::ldexp(own, shift + 1) <= widest)
        ++shift;
      float step = std::ldexp(widest / 255, -shift);
      float zero = std::round(-low(first) / step);
      segment(first) = (toIntegers(segment(first) * (1 / step) + zero)
                            .min(255.0f)
                            .max(0.0f) -
                        zero) *
                       step;
    }
  }
}

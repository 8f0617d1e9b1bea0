//===- SmoothingRule.h - Scales from magnitudes -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SmoothQuant's rule: how far activations and weights reach says how much of a
// channel's range moves from the ones to the others.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_SMOOTHINGRULE_H
#define IQUANT_LIB_TRANSFORMS_SMOOTHINGRULE_H

#include "SmoothingPlaces.h"

namespace mlir::iquant {

/// Where two values of a place are multiplied with each other, as query and key
/// are, and so undo each other's maps.
SmallVector<transformer::ChannelTie> getContractions(const MapPlace &place);

/// The statistics that calibration attached to a value. Declines if there are
/// none.
FailureOr<transformer::StatisticsAttr> getStatistics(Value value,
                                                     Decline decline);

/// Magnitudes below this count as this: a channel that is never used would get
/// a scale of 0 or infinity.
inline constexpr double kLeastMagnitude = 1e-5;

/// The scales of these logarithms, divided by their geometric mean.
std::vector<double> makeScales(std::vector<double> logarithms);

/// The largest magnitudes that meet in the products around a place, by class.
struct ChannelMagnitudes {
  /// Reads statistics and weights. Declines if a value has no statistics.
  static FailureOr<ChannelMagnitudes> measure(const SmoothingPlace &place,
                                              Decline decline);

  /// `a^alpha / w^(1 - alpha)`, with 1 as their geometric mean.
  std::vector<double> getScales(double alpha) const;

  /// Of values, the query among them.
  std::vector<double> activations;
  /// Of the weights, or the keys.
  std::vector<double> weights;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_SMOOTHINGRULE_H

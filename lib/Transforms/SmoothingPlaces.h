//===- SmoothingPlaces.h - Where channels can be scaled ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The places that `transformer-fold-smoothing` chooses scales for.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_SMOOTHINGPLACES_H
#define IQUANT_LIB_TRANSFORMS_SMOOTHINGPLACES_H

#include "ConstantFolding.h"

namespace mlir::iquant {

/// A place of the analysis whose channels may be scaled. There is a scale per
/// class: values are divided by it, and what reads them multiplied, or the
/// other way round where the map of a value is inverse.
class SmoothingPlace {
public:
  SmoothingPlace(const MapPlace &place, const ChannelFreedom &freedom,
                 std::string name)
      : place(place), freedom(freedom), name(std::move(name)) {}

  const MapPlace &getPlace() const { return place; }
  StringRef getName() const { return name; }
  int64_t getNumScales() const { return place.numClasses; }
  Location getLoc() const { return place.values.front().getLoc(); }
  ArrayRef<ChannelFreedom::Block> getClasses(Value value) const {
    return freedom.getBlocks(value);
  }

  /// Moves the scales into the constants around the place.
  void fold(ArrayRef<double> scales, ConstantFolding &folding) const;

private:
  /// The map of a value whose classes have these factors.
  ChannelMap getMap(Value value, ArrayRef<double> factors) const;

  const MapPlace &place;
  const ChannelFreedom &freedom;
  std::string name;
};

/// The places of `root` that can be scaled, with a name of their own each: that
/// of their first value.
std::vector<SmoothingPlace>
collectSmoothingPlaces(Operation *root, const ChannelFreedom &freedom);

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_SMOOTHINGPLACES_H

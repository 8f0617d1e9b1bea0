//===- SmoothingPlaces.cpp - Where channels can be scaled -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SmoothingPlaces.h"

#include "iquant/Support/UniqueNames.h"

using namespace mlir;
using namespace mlir::iquant;

ChannelMap SmoothingPlace::getMap(Value value, ArrayRef<double> factors) const {
  ChannelMap::Factors result;
  for (auto [number, isInverse] : getClasses(value)) {
    double factor = number < 0 ? 1 : factors[number];
    result.push_back(isInverse ? 1 / factor : factor);
  }
  return ChannelMap::scale(std::move(result));
}

void SmoothingPlace::fold(ArrayRef<double> scales,
                          ConstantFolding &folding) const {
  SmallVector<double> inverse =
      llvm::map_to_vector(scales, [](double scale) { return 1 / scale; });
  folding.absorb(
      place, [&](Value value) { return getMap(value, inverse); },
      [&](Value value) { return getMap(value, scales); });
}

std::vector<SmoothingPlace>
mlir::iquant::collectSmoothingPlaces(Operation *root,
                                     const ChannelFreedom &freedom) {
  UniqueNames names(root);
  std::vector<SmoothingPlace> places;
  for (const MapPlace &place : freedom.getPlaces())
    if (place.numClasses > 0 &&
        place.producers.size() + place.consumers.size() >= 2)
      places.emplace_back(place, freedom, names.get(place.values.front()));
  return places;
}

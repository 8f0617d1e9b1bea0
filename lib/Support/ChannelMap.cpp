//===- ChannelMap.cpp - Scales and rotations of channels ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/ChannelMap.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::iquant;

ChannelMap ChannelMap::scale(Factors factors) {
  ChannelMap map;
  map.factors = std::make_shared<const Factors>(std::move(factors));
  return map;
}

ChannelMap ChannelMap::rotate(int64_t width, Rotations blocks) {
  ChannelMap map;
  map.width = width;
  map.blocks = std::move(blocks);
  return map;
}

void ChannelMap::apply(double *data, int64_t rows, int64_t stride) const {
  if (factors) {
    for (auto [channel, factor] : llvm::enumerate(*factors))
      for (double &element :
           MutableArrayRef(data + channel * stride, static_cast<size_t>(rows)))
        element *= factor;
    return;
  }
  for (auto [index, rotation] : llvm::enumerate(blocks))
    if (rotation)
      rotation->apply(data + static_cast<int64_t>(index) * width * stride, rows,
                      stride);
}

bool ChannelMap::operator==(const ChannelMap &other) const {
  if (factors && other.factors)
    return *factors == *other.factors;
  return factors == other.factors && width == other.width &&
         blocks == other.blocks;
}

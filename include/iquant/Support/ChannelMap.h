//===- ChannelMap.h - Scales and rotations of channels ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The linear maps of channels that foldings move into constants.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_CHANNELMAP_H
#define IQUANT_SUPPORT_CHANNELMAP_H

#include "iquant/Support/Rotation.h"

#include "llvm/ADT/SmallVector.h"

#include <memory>

namespace mlir::iquant {

/// An invertible map of the channels of a row: a factor per channel, or a
/// rotation of each of some blocks of channels. Cheap to copy.
class ChannelMap {
public:
  using Factors = std::vector<double>;

  /// A block that is not rotated has a null pointer.
  using Rotations = SmallVector<std::shared_ptr<const Rotation>>;

  static ChannelMap scale(Factors factors);
  /// Rotates blocks of `width` channels, one after the other.
  static ChannelMap rotate(int64_t width, Rotations blocks);

  /// Of rows or of a matrix' columns, as `Rotation::apply` takes them.
  void apply(double *data, int64_t rows, int64_t stride) const;

  /// The factors of a scale; null for a rotation.
  const Factors *getFactors() const { return factors.get(); }

  bool operator==(const ChannelMap &other) const;

private:
  std::shared_ptr<const Factors> factors;
  int64_t width = 0;
  Rotations blocks;
};

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_CHANNELMAP_H

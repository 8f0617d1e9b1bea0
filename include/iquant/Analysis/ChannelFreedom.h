//===- ChannelFreedom.h - Maps of channels that nobody sees -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the search for values whose channels can be scaled or rotated
// without changing what a program computes.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_ANALYSIS_CHANNELFREEDOM_H
#define IQUANT_ANALYSIS_CHANNELFREEDOM_H

#include "iquant/Support/FloatElements.h"

#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"

namespace mlir::iquant {

/// What kind of maps to look for.
enum class MapFamily { Scales, Rotations };

/// What keeps the maps of some values from being chosen.
struct MapObstacle {
  Operation *op;
  /// What follows "since", such as "'func.return' neither passes nor ...".
  std::string reason;
};

/// Values whose maps depend on each other. The channels of each value are cut
/// into blocks of `width`. Blocks whose maps follow from each other form a
/// class; each class that is free has a number, and any map may be chosen for
/// it.
struct MapPlace {
  /// In the order of the program.
  SmallVector<Value> values;
  int64_t width = 1;
  int64_t numClasses = 0;
  /// Whether rotations must keep the mean of a row.
  bool keepsMean = false;
  /// Ops that can make one of the values mapped.
  SmallVector<OpResult> producers;
  /// Operands of ops that can undo the map.
  SmallVector<OpOperand *> consumers;
  /// A reason why a block is not free, where there is one.
  std::optional<MapObstacle> obstacle;
};

/// Finds the maps that can be chosen freely. Every op says through its
/// interfaces which maps pass through it, and which it absorbs; all others, and
/// what crosses the border of a function, must keep their channels as they are.
class ChannelFreedom {
public:
  ChannelFreedom(Operation *root, MapFamily family);

  /// In the order of their first values.
  ArrayRef<MapPlace> getPlaces() const { return places; }

  /// A block of a value of some place.
  struct Block {
    /// The number in its place; -1 if it must stay as it is.
    int32_t classNumber = -1;
    /// Whether it is mapped by the inverse of the class's map.
    bool inverse = false;
  };
  ArrayRef<Block> getBlocks(Value value) const {
    return blocks.find(value)->second;
  }

private:
  std::vector<MapPlace> places;
  DenseMap<Value, SmallVector<Block, 0>> blocks;
};

/// The elements of the constant that defines `value`.
FailureOr<FloatElements> getConstantElements(Value value, Decline decline);

} // namespace mlir::iquant

#endif // IQUANT_ANALYSIS_CHANNELFREEDOM_H

//===- TransformerInterfaces.h - How passes reach an op ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Op interfaces that say how a linear map of the channels, a scale or a
// rotation, moves through or into an op, and of what a calibration run collects
// statistics. An op of any dialect may implement them and take part.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TRANSFORMER_INTERFACES_H
#define IQUANT_TRANSFORMER_INTERFACES_H

#include "dialects/Transformer/TransformerAttributes.h"
#include "mlir/IR/OpDefinition.h"

#include <optional>

namespace mlir::transformer {

/// Which invertible maps of a group of channels an op lets pass.
enum class ChannelMapKind {
  Scalar,              ///< one positive factor for the whole group
  Diagonal,            ///< a positive factor per channel
  MeanKeepingRotation, ///< an orthogonal matrix that maps ones to ones
  Rotation,            ///< an orthogonal matrix
  Linear,              ///< an invertible matrix
};

/// Where a map may stand: at an operand or a result of an op.
struct ChannelPort {
  ChannelPort(OpOperand &operand) : value(operand.get()), operand(&operand) {}
  ChannelPort(OpResult result) : value(result), operand(nullptr) {}

  Value value;
  /// Null for a result.
  OpOperand *operand;
};

/// Two ports whose channels must be mapped together for the op to compute the
/// same. The channels come in pairs, and the pairs in groups of `groupSize`;
/// any map of `kind` on the first channels of a group goes with the same map,
/// or its inverse transpose if `dual`, on the second ones.
struct ChannelTie {
  ChannelPort first, second;
  SmallVector<int64_t> firstChannels, secondChannels;
  int64_t groupSize;
  ChannelMapKind kind;
  bool dual = false;

  /// Ties the channels of one number, all of them in one group.
  static ChannelTie all(ChannelPort first, ChannelPort second,
                        ChannelMapKind kind);
};

/// A constant operand that is linear in the channels along this dimension.
struct ChannelSink {
  OpOperand *operand;
  int64_t dimension;
};

/// A constant vector that takes the product of a weight, along this dimension
/// of it, and a shift of the channels. An absent vector counts as zero.
struct ShiftSink {
  OpOperand *weight;
  int64_t dimension;
  MutableOperandRange vector;
};

namespace detail {
/// Checks that statistics have the channels that the op observes.
LogicalResult verifyObserver(Operation *op);
} // namespace detail

} // namespace mlir::transformer

#include "dialects/Transformer/TransformerInterfaces.h.inc"

#endif // IQUANT_TRANSFORMER_INTERFACES_H

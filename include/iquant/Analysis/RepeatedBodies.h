//===- RepeatedBodies.h - Equal bodies in a row in a block ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the search for the layers of an unrolled model.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_ANALYSIS_REPEATEDBODIES_H
#define IQUANT_ANALYSIS_REPEATEDBODIES_H

#include "mlir/IR/Block.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace mlir::iquant {

/// Equal bodies in a row. Two bodies are equal when their ops are, one by one,
/// regions and all attributes included and locations not, and when an operand
/// that comes from an op of the body does so in the other at the same place.
/// Operands from outside of the body may be any values of the same type.
struct RepeatedBodies {
  /// The ops of all bodies, in the order of the block.
  SmallVector<Operation *> ops;
  size_t bodySize = 0;

  size_t getCount() const { return ops.size() / bodySize; }
  ArrayRef<Operation *> getBody(size_t index) const {
    return ArrayRef(ops).slice(index * bodySize, bodySize);
  }
};

/// The ops of `block` whose values depend on constants only: constants, and
/// pure ops on nothing but such values. They stand outside of every body.
DenseSet<Operation *> findConstantOps(Block &block);

/// The operands of `op`, and those of ops in its regions that come from outside
/// of `op`, in the order of the ops.
SmallVector<OpOperand *> getOuterOperands(Operation *op);

/// Finds the bodies that cover the most ops of `block`, of at least `minOps`
/// ops each and at least `minCount` in number. Of those that cover the same
/// ops, the shortest body is taken, and none if that has less than `minOps`: a
/// row of equal ops is not cut into bodies. Of the ways to cut a row of ops
/// into bodies, the one that passes the fewest values from one to the next is
/// taken.
///
/// Takes time proportional to the ops for hashing, and to their square, at a
/// nanosecond each, for comparing the hashes at every distance.
std::optional<RepeatedBodies> findRepeatedBodies(Block &block, size_t minOps,
                                                 size_t minCount);

} // namespace mlir::iquant

#endif // IQUANT_ANALYSIS_REPEATEDBODIES_H

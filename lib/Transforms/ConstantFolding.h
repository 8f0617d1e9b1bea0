//===- ConstantFolding.h - Changes to constant operands ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the foldings share: the arithmetic on weights and other parameters.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_CONSTANTFOLDING_H
#define IQUANT_LIB_TRANSFORMS_CONSTANTFOLDING_H

#include "dialects/Transformer/Transformer.h"
#include "iquant/Analysis/ChannelFreedom.h"
#include "iquant/Support/ChannelMap.h"

#include "llvm/ADT/MapVector.h"

#include <memory>

namespace mlir::iquant {

/// Collects changes to float constants that ops read, and makes them all at
/// once: a constant that is changed several times is computed in double
/// precision and rounded once, to f64 if it is f64 and to f32 else. Operands
/// that share a constant go on sharing it if they change alike, and get one of
/// their own if not.
///
/// The operands must hold constants that `getConstantElements` reads, vectors
/// or matrices; they may not be added to or removed from their ops before
/// `apply`.
class ConstantFolding {
public:
  /// Multiplies a vector, the rows of a matrix (dimension 1) or its columns
  /// (dimension 0) by `map`.
  void map(const transformer::ChannelSink &sink, ChannelMap map);

  /// Adds to a vector.
  void add(OpOperand &vector, std::vector<double> summand);

  /// Lets the ops around the values of a place take their maps: rows of a value
  /// are multiplied by `getMap`, of which `getDual` is the inverse transpose.
  /// Observers of the values lose their statistics.
  void absorb(const MapPlace &place, function_ref<ChannelMap(Value)> getMap,
              function_ref<ChannelMap(Value)> getDual);

  /// Makes the changes. Constants that nobody reads any more are erased.
  void apply(MLIRContext *context);

private:
  /// One change: a map along a dimension, or a sum.
  struct Step {
    int64_t dimension;
    ChannelMap map;
    std::shared_ptr<const std::vector<double>> summand;

    bool operator==(const Step &other) const;
  };
  using Steps = SmallVector<Step, 2>;

  static TypedAttr compute(MLIRContext *context, Value constant,
                           ArrayRef<Step> steps);

  llvm::MapVector<OpOperand *, Steps> changes;
};

/// The product of a weight, along a dimension of it, and a vector.
std::vector<double> multiply(Value weight, int64_t dimension,
                             ArrayRef<double> vector);

/// All elements of a constant.
std::vector<double> readConstant(Value constant);

/// The vector that an optional operand holds. Where there is none, it gets one
/// that is `value` for every channel.
OpOperand &getOrCreateParameter(MutableOperandRange operand, int64_t channels,
                                double value);

/// Erases a constant that nobody reads.
void eraseIfUnused(Value constant);

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_CONSTANTFOLDING_H

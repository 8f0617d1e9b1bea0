//===- RowSpace.h - Generics over rows of floats ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares how `linalg.generic` ops over tensors of rows are created, with the
// body a C++ function on the elements.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_ROWSPACE_H
#define IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_ROWSPACE_H

#include "FloatBuilder.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::iquant::to_linalg {

/// A tensor and the map by which a nest of loops reads or writes it.
struct Access {
  Value tensor;
  AffineMap map;
};

/// Gives the elements of the outputs, from those of inputs and outputs.
using BodyFunction =
    function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange)>;

/// A `linalg.generic` with the body `function`.
SmallVector<Value> createGeneric(ImplicitLocOpBuilder &builder,
                                 ArrayRef<Access> inputs,
                                 ArrayRef<Access> outputs,
                                 ArrayRef<utils::IteratorType> iterators,
                                 BodyFunction function);

/// The type in which ops on tensors of these elements compute: f64 if one of
/// them has it, else f32.
Type getComputeType(ValueRange tensors);

/// A new tensor of these sizes, every element `value`.
Value createFilled(ImplicitLocOpBuilder &builder, ArrayRef<OpFoldResult> sizes,
                   Type elementType, double value);

/// The tensor `c[m, n] = sum_k a[m, k] * b[n, k]` of type `sumType`. Matrix
/// products have this form or the next, which are what targets recognise.
Value createContraction(ImplicitLocOpBuilder &builder, Value a, Value b,
                        Type sumType);

/// The tensor `c[m, n] = sum_k a[m, k] * b[k, n]` of type `sumType`: sums of
/// the rows of `b` with the rows of `a` as weights.
Value createWeightedSum(ImplicitLocOpBuilder &builder, Value a, Value b,
                        Type sumType);

/// Creates generics over a space `[rows..., channels]`. Bodies take the
/// elements of the inputs in the type that the space computes in, and what
/// they return is rounded to the type of the output.
class RowSpace {
public:
  using Function = function_ref<Real(ArrayRef<Real>)>;

  RowSpace(ImplicitLocOpBuilder &builder, ArrayRef<OpFoldResult> sizes,
           Type computeType)
      : b(builder), sizes(sizes), computeType(computeType) {}
  /// The space that `tensor` fills.
  RowSpace(ImplicitLocOpBuilder &builder, Value tensor, Type computeType);

  /// A tensor over the whole space, one element per row, one per channel.
  Access whole(Value tensor) const;
  Access row(Value tensor) const;
  Access channel(Value tensor) const;

  /// A new tensor over the whole space.
  Value map(Type elementType, ArrayRef<Access> inputs, Function function) const;
  /// The same in the place of `destination`, whose elements do not matter.
  Value write(Value destination, ArrayRef<Access> inputs,
              Function function) const;
  /// A tensor changed in place; its element follows those of the inputs.
  Value update(Value tensor, ArrayRef<Access> inputs, Function function) const;
  /// One element per row, in the type of the computation, that starts as
  /// `identity` and follows those of the inputs.
  Value reduce(double identity, ArrayRef<Access> inputs,
               Function function) const;

  /// One element per row, in the type of the computation, from such elements.
  Value mapRows(ArrayRef<Value> inputs, Function function) const;

  Type getComputeType() const { return computeType; }

private:
  unsigned rank() const { return sizes.size(); }
  SmallVector<Value> generic(ArrayRef<Access> inputs, Access output,
                             ArrayRef<utils::IteratorType> iterators,
                             bool readsOutput, Function function) const;

  ImplicitLocOpBuilder &b;
  SmallVector<OpFoldResult> sizes;
  Type computeType;
};

} // namespace mlir::iquant::to_linalg

#endif // IQUANT_LIB_CONVERSION_TRANSFORMERTOLINALG_ROWSPACE_H

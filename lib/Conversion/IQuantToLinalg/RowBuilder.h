//===- RowBuilder.h - Generics over rows of channels ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares how `linalg.generic` ops over tensors of rows are created, with the
// body a C++ function on the elements.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_IQUANTTOLINALG_ROWBUILDER_H
#define IQUANT_LIB_CONVERSION_IQUANTTOLINALG_ROWBUILDER_H

#include "IntegerBuilder.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::iquant {

/// A tensor and the map by which a nest of loops reads or writes it.
struct Access {
  Value tensor;
  AffineMap map;
};

/// Gives the elements of the outputs, from those of inputs and outputs.
using ElementFunction = function_ref<SmallVector<Int>(ArrayRef<Int>)>;

/// A `linalg.generic` with the body `function`.
SmallVector<Value> createGeneric(ImplicitLocOpBuilder &builder,
                                 ArrayRef<Access> inputs,
                                 ArrayRef<Access> outputs,
                                 ArrayRef<utils::IteratorType> iterators,
                                 ElementFunction function);

/// The position of the current element along a dimension of the nest, in 32
/// bits; `inBody` is any value of the body.
Int positionAlong(Int inBody, int64_t dimension);

/// Calls `function`, which takes every element as a parameter of its own, or
/// all of them as one array, and returns one `Int` or a vector of them.
template <typename Function, size_t... i>
SmallVector<Int> applyToElements(Function &function, ArrayRef<Int> elements,
                                 std::index_sequence<i...>) {
  assert(elements.size() == sizeof...(i) && "a parameter for every element");
  return {function(elements[i]...)};
}
template <typename Function>
SmallVector<Int> applyToElements(Function &function, ArrayRef<Int> elements) {
  constexpr size_t count = llvm::function_traits<Function>::num_args;
  if constexpr (std::is_invocable_v<Function, ArrayRef<Int>>)
    return {function(elements)};
  else
    return applyToElements(function, elements,
                           std::make_index_sequence<count>());
}

/// The elements of the inputs of a body, taken one after the other.
class Inputs {
public:
  Inputs(ArrayRef<Int> elements) : rest(elements) {}
  Int next() {
    Int element = rest.front();
    rest = rest.drop_front();
    return element;
  }
  ArrayRef<Int> next(size_t count) {
    ArrayRef<Int> elements = rest.take_front(count);
    rest = rest.drop_front(count);
    return elements;
  }

private:
  ArrayRef<Int> rest;
};

/// An accumulator of a reduction: its width and its value for an empty row.
struct Accumulator {
  unsigned width;
  int64_t identity;
};

/// Creates generics over a space `[rows..., channels]`, whose channels may have
/// two dimensions, groups and the channels of a group, or none. The bodies take
/// the elements of the inputs, then those of the outputs if they read them.
class RowBuilder {
public:
  RowBuilder(ImplicitLocOpBuilder &builder, ArrayRef<OpFoldResult> sizes,
             unsigned channelRank = 1)
      : b(builder), sizes(sizes), channelRank(channelRank) {}
  /// The space that `tensor` fills.
  RowBuilder(ImplicitLocOpBuilder &builder, Value tensor,
             unsigned channelRank = 1);

  /// The same space with every group as a row of its own.
  RowBuilder groupsAsRows() const { return RowBuilder(b, sizes); }
  /// The space of one element per group, whose channels are the groups; without
  /// groups it has one element per row.
  RowBuilder groups() const {
    return RowBuilder(b, ArrayRef(sizes).drop_back(), channelRank - 1);
  }

  /// A tensor over the whole space, one element per row or for all rows that
  /// begin alike, one per channel.
  Access whole(Value tensor) const;
  Access row(Value tensor) const;
  Access channel(Value tensor) const;

  /// New tensors over the whole space.
  template <typename Function>
  SmallVector<Value> perElement(ArrayRef<unsigned> widths,
                                ArrayRef<Access> inputs,
                                Function function) const {
    return map(makeOutputs(widths), inputs, [&](ArrayRef<Int> elements) {
      return applyToElements(function, elements.take_front(inputs.size()));
    });
  }
  template <typename Function>
  Value perElement(unsigned width, ArrayRef<Access> inputs,
                   Function function) const {
    return perElement(ArrayRef(width), inputs, function).front();
  }

  /// A tensor over the whole space, changed in place.
  template <typename Function>
  Value update(Value tensor, ArrayRef<Access> inputs, Function function) const {
    return map(tensor, inputs,
               [&](ArrayRef<Int> elements) {
                 return applyToElements(function, elements);
               })
        .front();
  }

  /// A new tensor over the whole space in the place of `destination`.
  template <typename Function>
  Value write(Value destination, ArrayRef<Access> inputs,
              Function function) const {
    return map(destination, inputs,
               [&](ArrayRef<Int> elements) {
                 return applyToElements(function, elements.drop_back());
               })
        .front();
  }

  /// New tensors of one element per row, from tensors of one for each or for
  /// all that begin alike.
  template <typename Function>
  SmallVector<Value> perRow(ArrayRef<unsigned> widths, ArrayRef<Value> inputs,
                            Function function) const {
    RowBuilder space = rows();
    SmallVector<Access> accesses;
    for (Value input : inputs)
      accesses.push_back(space.row(input));
    return space.perElement(widths, accesses, function);
  }

  /// Reductions of every row; the body takes and returns the accumulators.
  template <typename Function>
  SmallVector<Value> reduce(ArrayRef<Accumulator> accumulators,
                            ArrayRef<Access> inputs, Function function) const {
    return reduceRows({}, accumulators, inputs, [&](ArrayRef<Int> elements) {
      return applyToElements(function, elements);
    });
  }

  /// The same together with tensors over the whole space, changed in place.
  /// Their elements come before the accumulators, and so do they in the
  /// results.
  template <typename Function>
  SmallVector<Value>
  updateAndReduce(ArrayRef<Value> tensors, ArrayRef<Accumulator> accumulators,
                  ArrayRef<Access> inputs, Function function) const {
    return reduceRows(tensors, accumulators, inputs,
                      [&](ArrayRef<Int> elements) {
                        return applyToElements(function, elements);
                      });
  }

private:
  unsigned rank() const { return sizes.size(); }
  /// The space of one element per row.
  RowBuilder rows() const {
    return RowBuilder(b, ArrayRef(sizes).drop_back(channelRank), 0);
  }
  SmallVector<Value> makeOutputs(ArrayRef<unsigned> widths) const;
  SmallVector<Value> map(ArrayRef<Value> outputs, ArrayRef<Access> inputs,
                         ElementFunction function) const;
  SmallVector<Value> reduceRows(ArrayRef<Value> updated,
                                ArrayRef<Accumulator> accumulators,
                                ArrayRef<Access> inputs,
                                ElementFunction function) const;

  ImplicitLocOpBuilder &b;
  SmallVector<OpFoldResult> sizes;
  /// How many of the dimensions are those of channels.
  unsigned channelRank;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_CONVERSION_IQUANTTOLINALG_ROWBUILDER_H

//===- RowBuilder.cpp - Generics over rows of channels --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Outputs are destinations made by `tensor.empty` or given by the caller, so
// that bufferization allocates each once and copies none.
//
//===----------------------------------------------------------------------===//

#include "RowBuilder.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::iquant;

using utils::IteratorType;

SmallVector<Value> mlir::iquant::createGeneric(ImplicitLocOpBuilder &builder,
                                               ArrayRef<Access> inputs,
                                               ArrayRef<Access> outputs,
                                               ArrayRef<IteratorType> iterators,
                                               ElementFunction function) {
  SmallVector<Value> ins, outs;
  SmallVector<AffineMap> maps;
  SmallVector<Type> types;
  for (const Access &input : inputs) {
    ins.push_back(input.tensor);
    maps.push_back(input.map);
  }
  for (const Access &output : outputs) {
    outs.push_back(output.tensor);
    maps.push_back(output.map);
    types.push_back(output.tensor.getType());
  }
  auto generic = linalg::GenericOp::create(
      builder, types, ins, outs, maps, iterators,
      [&](OpBuilder &nested, Location location, ValueRange arguments) {
        ImplicitLocOpBuilder body(location, nested);
        SmallVector<Int> elements;
        for (Value argument : arguments)
          elements.emplace_back(body, argument);
        SmallVector<Value> results;
        for (Int result : function(elements))
          results.push_back(result);
        linalg::YieldOp::create(body, results);
      });
  return llvm::to_vector_of<Value>(generic.getResults());
}

Int mlir::iquant::positionAlong(Int inBody, int64_t dimension) {
  ImplicitLocOpBuilder &b = inBody.getBuilder();
  return fromIndex(b, 32, linalg::IndexOp::create(b, dimension));
}

RowBuilder::RowBuilder(ImplicitLocOpBuilder &builder, Value tensor,
                       unsigned channelRank)
    : RowBuilder(builder,
                 tensor::getMixedSizes(builder, builder.getLoc(), tensor),
                 channelRank) {}

Access RowBuilder::whole(Value tensor) const {
  return {tensor, b.getMultiDimIdentityMap(rank())};
}

Access RowBuilder::row(Value tensor) const {
  int64_t count = cast<RankedTensorType>(tensor.getType()).getRank();
  return {tensor, b.getMultiDimIdentityMap(rank()).getSliceMap(0, count)};
}

Access RowBuilder::channel(Value tensor) const {
  return {tensor, b.getMultiDimIdentityMap(rank()).getMinorSubMap(channelRank)};
}

SmallVector<Value> RowBuilder::makeOutputs(ArrayRef<unsigned> widths) const {
  return llvm::map_to_vector(widths, [&](unsigned width) -> Value {
    return tensor::EmptyOp::create(b, sizes, b.getIntegerType(width));
  });
}

SmallVector<Value> RowBuilder::map(ArrayRef<Value> outputs,
                                   ArrayRef<Access> inputs,
                                   ElementFunction function) const {
  SmallVector<Access> outs;
  for (Value output : outputs)
    outs.push_back(whole(output));
  SmallVector<IteratorType> iterators(rank(), IteratorType::parallel);
  return createGeneric(b, inputs, outs, iterators, function);
}

SmallVector<Value> RowBuilder::reduceRows(ArrayRef<Value> updated,
                                          ArrayRef<Accumulator> accumulators,
                                          ArrayRef<Access> inputs,
                                          ElementFunction function) const {
  RowBuilder space = rows();
  SmallVector<Access> outs;
  for (Value output : updated)
    outs.push_back(whole(output));
  for (Accumulator accumulator : accumulators) {
    Int identity = constant(b, accumulator.width, accumulator.identity);
    Value empty = space.makeOutputs(accumulator.width).front();
    auto fill = linalg::FillOp::create(b, ValueRange(Value(identity)),
                                       ValueRange(empty));
    outs.push_back(row(fill.getResult(0)));
  }
  SmallVector<IteratorType> iterators(rank() - channelRank,
                                      IteratorType::parallel);
  iterators.append(channelRank, IteratorType::reduction);
  return createGeneric(b, inputs, outs, iterators, function);
}

//===- RowSpace.cpp - Generics over rows of floats ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Outputs are destinations made by `tensor.empty` or given by the caller, so
// that bufferization allocates each once and copies none.
//
//===----------------------------------------------------------------------===//

#include "RowSpace.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_linalg;

using utils::IteratorType;

SmallVector<Value> to_linalg::createGeneric(ImplicitLocOpBuilder &builder,
                                            ArrayRef<Access> inputs,
                                            ArrayRef<Access> outputs,
                                            ArrayRef<IteratorType> iterators,
                                            BodyFunction function) {
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
      [&](OpBuilder &nested, Location location, ValueRange elements) {
        ImplicitLocOpBuilder body(location, nested);
        linalg::YieldOp::create(body, function(body, elements));
      });
  return llvm::to_vector_of<Value>(generic.getResults());
}

Type to_linalg::getComputeType(ValueRange tensors) {
  Type type = Float32Type::get(tensors.front().getContext());
  for (Value tensor : tensors)
    if (tensor && getElementTypeOrSelf(tensor).isF64())
      type = getElementTypeOrSelf(tensor);
  return type;
}

Value to_linalg::createFilled(ImplicitLocOpBuilder &builder,
                              ArrayRef<OpFoldResult> sizes, Type elementType,
                              double value) {
  Value empty = tensor::EmptyOp::create(builder, sizes, elementType);
  Value element = arith::ConstantOp::create(
      builder, builder.getFloatAttr(elementType, value));
  return linalg::FillOp::create(builder, element, empty).getResult(0);
}

/// The contraction of `[m, k]` with what `bMap` reads of `b`; the result has
/// `columns` columns.
static Value contract(ImplicitLocOpBuilder &builder, Value a, Value b,
                      OpFoldResult columns, AffineMap bMap, Type sumType) {
  OpFoldResult sizes[] = {tensor::getMixedSize(builder, builder.getLoc(), a, 0),
                          columns};
  Value zero = createFilled(builder, sizes, sumType, 0);
  AffineExpr m = builder.getAffineDimExpr(0), n = builder.getAffineDimExpr(1),
             k = builder.getAffineDimExpr(2);
  auto map = [&](AffineExpr row, AffineExpr column) {
    return AffineMap::get(3, 0, {row, column}, builder.getContext());
  };
  return createGeneric(builder, {{a, map(m, k)}, {b, bMap}},
                       {{zero, map(m, n)}},
                       {IteratorType::parallel, IteratorType::parallel,
                        IteratorType::reduction},
                       [&](ImplicitLocOpBuilder &body, ValueRange elements) {
                         Real x = Real(body, elements[0]).to(sumType);
                         Real y = Real(body, elements[1]).to(sumType);
                         Real sum(body, elements[2]);
                         return SmallVector<Value>{sum + x * y};
                       })
      .front();
}

Value to_linalg::createContraction(ImplicitLocOpBuilder &builder, Value a,
                                   Value b, Type sumType) {
  AffineMap rowsAreColumns = AffineMap::getMultiDimMapWithTargets(
      3, ArrayRef<unsigned>{1, 2}, builder.getContext());
  return contract(builder, a, b,
                  tensor::getMixedSize(builder, builder.getLoc(), b, 0),
                  rowsAreColumns, sumType);
}

Value to_linalg::createWeightedSum(ImplicitLocOpBuilder &builder, Value a,
                                   Value b, Type sumType) {
  AffineMap rowsAreSummed = AffineMap::getMultiDimMapWithTargets(
      3, ArrayRef<unsigned>{2, 1}, builder.getContext());
  return contract(builder, a, b,
                  tensor::getMixedSize(builder, builder.getLoc(), b, 1),
                  rowsAreSummed, sumType);
}

//===----------------------------------------------------------------------===//
// RowSpace
//===----------------------------------------------------------------------===//

RowSpace::RowSpace(ImplicitLocOpBuilder &builder, Value tensor,
                   Type computeType)
    : b(builder),
      sizes(tensor::getMixedSizes(builder, builder.getLoc(), tensor)),
      computeType(computeType) {}

Access RowSpace::whole(Value tensor) const {
  return {tensor, b.getMultiDimIdentityMap(rank())};
}

Access RowSpace::row(Value tensor) const {
  return {tensor, b.getMultiDimIdentityMap(rank()).getMajorSubMap(rank() - 1)};
}

Access RowSpace::channel(Value tensor) const {
  return {tensor, b.getMultiDimIdentityMap(rank()).getMinorSubMap(1)};
}

SmallVector<Value> RowSpace::generic(ArrayRef<Access> inputs, Access output,
                                     ArrayRef<IteratorType> iterators,
                                     bool readsOutput,
                                     Function function) const {
  return createGeneric(
      b, inputs, output, iterators,
      [&](ImplicitLocOpBuilder &body, ValueRange elements) {
        SmallVector<Real> reals;
        for (Value element : readsOutput ? elements : elements.drop_back())
          reals.push_back(isa<FloatType>(element.getType())
                              ? Real(body, element).to(computeType)
                              : Real(body, element));
        Type type = getElementTypeOrSelf(output.tensor);
        return SmallVector<Value>{function(reals).to(type)};
      });
}

Value RowSpace::map(Type elementType, ArrayRef<Access> inputs,
                    Function function) const {
  return write(tensor::EmptyOp::create(b, sizes, elementType), inputs,
               function);
}

Value RowSpace::write(Value destination, ArrayRef<Access> inputs,
                      Function function) const {
  SmallVector<IteratorType> iterators(rank(), IteratorType::parallel);
  return generic(inputs, whole(destination), iterators, /*readsOutput=*/false,
                 function)
      .front();
}

Value RowSpace::update(Value tensor, ArrayRef<Access> inputs,
                       Function function) const {
  SmallVector<IteratorType> iterators(rank(), IteratorType::parallel);
  return generic(inputs, whole(tensor), iterators, /*readsOutput=*/true,
                 function)
      .front();
}

Value RowSpace::reduce(double identity, ArrayRef<Access> inputs,
                       Function function) const {
  Value filled =
      createFilled(b, ArrayRef(sizes).drop_back(), computeType, identity);
  SmallVector<IteratorType> iterators(rank(), IteratorType::parallel);
  iterators.back() = IteratorType::reduction;
  return generic(inputs, row(filled), iterators, /*readsOutput=*/true, function)
      .front();
}

Value RowSpace::mapRows(ArrayRef<Value> inputs, Function function) const {
  RowSpace rows(b, ArrayRef(sizes).drop_back(), computeType);
  SmallVector<Access> accesses;
  for (Value input : inputs)
    accesses.push_back(rows.whole(input));
  return rows.map(computeType, accesses, function);
}

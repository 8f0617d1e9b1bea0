//===- Arrange.cpp - Moving elements and contractions ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Speller.h"
#include "Steps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"

using namespace mlir;
using namespace mlir::iquant::testing;

//===----------------------------------------------------------------------===//
// Elements in another order
//===----------------------------------------------------------------------===//

Value Speller::reshape(Value tensor, ArrayRef<int64_t> shape) {
  auto from = cast<RankedTensorType>(tensor.getType());
  auto to = from.clone(shape);
  if (from == to)
    return tensor;
  if (isTosa() && !getFloatType(tensor).isF64())
    return tosa::ReshapeOp::create(b, to, tensor,
                                   tosa::getTosaConstShape(b, shape));
  if (from.getRank() == to.getRank() ||
      !getReassociationIndicesForReshape(from, to)) {
    tensor = reshape(tensor, ArrayRef(from.getNumElements()));
    return reshape(tensor, shape);
  }
  auto groups = *getReassociationIndicesForReshape(from, to);
  if (from.getRank() > to.getRank())
    return tensor::CollapseShapeOp::create(b, to, tensor, groups);
  return tensor::ExpandShapeOp::create(b, to, tensor, groups);
}

Value Speller::transposeTo(Value tensor, ArrayRef<int64_t> permutation) {
  if (llvm::is_sorted(permutation))
    return tensor;
  auto from = cast<RankedTensorType>(tensor.getType());
  SmallVector<int64_t> shape = llvm::map_to_vector(
      permutation, [&](int64_t dim) { return from.getDimSize(dim); });
  if (isTosa() && !getFloatType(tensor).isF64())
    return tosa::TransposeOp::create(
        b, from.clone(shape), tensor,
        llvm::map_to_vector(permutation, [](int64_t dim) {
          return static_cast<int32_t>(dim);
        }));
  Value empty = tensor::EmptyOp::create(b, shape, from.getElementType());
  return linalg::TransposeOp::create(b, tensor, empty, permutation)
      ->getResult(0);
}

Spelled Speller::dropUnits(const Spelled &operand) {
  Dims dims;
  for (Dim dim : operand.dims)
    if (dim != kUnit)
      dims.push_back(dim);
  return {reshape(operand.tensor, getShape(dims)), dims};
}

/// Adds dimensions in front or in between.
Value Speller::broadcast(Value tensor, ArrayRef<Dim> from, ArrayRef<Dim> to) {
  if (from.size() == to.size())
    return tensor;
  SmallVector<int64_t> added;
  for (auto [i, dim] : llvm::enumerate(to))
    if (!llvm::is_contained(from, dim))
      added.push_back(i);
  Value empty = tensor::EmptyOp::create(b, getShape(to), getFloatType(tensor));
  return linalg::BroadcastOp::create(b, tensor, empty, added)->getResult(0);
}

AffineMap Speller::getMap(const Spelled &operand, ArrayRef<Dim> loops,
                          bool isResult) {
  SmallVector<AffineExpr> exprs;
  for (Dim dim : operand.dims) {
    // The result counts all loops.
    bool isZero =
        dim == kUnit || (!isResult && getSize(dim) == 1 && chance.oneIn(2));
    exprs.push_back(
        isZero ? b.getAffineConstantExpr(0)
               : b.getAffineDimExpr(llvm::find(loops, dim) - loops.begin()));
  }
  return AffineMap::get(loops.size(), 0, exprs, b.getContext());
}

Value Speller::arrange(const Spelled &operand, ArrayRef<Dim> dims) {
  if (ArrayRef(operand.dims) == dims)
    return operand.tensor;
  if (chance.oneIn(3)) {
    Value empty = tensor::EmptyOp::create(b, getShape(dims),
                                          getFloatType(operand.tensor));
    SmallVector<AffineMap> maps = {getMap(operand, dims),
                                   b.getMultiDimIdentityMap(dims.size())};
    SmallVector<utils::IteratorType> iterators(dims.size(),
                                               utils::IteratorType::parallel);
    return linalg::GenericOp::create(
               b, empty.getType(), operand.tensor, empty, maps, iterators,
               [](OpBuilder &body, Location loc, ValueRange in) {
                 linalg::YieldOp::create(body, loc, in[0]);
               })
        .getResult(0);
  }
  Spelled kept = dropUnits(operand);
  SmallVector<int64_t> permutation;
  Dims present;
  for (Dim dim : dims)
    if (llvm::is_contained(kept.dims, dim)) {
      permutation.push_back(llvm::find(kept.dims, dim) - kept.dims.begin());
      present.push_back(dim);
    }
  return broadcast(transposeTo(kept.tensor, permutation), present, dims);
}

/// With dimensions of size 1 for those that the operand does not have.
Value Speller::withUnits(const Spelled &operand, ArrayRef<Dim> dims) {
  if (ArrayRef(operand.dims) == dims)
    return operand.tensor;
  Dims present;
  SmallVector<int64_t> shape;
  for (Dim dim : dims) {
    bool has = llvm::is_contained(operand.dims, dim);
    if (has)
      present.push_back(dim);
    shape.push_back(has ? getSize(dim) : 1);
  }
  return reshape(arrange(operand, present), shape);
}

Value Speller::slice(Value tensor, unsigned dim, int64_t start, int64_t size,
                     int64_t step) {
  auto from = cast<RankedTensorType>(tensor.getType());
  SmallVector<int64_t> starts(from.getRank()), shape(from.getShape());
  starts[dim] = start;
  shape[dim] = size;
  if (step == 1 && isTosa())
    return tosa::SliceOp::create(b, from.clone(shape), tensor,
                                 tosa::getTosaConstShape(b, starts),
                                 tosa::getTosaConstShape(b, shape));
  SmallVector<OpFoldResult> offsets, extents, strides;
  for (auto [i, extent] : llvm::enumerate(shape)) {
    offsets.push_back(b.getIndexAttr(starts[i]));
    extents.push_back(b.getIndexAttr(extent));
    strides.push_back(b.getIndexAttr(i == dim ? step : 1));
  }
  return tensor::ExtractSliceOp::create(b, tensor, offsets, extents, strides);
}

Value Speller::concat(ArrayRef<Value> parts, unsigned dim) {
  auto first = cast<RankedTensorType>(parts.front().getType());
  SmallVector<int64_t> shape(first.getShape());
  shape[dim] = 0;
  for (Value part : parts)
    shape[dim] += cast<RankedTensorType>(part.getType()).getDimSize(dim);
  if (isTosa())
    return tosa::ConcatOp::create(b, first.clone(shape), parts,
                                  static_cast<uint32_t>(dim));
  if (chance.oneIn(2))
    return tensor::ConcatOp::create(b, dim, parts);
  Value whole = tensor::EmptyOp::create(b, shape, first.getElementType());
  int64_t start = 0;
  for (Value part : parts) {
    auto partType = cast<RankedTensorType>(part.getType());
    SmallVector<OpFoldResult> offsets(shape.size(), b.getIndexAttr(0)),
        strides(shape.size(), b.getIndexAttr(1));
    offsets[dim] = b.getIndexAttr(start);
    whole = tensor::InsertSliceOp::create(
        b, part, whole, offsets,
        getAsIndexOpFoldResult(b.getContext(), partType.getShape()), strides);
    start += partType.getDimSize(dim);
  }
  return whole;
}

Value Speller::constant(ArrayRef<int64_t> shape, ArrayRef<float> values) {
  SmallVector<APFloat> elements;
  for (float value : values)
    elements.push_back(FloatAttr::get(type, value).getValue());
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(RankedTensorType::get(shape, type), elements));
}

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

Value Speller::contract(const Spelled &lhs, const Spelled &rhs, Dim k,
                        ArrayRef<Dim> dims) {
  FloatType sumType = type.getWidth() == 16 ? b.getF32Type() : type;
  auto has = [](const Spelled &operand, Dim dim) {
    return llvm::is_contained(operand.dims, dim);
  };
  if (chance.oneIn(3)) {
    Dims loops(dims);
    loops.push_back(k);
    chance.shuffle(loops);
    Value start = createStart(getShape(dims), sumType, 0);
    SmallVector<AffineMap> maps = {
        getMap(lhs, loops), getMap(rhs, loops),
        getMap({start, Dims(dims)}, loops, /*isResult=*/true)};
    auto iterators = llvm::map_to_vector(loops, [&](Dim dim) {
      return dim == k ? utils::IteratorType::reduction
                      : utils::IteratorType::parallel;
    });
    auto op = linalg::GenericOp::create(
        b, start.getType(), ValueRange{lhs.tensor, rhs.tensor}, start, maps,
        iterators, [&](OpBuilder &body, Location loc, ValueRange in) {
          Value product = arith::MulFOp::create(
              body, loc, castScalar(body, loc, in[0], sumType),
              castScalar(body, loc, in[1], sumType));
          linalg::YieldOp::create(body, loc,
                                  createCombined(body, loc, chance,
                                                 FormulaKind::Sum, product,
                                                 in.back()));
        });
    return castElements(op.getResult(0), type);
  }

  // As a product of matrices, one for each value of what both have.
  Dims batch, m, n;
  for (Dim dim : dims) {
    if (has(lhs, dim) && has(rhs, dim))
      batch.push_back(dim);
    else
      (has(lhs, dim) ? m : n).push_back(dim);
  }
  // A matrix that all of a dimension share is repeated for each.
  if (batch.empty() && m.size() > 1 && chance.oneIn(2)) {
    batch.push_back(m.front());
    m.erase(m.begin());
  }
  auto join = [](std::initializer_list<ArrayRef<Dim>> parts) {
    Dims all;
    for (ArrayRef<Dim> part : parts)
      all.append(part.begin(), part.end());
    return all;
  };
  auto count = [&](ArrayRef<Dim> part) {
    int64_t product = 1;
    for (Dim dim : part)
      product *= getSize(dim);
    return product;
  };
  int64_t batches = count(batch), rows = count(m), columns = count(n);
  bool usesMatMul = type.isF32() && isTosa();
  bool isBatched = usesMatMul || !batch.empty();
  bool isTransposed = !usesMatMul && chance.oneIn(2);
  auto shapeOf = [&](int64_t first, int64_t second) {
    SmallVector<int64_t> shape = {first, second};
    if (isBatched)
      shape.insert(shape.begin(), batches);
    return shape;
  };
  Value a =
      reshape(arrange(lhs, join({batch, m, {k}})), shapeOf(rows, getSize(k)));
  Value c = isTransposed ? reshape(arrange(rhs, join({batch, n, {k}})),
                                   shapeOf(columns, getSize(k)))
                         : reshape(arrange(rhs, join({batch, {k}, n})),
                                   shapeOf(getSize(k), columns));
  Value product;
  if (usesMatMul) {
    product = tosa::MatMulOp::create(
        b, RankedTensorType::get(shapeOf(rows, columns), type), a, c);
  } else {
    Value start = createStart(shapeOf(rows, columns), sumType, 0);
    auto create = [&](auto op) {
      product = decltype(op)::create(b, b.getLoc(), start.getType(),
                                     ValueRange{a, c}, start)
                    ->getResult(0);
    };
    if (isBatched && isTransposed)
      create(linalg::BatchMatmulTransposeBOp());
    else if (isBatched)
      create(linalg::BatchMatmulOp());
    else if (isTransposed)
      create(linalg::MatmulTransposeBOp());
    else
      create(linalg::MatmulOp());
  }
  Dims order = join({batch, m, n});
  product = reshape(castElements(product, type), getShape(order));
  return arrange({product, order}, dims);
}

//===- Shapes.cpp - Views of rows and channels ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/Shapes.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::iquant;

/// Dimensions `from` to `to`, each a group of its own.
static void appendSingles(SmallVectorImpl<ReassociationIndices> &groups,
                          int64_t from, int64_t to) {
  for (int64_t dimension = from; dimension < to; ++dimension)
    groups.push_back({dimension});
}

/// Dimensions `from` to `to` as one group.
static ReassociationIndices range(int64_t from, int64_t to) {
  return llvm::to_vector<2>(llvm::seq<int64_t>(from, to));
}

static Value expand(ImplicitLocOpBuilder &builder, Value tensor,
                    ArrayRef<ReassociationIndices> groups,
                    ArrayRef<OpFoldResult> sizes) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<int64_t> shape = decomposeMixedValues(sizes).first;
  return tensor::ExpandShapeOp::create(
      builder, RankedTensorType::get(shape, type.getElementType()), tensor,
      groups, sizes);
}

static Value reshape(ImplicitLocOpBuilder &builder, Value tensor,
                     ArrayRef<OpFoldResult> sizes) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<Value> elements;
  for (OpFoldResult size : sizes)
    elements.push_back(
        getValueOrCreateConstantIndexOp(builder, builder.getLoc(), size));
  Value shape = tensor::FromElementsOp::create(builder, elements);
  return tensor::ReshapeOp::create(
      builder,
      RankedTensorType::get(decomposeMixedValues(sizes).first,
                            type.getElementType()),
      tensor, shape);
}

SmallVector<OpFoldResult> mlir::iquant::sizesOf(ImplicitLocOpBuilder &builder,
                                                Value tensor) {
  return tensor::getMixedSizes(builder, builder.getLoc(), tensor);
}

Value mlir::iquant::splitChannels(ImplicitLocOpBuilder &builder, Value tensor,
                                  ArrayRef<int64_t> parts) {
  // An operand may say less about the channels than the op knows.
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape.back() = llvm::product_of(parts);
  if (shape != type.getShape())
    tensor = tensor::CastOp::create(builder, type.clone(shape), tensor);
  SmallVector<OpFoldResult> sizes = sizesOf(builder, tensor);
  int64_t rows = sizes.size() - 1;
  sizes.pop_back();
  for (int64_t part : parts)
    sizes.push_back(builder.getIndexAttr(part));
  SmallVector<ReassociationIndices> groups;
  appendSingles(groups, 0, rows);
  groups.push_back(range(rows, rows + parts.size()));
  return expand(builder, tensor, groups, sizes);
}

Value mlir::iquant::joinChannels(ImplicitLocOpBuilder &builder, Value tensor,
                                 unsigned count) {
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  SmallVector<ReassociationIndices> groups;
  appendSingles(groups, 0, rank - count);
  groups.push_back(range(rank - count, rank));
  return tensor::CollapseShapeOp::create(builder, tensor, groups);
}

Value mlir::iquant::joinRows(ImplicitLocOpBuilder &builder, Value tensor,
                             unsigned kept) {
  int64_t rows = cast<RankedTensorType>(tensor.getType()).getRank() - kept;
  if (rows == 1)
    return tensor;
  SmallVector<ReassociationIndices> groups;
  if (rows > 1) {
    groups.push_back(range(0, rows));
    appendSingles(groups, rows, rows + kept);
    return tensor::CollapseShapeOp::create(builder, tensor, groups);
  }
  if (kept == 0) {
    // Upstream cannot expand the strides of a view of a scalar.
    Value scalar = tensor::ExtractOp::create(builder, tensor);
    return tensor::FromElementsOp::create(builder, scalar);
  }
  return addBatch(builder, tensor);
}

Value mlir::iquant::splitRows(ImplicitLocOpBuilder &builder, Value tensor,
                              ArrayRef<OpFoldResult> rows) {
  int64_t kept = cast<RankedTensorType>(tensor.getType()).getRank() - 1;
  int64_t count = rows.size();
  if (count == 1)
    return tensor;
  if (count == 0)
    return dropBatch(builder, tensor);
  SmallVector<ReassociationIndices> groups;
  SmallVector<OpFoldResult> sizes(rows);
  llvm::append_range(sizes, ArrayRef(sizesOf(builder, tensor)).drop_front());
  // Upstream cannot expand the strides of two sizes unknown in one group.
  if (llvm::count_if(rows, [](OpFoldResult size) { return isa<Value>(size); }) >
      1)
    return reshape(builder, tensor, sizes);
  groups.push_back(range(0, count));
  appendSingles(groups, count, count + kept);
  return expand(builder, tensor, groups, sizes);
}

/// Dimensions 0 and 1 as one group of a tensor with a batch.
static SmallVector<ReassociationIndices> batchGroups(int64_t rank) {
  SmallVector<ReassociationIndices> groups = {range(0, 2)};
  appendSingles(groups, 2, rank);
  return groups;
}

Value mlir::iquant::addBatch(ImplicitLocOpBuilder &builder, Value tensor) {
  SmallVector<OpFoldResult> sizes = sizesOf(builder, tensor);
  sizes.insert(sizes.begin(), builder.getIndexAttr(1));
  return expand(builder, tensor, batchGroups(sizes.size()), sizes);
}

Value mlir::iquant::dropBatch(ImplicitLocOpBuilder &builder, Value tensor) {
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  return tensor::CollapseShapeOp::create(builder, tensor, batchGroups(rank));
}

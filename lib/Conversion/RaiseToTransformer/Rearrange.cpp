//===- Rearrange.cpp - Transposes and reshapes that give an index ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Heads.h"

#include "iquant/Support/ConstantBuilder.h"
#include "iquant/Support/ConstantBytes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/Matchers.h"

#include <cstring>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// Groups of `pieces`, each with as many pieces as `counts` says; a group of
/// none, a dimension of size 1, is joined to a neighbour. Empty where there are
/// no pieces.
static SmallVector<ReassociationIndices> getGroups(ArrayRef<unsigned> counts) {
  // Which dimensions of the side with units belong to which piece.
  SmallVector<ReassociationIndices> groups;
  ReassociationIndices units;
  for (auto [dim, count] : llvm::enumerate(counts)) {
    if (count == 0) {
      if (groups.empty())
        units.push_back(dim);
      else
        groups.back().push_back(dim);
      continue;
    }
    groups.emplace_back(units);
    units.clear();
    groups.back().push_back(dim);
  }
  return groups;
}

/// Drops dimensions of size 1, where `counts` is 0.
static Value dropUnits(ImplicitLocOpBuilder &builder, Value value,
                       ArrayRef<unsigned> counts) {
  SmallVector<ReassociationIndices> groups = getGroups(counts);
  if (groups.size() == counts.size())
    return value;
  return tensor::CollapseShapeOp::create(builder, value, groups);
}

/// Adds dimensions of size 1, where `counts` is 0.
static Value addUnits(ImplicitLocOpBuilder &builder, Value value,
                      ArrayRef<unsigned> counts, ArrayRef<int64_t> shape) {
  SmallVector<ReassociationIndices> groups = getGroups(counts);
  if (groups.size() == counts.size())
    return value;
  auto type = cast<RankedTensorType>(value.getType());
  return tensor::ExpandShapeOp::create(builder, type.clone(shape), value,
                                       groups);
}

/// Consecutive numbers in groups of these sizes.
static SmallVector<ReassociationIndices>
numberGroups(ArrayRef<unsigned> counts) {
  SmallVector<ReassociationIndices> groups;
  int64_t next = 0;
  for (unsigned count : counts) {
    if (count == 0)
      continue;
    auto &group = groups.emplace_back();
    for (unsigned i = 0; i < count; ++i)
      group.push_back(next++);
  }
  return groups;
}

/// A transposed copy of a constant matrix; null without its elements.
static Value transposeConstant(ImplicitLocOpBuilder &builder, Value matrix,
                               Constants &constants) {
  ElementsAttr source;
  if (!matchPattern(matrix, m_Constant(&source)) ||
      source.getShapedType().getRank() != 2 || source.isSplat())
    return {};
  Attribute &result = constants.transposed[source];
  std::optional<ArrayRef<char>> bytes = getConstantBytes(source);
  ArrayRef<int64_t> shape = source.getShapedType().getShape();
  int64_t width = source.getElementType().getIntOrFloatBitWidth() / 8;
  if (!bytes ||
      static_cast<int64_t>(bytes->size()) != shape[0] * shape[1] * width)
    return {};
  if (!result) {
    auto type =
        RankedTensorType::get({shape[1], shape[0]}, source.getElementType());
    AsmResourceBlob blob =
        HeapAsmResourceBlob::allocate(bytes->size(), /*align=*/64);
    char *to = blob.getMutableData().data();
    for (int64_t column = 0; column < shape[1]; ++column)
      for (int64_t row = 0; row < shape[0]; ++row, to += width)
        std::memcpy(to, bytes->data() + (row * shape[1] + column) * width,
                    width);
    std::string name = "weight";
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(source))
      name = resource.getRawHandle().getKey();
    if (type.getNumElements() <= kMaxInlineElements)
      result = DenseElementsAttr::getFromRawBuffer(type, blob.getData());
    else
      result = DenseResourceElementsAttr::get(type, name + ".transposed",
                                              std::move(blob));
  }
  return arith::ConstantOp::create(builder, cast<TypedAttr>(result));
}

static Value transpose(ImplicitLocOpBuilder &builder, Value value,
                       ArrayRef<int64_t> permutation, Constants &constants) {
  if (llvm::is_sorted(permutation))
    return value;
  if (Value constant = transposeConstant(builder, value, constants))
    return constant;
  auto sizes = tensor::getMixedSizes(builder, builder.getLoc(), value);
  SmallVector<OpFoldResult> shape =
      applyPermutation(ArrayRef(sizes), permutation);
  Value empty = tensor::EmptyOp::create(builder, shape,
                                        getElementTypeOrSelf(value.getType()));
  return linalg::TransposeOp::create(builder, value, empty, permutation)
      ->getResult(0);
}

/// The same elements in the same order in another shape.
static Value reshape(ImplicitLocOpBuilder &builder, Value value,
                     RankedTensorType type) {
  auto from = cast<RankedTensorType>(value.getType());
  if (from == type)
    return value;
  auto groups = getReassociationIndicesForReshape(from, type);
  if (groups && from.getRank() > type.getRank())
    return tensor::CollapseShapeOp::create(builder, type, value, *groups);
  if (groups && from.getRank() < type.getRank())
    return tensor::ExpandShapeOp::create(builder, type, value, *groups);
  if (!from.hasStaticShape() || from.getRank() == 0 || type.getRank() == 0)
    return {};
  auto flat = from.clone(ArrayRef(from.getNumElements()));
  value = reshape(builder, value, flat);
  return reshape(builder, value, type);
}

Value raise::rearrange(ImplicitLocOpBuilder &builder, const IndexSpace &space,
                       const Term &element, ArrayRef<AffineExpr> indices,
                       ArrayRef<int64_t> shape, Constants &constants) {
  auto type = cast<RankedTensorType>(element.value.getType());
  AffineExpr place = space.join(indices, shape);
  if (place && haveSameCount(type.getShape(), shape) &&
      space.join(element.at, type.getShape()) == place)
    if (Value reshaped = reshape(builder, element.value, type.clone(shape)))
      return reshaped;

  // What every dimension is made of, before and after.
  SmallVector<unsigned> fromCounts, fromKept, toCounts, toKept;
  Indices from, to;
  auto collect = [&](ArrayRef<AffineExpr> exprs, ArrayRef<int64_t> sizes,
                     Indices &all, SmallVectorImpl<unsigned> &counts,
                     SmallVectorImpl<unsigned> &kept) {
    for (auto [expr, size] : llvm::zip_equal(exprs, sizes)) {
      std::optional<Indices> digits = getDigits(space, expr, size);
      if (!digits)
        return false;
      all.append(*digits);
      counts.push_back(digits->size());
      if (!digits->empty())
        kept.push_back(digits->size());
    }
    return true;
  };
  if (!collect(element.at, type.getShape(), from, fromCounts, fromKept) ||
      !collect(indices, shape, to, toCounts, toKept) || from.empty() ||
      from.size() != to.size())
    return {};
  SmallVector<int64_t> permutation, digits, joined;
  for (AffineExpr digit : to) {
    auto found = llvm::find(from, digit);
    if (found == from.end() || llvm::count(from, digit) != 1)
      return {};
    permutation.push_back(found - from.begin());
  }
  for (AffineExpr digit : from)
    digits.push_back(space.getExtent(digit));
  for (int64_t size : shape)
    if (size != 1)
      joined.push_back(size);

  Value value = dropUnits(builder, element.value, fromCounts);
  if (from.size() != fromKept.size())
    value = tensor::ExpandShapeOp::create(builder, type.clone(ArrayRef(digits)),
                                          value, numberGroups(fromKept));
  value = transpose(builder, value, permutation, constants);
  if (to.size() != toKept.size())
    value = tensor::CollapseShapeOp::create(
        builder, type.clone(ArrayRef(joined)), value, numberGroups(toKept));
  return addUnits(builder, value, toCounts, shape);
}

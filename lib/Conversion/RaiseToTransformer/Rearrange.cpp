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

/// A constant in another shape; null where it is none, or another kind of one.
static Value reshapeConstant(ImplicitLocOpBuilder &builder, Value value,
                             RankedTensorType type) {
  ElementsAttr source, result;
  if (!type.hasStaticShape() || !matchPattern(value, m_Constant(&source)))
    return {};
  if (auto dense = dyn_cast<DenseElementsAttr>(source))
    result = dense.reshape(type);
  else if (auto resource = dyn_cast<DenseResourceElementsAttr>(source))
    result = DenseResourceElementsAttr::get(type, resource.getRawHandle());
  else
    return {};
  return arith::ConstantOp::create(builder, cast<TypedAttr>(result));
}

/// Joins dimensions.
static Value collapse(ImplicitLocOpBuilder &builder, Value value,
                      ArrayRef<int64_t> shape,
                      ArrayRef<ReassociationIndices> groups) {
  auto type = cast<RankedTensorType>(value.getType()).clone(shape);
  if (Value constant = reshapeConstant(builder, value, type))
    return constant;
  return tensor::CollapseShapeOp::create(builder, type, value, groups);
}

/// Takes dimensions apart.
static Value expand(ImplicitLocOpBuilder &builder, Value value,
                    ArrayRef<int64_t> shape,
                    ArrayRef<ReassociationIndices> groups) {
  auto type = cast<RankedTensorType>(value.getType()).clone(shape);
  if (Value constant = reshapeConstant(builder, value, type))
    return constant;
  return tensor::ExpandShapeOp::create(builder, type, value, groups);
}

/// Drops dimensions of size 1, where `counts` is 0.
static Value dropUnits(ImplicitLocOpBuilder &builder, Value value,
                       ArrayRef<unsigned> counts) {
  SmallVector<ReassociationIndices> groups = getGroups(counts);
  if (groups.size() == counts.size())
    return value;
  SmallVector<int64_t> shape;
  for (auto [size, count] : llvm::zip_equal(
           cast<RankedTensorType>(value.getType()).getShape(), counts))
    if (count != 0)
      shape.push_back(size);
  return collapse(builder, value, shape, groups);
}

/// Adds dimensions of size 1, where `counts` is 0.
static Value addUnits(ImplicitLocOpBuilder &builder, Value value,
                      ArrayRef<unsigned> counts, ArrayRef<int64_t> shape) {
  SmallVector<ReassociationIndices> groups = getGroups(counts);
  if (groups.size() == counts.size())
    return value;
  return expand(builder, value, shape, groups);
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

/// Copies elements of `width` bytes into the order of a permutation.
static void copyTransposed(ArrayRef<char> from, char *to,
                           ArrayRef<int64_t> shape,
                           ArrayRef<int64_t> permutation, int64_t width) {
  SmallVector<int64_t> strides = computeStrides(shape);
  applyPermutationToVector(strides, permutation);
  SmallVector<int64_t> sizes = applyPermutation(shape, permutation);
  int64_t size = sizes.pop_back_val(), stride = strides.pop_back_val();
  SmallVector<int64_t> steps = computeStrides(sizes);
  for (int64_t i = 0, rows = computeProduct(sizes); i < rows; ++i) {
    int64_t place = linearize(delinearize(i, steps), strides);
    for (int64_t k = 0; k < size; ++k, place += stride, to += width)
      std::memcpy(to, from.data() + place * width, width);
  }
}

/// A transposed copy of a constant; null without its elements.
static Value transposeConstant(ImplicitLocOpBuilder &builder, Value tensor,
                               ArrayRef<int64_t> permutation, Common &common) {
  ElementsAttr source;
  if (!matchPattern(tensor, m_Constant(&source)) || source.isSplat())
    return {};
  Attribute &result =
      common.transposed[{source, builder.getDenseI64ArrayAttr(permutation)}];
  std::optional<ArrayRef<char>> bytes = getConstantBytes(source);
  ArrayRef<int64_t> shape = source.getShapedType().getShape();
  int64_t width = source.getElementType().getIntOrFloatBitWidth() / 8;
  if (!bytes ||
      static_cast<int64_t>(bytes->size()) != computeProduct(shape) * width)
    return {};
  if (!result) {
    auto type = RankedTensorType::get(applyPermutation(shape, permutation),
                                      source.getElementType());
    AsmResourceBlob blob =
        HeapAsmResourceBlob::allocate(bytes->size(), /*align=*/64);
    copyTransposed(*bytes, blob.getMutableData().data(), shape, permutation,
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
                       ArrayRef<int64_t> permutation, Common &common) {
  if (llvm::is_sorted(permutation))
    return value;
  if (Value constant = transposeConstant(builder, value, permutation, common))
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
  if (Value constant = reshapeConstant(builder, value, type))
    return constant;
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

namespace {
/// The part of a tensor in which an element lies.
struct Part {
  /// Where the part begins, its sizes, and the element in it.
  SmallVector<int64_t> offsets, sizes;
  Indices at;
};
} // namespace

/// A part that begins where all variables are 0; what an index does not reach
/// is not in it.
static Part getPart(const IndexSpace &space, const Term &element) {
  Part part;
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(element.value.getType()).getShape();
  for (auto [index, size] : llvm::zip_equal(element.at, shape)) {
    auto range = space.getRange(index);
    bool isKnown = range && range->first >= 0 && range->second < size;
    int64_t offset = isKnown ? range->first : 0;
    part.offsets.push_back(offset);
    part.sizes.push_back(isKnown ? range->second - offset + 1 : size);
    part.at.push_back(space.simplify(index - offset));
  }
  return part;
}

/// The part as a tensor; the tensor itself where it is all of it.
static Value slice(ImplicitLocOpBuilder &builder, Value tensor,
                   const Part &part) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (ArrayRef(part.sizes) == type.getShape())
    return tensor;
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, builder.getLoc(), tensor);
  for (auto [size, known] : llvm::zip_equal(sizes, part.sizes))
    if (ShapedType::isStatic(known))
      size = builder.getIndexAttr(known);
  SmallVector<OpFoldResult> strides(type.getRank(), builder.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(
      builder, tensor,
      getAsIndexOpFoldResult(builder.getContext(), part.offsets), sizes,
      strides);
}

Value raise::rearrange(ImplicitLocOpBuilder &builder, const IndexSpace &space,
                       const Term &element, ArrayRef<AffineExpr> indices,
                       ArrayRef<int64_t> shape, Common &common,
                       bool mayRepeat) {
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
  Part part = getPart(space, element);
  if (!collect(part.at, part.sizes, from, fromCounts, fromKept) ||
      !collect(indices, shape, to, toCounts, toKept) || from.empty() ||
      from.size() > to.size())
    return {};
  SmallVector<int64_t> permutation, repeated, digits, extents, joined;
  for (auto [dim, digit] : llvm::enumerate(to)) {
    auto found = llvm::find(from, digit);
    extents.push_back(space.getExtent(digit));
    if (found == from.end())
      repeated.push_back(dim);
    else if (llvm::count(from, digit) == 1)
      permutation.push_back(found - from.begin());
  }
  if (permutation.size() != from.size() ||
      (!repeated.empty() &&
       (!mayRepeat || llvm::any_of(extents, ShapedType::isDynamic))))
    return {};
  for (AffineExpr digit : from)
    digits.push_back(space.getExtent(digit));
  for (int64_t size : shape)
    if (size != 1)
      joined.push_back(size);

  Value value =
      dropUnits(builder, slice(builder, element.value, part), fromCounts);
  if (from.size() != fromKept.size())
    value = expand(builder, value, digits, numberGroups(fromKept));
  value = transpose(builder, value, permutation, common);
  if (!repeated.empty()) {
    Value empty =
        tensor::EmptyOp::create(builder, extents, type.getElementType());
    value = linalg::BroadcastOp::create(builder, value, empty, repeated)
                ->getResult(0);
  }
  if (to.size() != toKept.size())
    value = collapse(builder, value, joined, numberGroups(toKept));
  return addUnits(builder, value, toCounts, shape);
}

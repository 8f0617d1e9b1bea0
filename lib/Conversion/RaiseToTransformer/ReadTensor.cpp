//===- ReadTensor.cpp - Terms of tensor ops -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Term.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

static std::optional<Term> step(Reader &reader, tensor::ExpandShapeOp op,
                                const Term &term) {
  Indices at;
  ArrayRef<AffineExpr> indices(term.at);
  for (auto group : op.getReassociationIndices()) {
    AffineExpr place = reader.getSpace().join(
        indices.slice(group.front(), group.size()),
        op.getType().getShape().slice(group.front(), group.size()));
    if (!place)
      return std::nullopt;
    at.push_back(place);
  }
  return reader.getElement(op.getSrc(), std::move(at));
}

static std::optional<Term> step(Reader &reader, tensor::CollapseShapeOp op,
                                const Term &term) {
  Indices at;
  for (auto [group, index] :
       llvm::zip_equal(op.getReassociationIndices(), term.at))
    if (failed(reader.getSpace().split(
            index,
            op.getSrcType().getShape().slice(group.front(), group.size()), at)))
      return std::nullopt;
  return reader.getElement(op.getSrc(), std::move(at));
}

/// Whether a size is that of the dimension of what a slice is taken from.
static bool isWhole(tensor::ExtractSliceOp op, int64_t dim, OpFoldResult size) {
  auto value = dyn_cast<Value>(size);
  auto whole = value ? value.getDefiningOp<tensor::DimOp>() : tensor::DimOp();
  return whole && whole.getSource() == op.getSource() &&
         whole.getConstantIndex() == dim;
}

static std::optional<Term> step(Reader &reader, tensor::ExtractSliceOp op,
                                const Term &term) {
  Indices at;
  llvm::SmallBitVector dropped = op.getDroppedDims();
  unsigned next = 0;
  for (auto [dim, offset, size, stride] : llvm::enumerate(
           op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides())) {
    AffineExpr begin = reader.getIndex(offset, term.loops);
    std::optional<int64_t> step = getConstantIntValue(stride);
    if (!begin || !step)
      return std::nullopt;
    // A part of unknown size cannot be told from the whole.
    if (!getConstantIntValue(size) && !isWhole(op, dim, size))
      return std::nullopt;
    AffineExpr index =
        dropped[dim] ? reader.getSpace().getConstant(0) : term.at[next++];
    at.push_back(index * *step + begin);
  }
  return reader.getElement(op.getSource(), std::move(at));
}

static std::optional<Term> step(Reader &reader, tensor::InsertSliceOp op,
                                const Term &term) {
  llvm::SmallBitVector dropped = op.getDroppedDims();
  Indices at;
  bool inside = true;
  for (auto [dim, offset, size, stride, index] :
       llvm::enumerate(op.getMixedOffsets(), op.getMixedSizes(),
                       op.getMixedStrides(), term.at)) {
    std::optional<int64_t> begin = getConstantIntValue(offset);
    std::optional<int64_t> count = getConstantIntValue(size);
    std::optional<int64_t> step = getConstantIntValue(stride);
    if (!begin || !count || step != 1)
      return std::nullopt;
    auto range = reader.getSpace().getRange(index);
    if (!range && !(*begin == 0 && *count == op.getDestType().getDimSize(dim)))
      return std::nullopt;
    if (range && (range->second < *begin || range->first >= *begin + *count))
      return reader.getElement(op.getDest(), term.at);
    inside &=
        !range || (range->first >= *begin && range->second < *begin + *count);
    if (!dropped[dim])
      at.push_back(index - *begin);
  }
  if (!inside)
    return std::nullopt;
  return reader.getElement(op.getSource(), std::move(at));
}

std::optional<Term> raise::stepIntoPart(Reader &reader, ValueRange parts,
                                        unsigned dim, const Term &term) {
  auto range = reader.getSpace().getRange(term.at[dim]);
  int64_t begin = 0;
  for (Value part : parts) {
    auto type = dyn_cast<RankedTensorType>(part.getType());
    if (!range || !type || type.isDynamicDim(dim))
      return std::nullopt;
    int64_t size = type.getDimSize(dim);
    if (range->first >= begin && range->second < begin + size) {
      Indices at = term.at;
      at[dim] = at[dim] - begin;
      return reader.getElement(part, std::move(at));
    }
    begin += size;
  }
  return std::nullopt;
}

static std::optional<Term> step(Reader &reader, tensor::ExtractOp op,
                                const Term &term) {
  Indices at;
  for (Value index : op.getIndices()) {
    at.push_back(reader.getIndex({index, term.at, term.loops}));
    if (!at.back())
      return std::nullopt;
  }
  return reader.getElement(op.getTensor(), std::move(at));
}

static std::optional<Term> step(Reader &reader, tensor::GatherOp op,
                                const Term &term) {
  // The last dimension of the indices counts the dimensions that are gathered.
  size_t batch = op.getIndicesType().getRank() - 1;
  ArrayRef<AffineExpr> rest = ArrayRef(term.at).drop_front(batch);
  int64_t rank = op.getSourceType().getRank();
  bool keepsUnits = static_cast<int64_t>(rest.size()) == rank;
  Indices at;
  for (int64_t dim = 0; dim < rank; ++dim) {
    auto gathered = llvm::find(op.getGatherDims(), dim);
    bool isGathered = gathered != op.getGatherDims().end();
    if (isGathered) {
      Indices ofIndex(ArrayRef(term.at).take_front(batch));
      ofIndex.push_back(
          reader.getSpace().getConstant(gathered - op.getGatherDims().begin()));
      at.push_back(reader.getIndex(
          reader.getElement(op.getIndices(), std::move(ofIndex), term.loops)));
      if (!at.back())
        return std::nullopt;
    } else {
      at.push_back(rest.front());
    }
    if (!isGathered || keepsUnits)
      rest = rest.drop_front();
  }
  return reader.getElement(op.getSource(), std::move(at));
}

std::optional<Term> raise::stepTensor(Reader &reader, const Term &term) {
  Operation *op = term.value.getDefiningOp();
  if (!op)
    return std::nullopt;
  return llvm::TypeSwitch<Operation *, std::optional<Term>>(op)
      .Case<tensor::ExpandShapeOp, tensor::CollapseShapeOp,
            tensor::ExtractSliceOp, tensor::InsertSliceOp, tensor::ExtractOp,
            tensor::GatherOp>([&](auto op) { return step(reader, op, term); })
      .Case([&](tensor::ConcatOp op) {
        return stepIntoPart(reader, op.getInputs(), op.getDim(), term);
      })
      .Case([&](tensor::CastOp op) -> std::optional<Term> {
        if (!isa<RankedTensorType>(op.getSource().getType()))
          return std::nullopt;
        return reader.getElement(op.getSource(), term.at);
      })
      .Case([&](tensor::SplatOp op) { return Term{op.getInput(), {}}; })
      .Default(std::nullopt);
}

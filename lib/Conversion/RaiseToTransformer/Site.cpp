//===- Site.cpp - A value that may be raised ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Site.h"

#include "iquant/Support/ConstantBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// How deep formulas nest parts that are tensors of their own.
static constexpr unsigned kMaxDepth = 4;

Site::State::State(OpResult result, Common &common,
                   ArrayRef<RaisePattern> patterns, bool isQuiet)
    : common(common), result(result), space(result.getContext()), reader(space),
      builder(result.getLoc(), result.getOwner()), patterns(patterns),
      isQuiet(isQuiet) {}

Site::Site(State &state)
    : state(state), type(llvm::cast<RankedTensorType>(state.result.getType())) {
  term = state.reader.begin(state.result);
  indices = term.at;
}

Site Site::withChannel(AffineExpr index) const {
  // The last one of equals, which are all 0.
  auto found = llvm::find(llvm::reverse(indices), index);
  size_t dim = std::prev(found.base()) - indices.begin();
  Indices permuted(indices);
  SmallVector<int64_t> shape(type.getShape());
  std::rotate(permuted.begin() + dim, permuted.begin() + dim + 1,
              permuted.end());
  std::rotate(shape.begin() + dim, shape.begin() + dim + 1, shape.end());
  return Site(state, term, permuted, type.clone(ArrayRef(shape)));
}

Value Site::getRearranged(ArrayRef<Term> path, ArrayRef<AffineExpr> indices,
                          ArrayRef<int64_t> shape, bool mayRepeat) {
  for (const Term &step : llvm::reverse(path))
    if (llvm::cast<RankedTensorType>(step.value.getType()).getShape() ==
            shape &&
        ArrayRef(step.at) == indices)
      return step.value;
  // The nearest tensor to the producer that only moves elements.
  for (const Term &step : llvm::reverse(path))
    if (Value moved = rearrange(state.builder, state.space, step, indices,
                                shape, state.common, mayRepeat))
      return moved;
  return {};
}

Value Site::getReshaped(const Term &element) {
  ArrayRef<int64_t> from =
      llvm::cast<RankedTensorType>(element.value.getType()).getShape();
  AffineExpr place = state.space.join(indices, type.getShape());
  if (!place || !haveSameCount(from, type.getShape()) ||
      state.space.join(element.at, from) != place)
    return {};
  return rearrange(state.builder, state.space, element, indices,
                   type.getShape(), state.common);
}

Value Site::getMoved(ArrayRef<Term> path) {
  return getRearranged(path, indices, type.getShape(), /*mayRepeat=*/true);
}

Value Site::getRepeated(const Term &element, ArrayRef<AffineExpr> indices,
                        ArrayRef<int64_t> shape) {
  SmallVector<Term> path;
  state.reader.look(element, &path);
  return getRearranged(path, indices, shape, /*mayRepeat=*/true);
}

Value Site::getTensor(const Term &element, ArrayRef<AffineExpr> indices,
                      ArrayRef<int64_t> shape) {
  SmallVector<Term> path;
  state.reader.look(element, &path);
  if (Value tensor = getRearranged(path, indices, shape))
    return tensor;

  // A part of a formula of several ops.
  Type elementType = getElementTypeOrSelf(element.value.getType());
  if (!isa<FloatType>(elementType) || state.depth == kMaxDepth ||
      state.reader.read(element).kind == Kind::Leaf)
    return {};
  ++state.depth;
  Site part(state, element, indices, RankedTensorType::get(shape, elementType));
  Raised raised = part.raise();
  --state.depth;
  if (raised && *raised)
    return *raised;
  Term computed = state.reader.look(element);
  if (!state.reader.isVisible(computed))
    return {};
  return recompute(state.builder, computed, indices, shape);
}

std::optional<Term> Site::getRowsOf(const Term &element, AffineExpr channel) {
  SmallVector<Term> path;
  state.reader.look(element, &path);
  AffineExpr row = state.space.join(getRows(), type.getShape().drop_back());
  for (Term &step : llvm::reverse(path)) {
    ArrayRef<int64_t> shape =
        llvm::cast<RankedTensorType>(step.value.getType()).getShape();
    if (shape.empty() || step.at.back() != channel ||
        shape.back() != state.space.getExtent(channel))
      continue;
    ArrayRef<int64_t> rows = shape.drop_back();
    if (row && haveSameCount(rows, type.getShape().drop_back()) &&
        state.space.join(ArrayRef(step.at).drop_back(), rows) == row)
      return step;
  }
  return std::nullopt;
}

Value Site::cast(Value tensor, Type elementType) {
  auto from = llvm::cast<RankedTensorType>(tensor.getType());
  if (from.getElementType() == elementType)
    return tensor;
  Type to = from.clone(elementType);
  unsigned width = elementType.getIntOrFloatBitWidth();
  if (width > from.getElementTypeBitWidth())
    return arith::ExtFOp::create(state.builder, to, tensor);
  if (width < from.getElementTypeBitWidth())
    return arith::TruncFOp::create(state.builder, to, tensor);
  // Between bf16 and f16 there is no cast.
  Value wide = arith::ExtFOp::create(
      state.builder, from.clone(state.builder.getF32Type()), tensor);
  return arith::TruncFOp::create(state.builder, to, wide);
}

static bool isFloatTensor(Value tensor) {
  return isa<FloatType>(getElementTypeOrSelf(tensor.getType()));
}

Value Site::getActivation(const Term &element) {
  Value tensor = getTensor(element, indices, type.getShape());
  if (!tensor || !isFloatTensor(tensor))
    return {};
  return cast(tensor, type.getElementType());
}

Value Site::getKnownVector(const Term &element) {
  auto channel = dyn_cast<AffineDimExpr>(getChannel());
  if (!channel || ShapedType::isDynamic(getChannels()) ||
      llvm::any_of(getRows(), [&](AffineExpr row) {
        return state.reader.dependsOn(element, row);
      }))
    return {};
  ConstantBuilder<float> vector(
      RankedTensorType::get(getChannels(), state.builder.getF32Type()));
  SmallVector<int64_t> values(channel.getPosition() + 1);
  for (int64_t i = 0; i < getChannels(); ++i) {
    values[channel.getPosition()] = i;
    std::optional<double> value = state.reader.evaluate(element, values);
    if (!value)
      return {};
    vector.data()[i] = static_cast<float>(*value);
  }
  return arith::ConstantOp::create(
      state.builder, llvm::cast<TypedAttr>(vector.finish("vector")));
}

Value Site::getChannelVector(const Term &element) {
  Value vector = getTensor(element, getChannel(), getChannels());
  if (vector && matchPattern(vector, m_Constant()))
    return isFloatTensor(vector) ? vector : Value();
  if (Value known = getKnownVector(element))
    return known;
  return vector && isFloatTensor(vector) ? vector : Value();
}

Raised Site::raise() {
  for (RaisePattern pattern : state.patterns)
    if (Raised raised = pattern(*this); raised && *raised)
      return raised;
  return std::nullopt;
}

std::nullopt_t Site::decline(StringRef op, const Twine &reason) {
  if (state.isQuiet)
    return std::nullopt;
  remark::failed(state.builder.getLoc(),
                 remark::RemarkOpts::name("Declined").category(kRemarkCategory))
      << ("looks like a transformer." + op + ", but " + reason).str();
  return std::nullopt;
}

//===- IQuantAttentionOps.cpp - Rotations and attention by rule -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IQuantValues.h"

#include "iquant/Reference/HeadLayout.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;

/// Longest row of keys whose sums A4 keeps in range.
static constexpr int64_t kMaxKeys = 32768;

//===----------------------------------------------------------------------===//
// Rotations
//===----------------------------------------------------------------------===//

/// Computes both channels of every pair of the input from what they are.
template <typename OpTy>
static Results evaluatePairs(OpTy op, Evaluator &evaluator,
                             llvm::function_ref<std::pair<int32_t, int32_t>(
                                 RotatedPair at, int32_t a, int32_t b)>
                                 rotate) {
  Tensor input = evaluator.tensor(op.getInput());
  Tensor result(input.getShape(), input.getElementType());
  ArrayRef<int32_t> x = input.data<int32_t>();
  MutableArrayRef<int32_t> y = result.mutableData<int32_t>();
  forEachRotatedPair(
      input.getShape(), op.getHeads(),
      op.getPairing() == RopePairing::Interleaved, [&](RotatedPair at) {
        std::tie(y[at.a], y[at.b]) = rotate(at, x[at.a], x[at.b]);
      });
  return SmallVector<RuntimeValue>{result};
}

Results reference::evaluateRope(RopeOp op, Evaluator &evaluator) {
  Tensor cosine = evaluator.tensor(op.getCosine());
  Tensor sine = evaluator.tensor(op.getSine());
  Tensor position = evaluator.tensor(op.getPosition());
  if (position.getRank() == 0 && position.getInt() < 0)
    return op.emitOpError() << "expects an offset that is not negative, got "
                            << position.getInt();
  SmallVector<int64_t> positions =
      getPositions(position, evaluator.tensor(op.getInput()).getShape());
  int64_t h = op.getCosine().getType().getExponent();
  int64_t last = cosine.getDim(0) - 1, pairs = cosine.getDim(1);
  return evaluatePairs(
      op, evaluator, [&](RotatedPair at, int32_t a, int32_t b) {
        int64_t p = std::clamp<int64_t>(positions[at.row], 0, last);
        int64_t entry = p * pairs + at.pair;
        return rotate(a, b, cosine.getInt(entry), sine.getInt(entry), h);
      });
}

Results reference::evaluateRotatePairs(RotatePairsOp op, Evaluator &evaluator) {
  Tensor cosine = evaluator.tensor(op.getCosine());
  Tensor sine = evaluator.tensor(op.getSine());
  int64_t h = op.getCosine().getType().getExponent();
  int64_t width = cosine.getShape().back(), rows = cosine.getNumRows();
  return evaluatePairs(op, evaluator,
                       [&](RotatedPair at, int32_t a, int32_t b) {
                         auto turnOf = [&](int64_t element) {
                           int64_t i = at.row % rows * width + element % width;
                           return Turn{cosine.getInt(i), sine.getInt(i)};
                         };
                         return rotatePair(a, b, turnOf(at.a), turnOf(at.b), h);
                       });
}

//===----------------------------------------------------------------------===//
// Cache
//===----------------------------------------------------------------------===//

Results reference::evaluateUpdateCache(UpdateCacheOp op, Evaluator &evaluator) {
  int64_t dimension = op.getType().getShape().size() - 2;
  RuntimeValue cache = evaluator.get(op.getCache());
  RuntimeValue rows = evaluator.get(op.getRows());
  SmallVector<Tensor, 1> components;
  for (auto [old, added] :
       llvm::zip_equal(cache.getComponents(), rows.getComponents())) {
    FailureOr<Tensor> updated = updateRows(op, old, added, dimension,
                                           evaluator.integer(op.getOffset()));
    if (failed(updated))
      return failure();
    components.push_back(*updated);
  }
  return SmallVector<RuntimeValue>{RuntimeValue(std::move(components))};
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

Results reference::evaluateAttention(AttentionOp op, Evaluator &evaluator) {
  DynView query(op.getQuery().getType(), evaluator.get(op.getQuery()));
  DynView key(op.getKey().getType(), evaluator.get(op.getKey()));
  DynView value(op.getValue().getType(), evaluator.get(op.getValue()));
  Tensor mask;
  if (op.getMask())
    mask = evaluator.tensor(op.getMask());
  std::optional<int64_t> offset;
  if (op.getOffset())
    offset = evaluator.integer(op.getOffset());
  FailureOr<HeadLayout> layout = HeadLayout::get(
      op, query.codes, key.codes, value.codes, op.getMask() ? &mask : nullptr,
      offset, op.getHeads(), op.getKvHeads(), op.getCausal());
  if (failed(layout))
    return failure();
  if (layout->keys > kMaxKeys)
    return op.emitOpError()
           << "expects at most " << kMaxKeys << " keys, got " << layout->keys;

  int64_t D = op.getHeadWidth();
  // Unused with tables, which have scales of their own.
  Dyadic scoreScale = {
      static_cast<int64_t>(op.getScaleMultiplier().value_or(0)),
      static_cast<int64_t>(op.getScaleExponent().value_or(0))};
  Tensor result(query.codes.getShape(), getElementTypeOf(op.getResult()));
  MutableArrayRef<int32_t> elements = result.mutableData<int32_t>();
  layout->forEachQuery([&](int64_t q, ArrayRef<HeadLayout::Key> valid) {
    // `q` and `j.head` count heads, which are the rows of the views.
    SmallVector<KeyValue> keys;
    for (const HeadLayout::Key &j : valid)
      keys.push_back({key.codes.data<int8_t>().data() + j.head * D,
                      key.getScale(j.head),
                      value.codes.data<int8_t>().data() + j.head * D,
                      value.getScale(j.head), j.position});
    HeadExponential exponential(op, /*head=*/q % op.getHeads());
    llvm::copy(attention(rowOf<int8_t>(query.codes, q, D), query.getScale(q),
                         keys, scoreScale, op.getType().getExponent(),
                         exponential.getSource()),
               elements.begin() + q * D);
  });
  return SmallVector<RuntimeValue>{result};
}

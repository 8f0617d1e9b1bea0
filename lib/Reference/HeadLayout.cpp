//===- HeadLayout.cpp - Which keys a query head reads ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Reference/HeadLayout.h"

using namespace mlir;
using namespace mlir::iquant::reference;

FailureOr<HeadLayout> HeadLayout::get(Operation *op, const Tensor &query,
                                      const Tensor &key, const Tensor &value,
                                      const Tensor *mask,
                                      std::optional<int64_t> offset,
                                      int64_t heads, int64_t kvHeads,
                                      bool causal) {
  bool batched = query.getRank() == 3;
  HeadLayout layout;
  layout.batches = batched ? query.getDim(0) : 1;
  layout.queries = query.getDim(batched);
  layout.keys = key.getDim(batched);
  layout.offset = offset.value_or(layout.keys - layout.queries);
  layout.end = layout.offset + layout.queries;
  layout.heads = heads;
  layout.kvHeads = kvHeads;
  layout.causal = causal;
  layout.mask = mask;
  layout.maskPerQuery = mask && mask->getRank() == query.getRank();

  if (key.getShape() != value.getShape())
    return op->emitOpError() << "expects key and value of one shape, got "
                             << showShape(key.getShape()) << " and "
                             << showShape(value.getShape());
  if (batched && key.getDim(0) != layout.batches)
    return op->emitOpError()
           << "expects as many batches of keys as of queries, "
           << layout.batches << ", got " << key.getDim(0);
  if (causal && layout.queries > layout.keys)
    return op->emitOpError()
           << "expects a causal attention to have no more queries than keys, "
           << "got " << layout.queries << " queries and " << layout.keys
           << " keys";
  if (offset && (*offset < 0 || *offset > layout.keys - layout.queries))
    return op->emitOpError()
           << "expects its " << layout.queries << " queries among the "
           << layout.keys << " keys, got the offset " << *offset;
  SmallVector<int64_t> expected;
  if (batched)
    expected.push_back(layout.batches);
  if (layout.maskPerQuery)
    expected.push_back(layout.queries);
  expected.push_back(layout.keys);
  if (mask && mask->getShape() != ArrayRef<int64_t>(expected))
    return op->emitOpError()
           << "expects a mask of shape " << showShape(expected) << ", got "
           << showShape(mask->getShape());
  return layout;
}

void HeadLayout::forEachQuery(
    llvm::function_ref<void(int64_t, ArrayRef<Key>)> function) const {
  for (int64_t b = 0; b < batches; ++b)
    for (int64_t i = 0; i < queries; ++i) {
      int64_t query = b * queries + i;
      SmallVector<int64_t> valid;
      for (int64_t j = 0; j < end; ++j) {
        bool masked = mask && !mask->getInt(maskPerQuery ? query * keys + j
                                                         : b * keys + j);
        if (!masked && (!causal || j <= offset + i))
          valid.push_back(j);
      }
      for (int64_t h = 0; h < heads; ++h) {
        SmallVector<Key> keysOfHead =
            llvm::map_to_vector(valid, [&](int64_t j) {
              return Key{(b * keys + j) * kvHeads + h * kvHeads / heads, j};
            });
        function(query * heads + h, keysOfHead);
      }
    }
}

FailureOr<Tensor> mlir::iquant::reference::poolRows(
    Operation *op, const Tensor &input, const Tensor &mask,
    llvm::function_ref<void(Tensor &, int64_t, ArrayRef<int64_t>)> function) {
  ArrayRef<int64_t> rows = input.getShape().drop_back();
  if (mask.getShape() != rows)
    return op->emitOpError() << "expects a mask of shape " << showShape(rows)
                             << ", got " << showShape(mask.getShape());
  SmallVector<int64_t> shape(rows.drop_back());
  int64_t channels = input.getShape().back();
  shape.push_back(channels);
  Tensor result(shape, input.getElementType());
  for (int64_t i = 0, end = result.getNumElements(); i < end; ++i) {
    int64_t first = i / channels * rows.back();
    SmallVector<int64_t> elements;
    for (int64_t r = first; r < first + rows.back(); ++r)
      if (mask.getInt(r))
        elements.push_back(r * channels + i % channels);
    function(result, i, elements);
  }
  return result;
}

FailureOr<Tensor> mlir::iquant::reference::updateRows(Operation *op,
                                                      Tensor cache,
                                                      const Tensor &rows,
                                                      int64_t dimension,
                                                      int64_t offset) {
  ArrayRef<int64_t> shape = rows.getShape();
  int64_t capacity = cache.getDim(dimension), count = shape[dimension];
  SmallVector<int64_t> expected(cache.getShape());
  expected[dimension] = count;
  if (shape != ArrayRef<int64_t>(expected))
    return op->emitOpError() << "expects rows of shape " << showShape(expected)
                             << ", as the cache has, got " << showShape(shape);
  if (offset < 0 || offset > capacity - count)
    return op->emitOpError() << "expects a place among the " << capacity
                             << " rows of the cache, got " << count
                             << " rows at the offset " << offset;
  int64_t width = ShapedType::getNumElements(shape.drop_front(dimension + 1));
  for (int64_t i = 0, end = rows.getNumElements(); i < end; ++i) {
    int64_t batch = i / (count * width);
    cache.copyElement(i + (batch * (capacity - count) + offset) * width, rows,
                      i);
  }
  return cache;
}

void mlir::iquant::reference::forEachRotatedPair(
    ArrayRef<int64_t> shape, int64_t heads, bool interleaved,
    llvm::function_ref<void(RotatedPair)> function) {
  int64_t rows = ShapedType::getNumElements(shape.drop_back());
  int64_t width = shape.back() / heads;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t head = 0; head < heads; ++head)
      for (int64_t pair = 0; pair < width / 2; ++pair) {
        int64_t start = (row * heads + head) * width;
        int64_t a = start + (interleaved ? 2 * pair : pair);
        int64_t b = interleaved ? a + 1 : a + width / 2;
        function({a, b, row, pair});
      }
}

SmallVector<int64_t>
mlir::iquant::reference::getPositions(const Tensor &position,
                                      ArrayRef<int64_t> shape) {
  bool isOffset = position.getRank() == 0;
  int64_t length = shape[shape.size() - 2];
  SmallVector<int64_t> positions(ShapedType::getNumElements(shape.drop_back()));
  for (auto [row, result] : llvm::enumerate(positions))
    result = isOffset ? position.getInt() + row % length
                      : position.getInt(row % position.getNumElements());
  return positions;
}

//===- CacheRows.cpp - Rows of a cache by position ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/CacheRows.h"

#include "iquant/Support/Shapes.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace mlir::iquant;

namespace {
/// Where rows stand in a cache; both as large as the cache allows.
struct Span {
  Value start, count;
};
} // namespace

static Span findSpan(ImplicitLocOpBuilder &b, Value offset, OpFoldResult count,
                     OpFoldResult capacity) {
  auto value = [&](OpFoldResult size) {
    return getValueOrCreateConstantIndexOp(b, b.getLoc(), size);
  };
  // Unsigned, so that an offset below 0 counts as past the end.
  Value start = b.createOrFold<arith::MinUIOp>(offset, value(capacity));
  Value room = b.createOrFold<arith::SubIOp>(value(capacity), start);
  return {start, b.createOrFold<arith::MinUIOp>(value(count), room)};
}

Value mlir::iquant::updateCache(ImplicitLocOpBuilder &b, Value cache,
                                Value rows, int64_t dimension, Value offset) {
  // Slices of nothing do not verify.
  for (Value tensor : {cache, rows})
    if (llvm::is_contained(cast<RankedTensorType>(tensor.getType()).getShape(),
                           0))
      return cache;
  SmallVector<OpFoldResult> sizes = sizesOf(b, cache);
  Span span =
      findSpan(b, offset, sizesOf(b, rows)[dimension], sizes[dimension]);
  sizes[dimension] = span.count;
  SmallVector<OpFoldResult> zeros(sizes.size(), b.getIndexAttr(0)),
      ones(sizes.size(), b.getIndexAttr(1)), offsets = zeros;
  offsets[dimension] = span.start;
  Value fitting = tensor::ExtractSliceOp::create(b, rows, zeros, sizes, ones);
  Value place = tensor::ExtractSliceOp::create(b, cache, offsets, sizes, ones);
  Value written = linalg::CopyOp::create(b, fitting, place).getResult(0);
  return tensor::InsertSliceOp::create(b, written, cache, offsets, sizes, ones);
}

OpFoldResult mlir::iquant::countCacheRows(ImplicitLocOpBuilder &b, Value offset,
                                          OpFoldResult count,
                                          OpFoldResult capacity) {
  Span span = findSpan(b, offset, count, capacity);
  return OpFoldResult(b.createOrFold<arith::AddIOp>(span.start, span.count));
}

Value mlir::iquant::takeCacheRows(ImplicitLocOpBuilder &b, Value cache,
                                  int64_t dimension, OpFoldResult count) {
  SmallVector<OpFoldResult> sizes = sizesOf(b, cache);
  sizes[dimension] = count;
  SmallVector<OpFoldResult> zeros(sizes.size(), b.getIndexAttr(0)),
      ones(sizes.size(), b.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(b, cache, zeros, sizes, ones);
}

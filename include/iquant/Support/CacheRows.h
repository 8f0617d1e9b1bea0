//===- CacheRows.h - Rows of a cache by position ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How both lowerings write to a cache and read the part of it that is in use.
// Neither touches memory outside of the cache, whatever the offset.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_CACHEROWS_H
#define IQUANT_SUPPORT_CACHEROWS_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::iquant {

/// `cache` with `rows` from `offset` on, where `dimension` counts positions;
/// what does not fit is dropped. Bufferizes to a copy of the rows alone.
Value updateCache(ImplicitLocOpBuilder &builder, Value cache, Value rows,
                  int64_t dimension, Value offset);

/// The number of rows in use after a write of `count` rows at `offset` to a
/// cache of `capacity` rows.
OpFoldResult countCacheRows(ImplicitLocOpBuilder &builder, Value offset,
                            OpFoldResult count, OpFoldResult capacity);

/// The first `count` rows, as a view.
Value takeCacheRows(ImplicitLocOpBuilder &builder, Value cache,
                    int64_t dimension, OpFoldResult count);

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_CACHEROWS_H

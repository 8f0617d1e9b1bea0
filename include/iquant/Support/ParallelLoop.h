//===- ParallelLoop.h - Loops whose steps come in any order -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops that threads may share: every step fills a part of a tensor that no
// other step touches, so the tensor does not depend on who did which.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_PARALLELLOOP_H
#define IQUANT_SUPPORT_PARALLELLOOP_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::iquant {

/// What a step has filled: `sizes` elements of the tensor from `offsets` on.
struct FilledPart {
  Value part;
  SmallVector<OpFoldResult> offsets, sizes;
};

/// `tensor` after loops from 0 to `ends` in `steps`, whose body fills a part of
/// it at a position.
Value fillInParallel(
    ImplicitLocOpBuilder &b, Value tensor, ArrayRef<OpFoldResult> ends,
    ArrayRef<OpFoldResult> steps,
    function_ref<FilledPart(ValueRange position, Value tensor)> body);

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_PARALLELLOOP_H

//===- Observers.h - Matching as if observers were not there ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An observer is the identity, so a pattern that looks for a producer or for
// readers of a value looks through it.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_OBSERVERS_H
#define IQUANT_SUPPORT_OBSERVERS_H

#include "dialects/Transformer/Transformer.h"

namespace mlir::iquant {

/// The ops of `root` that name what they observe, in the order of the program.
SmallVector<transformer::ObserverOpInterface> collectObservers(Operation *root);

/// What `value` is before all observers: `%x` for `observe(observe(%x))`.
Value skipObservers(Value value);

/// The statistics that an observer of the same value holds, before `value` or
/// after it; null if none does.
transformer::StatisticsAttr findStatistics(Value value);

/// Removes the statistics of all observers of `value`, which a pass changes.
void dropStatistics(Value value);

/// The operands that read `value`, or an observer of it; observers are none.
SmallVector<OpOperand *> getReaders(Value value);

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_OBSERVERS_H

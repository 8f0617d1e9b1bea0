//===- RowGroups.h - Groups of a row's channels -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares how the input of a linear is cut into groups that have an exponent
// and a zero point each.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_ROWGROUPS_H
#define IQUANT_SUPPORT_ROWGROUPS_H

#include <cstdint>

namespace mlir::iquant {

/// The size of the groups of `channels`, 0 for one group: the largest divisor
/// that is a multiple of 32 and at most `most`, which is 0 for whole rows.
int64_t getRowGroup(int64_t channels, int64_t most);

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_ROWGROUPS_H

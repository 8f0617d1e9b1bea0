//===- RowGroups.cpp - Groups of a row's channels -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/RowGroups.h"

/// What the sizes of groups are multiples of: the codes of a vector.
static constexpr int64_t kGroupUnit = 32;

int64_t mlir::iquant::getRowGroup(int64_t channels, int64_t most) {
  if (channels <= most)
    return 0;
  int64_t group = most / kGroupUnit * kGroupUnit;
  while (group > 0 && channels % group != 0)
    group -= kGroupUnit;
  return group;
}

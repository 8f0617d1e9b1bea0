//===- PackedSum.h - Exponentials added up from packed codes ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_IQUANTTOLINALG_PACKEDSUM_H
#define IQUANT_LIB_CONVERSION_IQUANTTOLINALG_PACKEDSUM_H

#include "IntegerBuilder.h"

#include "dialects/IQuant/IQuant.h"

namespace mlir::iquant {

/// Gives the head whose table a body uses; none where all have one.
using HeadFunction = function_ref<std::optional<Int>(Int inBody)>;

/// S6: packs the codes of rows, `[rows..., codes]` of 8 bits each, and gives
/// the sums of their exponentials, `[rows...]` of 32 bits.
Value addPackedCodes(
    ImplicitLocOpBuilder &builder, Value codes, TableAttr tables,
    PackedSum form, HeadFunction head = [](Int) { return std::nullopt; });

} // namespace mlir::iquant

#endif // IQUANT_LIB_CONVERSION_IQUANTTOLINALG_PACKEDSUM_H

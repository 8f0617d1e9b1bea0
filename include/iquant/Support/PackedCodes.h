//===- PackedCodes.h - Codes of few bits in bytes ---------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_PACKEDCODES_H
#define IQUANT_SUPPORT_PACKEDCODES_H

#include "llvm/ADT/SmallVector.h"

namespace mlir::iquant {

/// S of S6: for every byte the sum of the entries of its codes.
llvm::SmallVector<int64_t> getSumsOfBytes(llvm::ArrayRef<int64_t> entries,
                                          int64_t codesPerByte);

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_PACKEDCODES_H

//===- Pack.h - What targets narrow two registers by ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TARGET_PACK_H
#define IQUANT_TARGET_PACK_H

#include "mlir/Dialect/LLVMIR/LLVMInterfaces.h"

namespace mlir::iquant {

/// The bits in which an instruction on longer vectors works for themselves.
constexpr int64_t kLaneBits = 128;

/// The intrinsic of an instruction that makes one vector of so many bytes of
/// two, whose elements are signed and have `width` bits: halves of their width,
/// saturated as signed or unsigned integers. Every lane of the result has those
/// of the same lane of the first, then of the second. Empty if a target has
/// none.
StringRef findPack(LLVM::TargetAttrInterface target, int64_t bytes,
                   unsigned width, bool isSigned);

} // namespace mlir::iquant

#endif // IQUANT_TARGET_PACK_H

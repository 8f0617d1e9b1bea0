//===- ByteSum.h - What targets add up bytes by -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TARGET_BYTESUM_H
#define IQUANT_TARGET_BYTESUM_H

#include "mlir/Dialect/LLVMIR/LLVMInterfaces.h"

namespace mlir::iquant {

/// The intrinsic of an instruction that adds the differences, without sign, of
/// every eight unsigned bytes of two vectors of so many bytes up in 64 bits;
/// empty if a target has none.
StringRef findByteSum(LLVM::TargetAttrInterface target, int64_t bytes);

} // namespace mlir::iquant

#endif // IQUANT_TARGET_BYTESUM_H

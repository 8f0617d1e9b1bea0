//===- ByteShuffle.h - What targets look up small tables by -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of instructions that look up 16 bytes in a register.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TARGET_BYTESHUFFLE_H
#define IQUANT_TARGET_BYTESHUFFLE_H

#include "mlir/Dialect/LLVMIR/LLVMInterfaces.h"
#include "llvm/TargetParser/Triple.h"

namespace mlir::iquant {

/// An instruction on two vectors: every byte of the second, a position in 0 ..
/// 15, becomes the byte that the first has there, counted from the beginning of
/// the same 16; a byte with its top bit set becomes 0.
struct ByteShuffle {
  /// The entries of a table, and so the bytes that repeat it.
  static constexpr int64_t kEntries = 16;

  /// Where it exists: the architecture, and a feature as LLVM writes it.
  llvm::Triple::ArchType architecture;
  StringLiteral feature;
  /// The width of its operands and result.
  int64_t bytes;
  /// How LLVM calls it.
  StringLiteral intrinsic;
};

/// The instruction that a target has for so many bytes; null if it has none.
const ByteShuffle *findByteShuffle(LLVM::TargetAttrInterface target,
                                   int64_t bytes);

} // namespace mlir::iquant

#endif // IQUANT_TARGET_BYTESHUFFLE_H

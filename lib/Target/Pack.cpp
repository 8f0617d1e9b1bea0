//===- Pack.cpp - The table of packs --------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/Pack.h"

#include "iquant/Target/MatrixInstruction.h"

using namespace mlir;
using namespace mlir::iquant;

namespace {
/// Instructions of x86-64, for a number of bytes and a width of elements.
struct Pack {
  StringLiteral feature;
  int64_t bytes;
  unsigned width;
  StringLiteral toSigned, toUnsigned;
};
} // namespace

static constexpr Pack kPacks[] = {
    {"+avx2", 32, 16, "llvm.x86.avx2.packsswb", "llvm.x86.avx2.packuswb"},
    {"+avx2", 32, 32, "llvm.x86.avx2.packssdw", "llvm.x86.avx2.packusdw"},
    {"+avx512bw", 64, 16, "llvm.x86.avx512.packsswb.512",
     "llvm.x86.avx512.packuswb.512"},
    {"+avx512bw", 64, 32, "llvm.x86.avx512.packssdw.512",
     "llvm.x86.avx512.packusdw.512"},
};

StringRef mlir::iquant::findPack(LLVM::TargetAttrInterface target,
                                 int64_t bytes, unsigned width, bool isSigned) {
  if (target &&
      llvm::Triple(target.getTriple()).getArch() == llvm::Triple::x86_64)
    for (const Pack &pack : kPacks)
      if (pack.bytes == bytes && pack.width == width &&
          hasFeature(target, pack.feature))
        return isSigned ? pack.toSigned : pack.toUnsigned;
  return "";
}

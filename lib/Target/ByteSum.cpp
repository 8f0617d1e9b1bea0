//===- ByteSum.cpp - The table of byte sums -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/ByteSum.h"

#include "iquant/Target/MatrixInstruction.h"

using namespace mlir;
using namespace mlir::iquant;

namespace {
/// An instruction of x86-64, for a number of bytes.
struct ByteSum {
  StringLiteral feature;
  int64_t bytes;
  StringLiteral intrinsic;
};
} // namespace

static constexpr ByteSum kSums[] = {
    {"+sse2", 16, "llvm.x86.sse2.psad.bw"},
    {"+avx2", 32, "llvm.x86.avx2.psad.bw"},
    {"+avx512bw", 64, "llvm.x86.avx512.psad.bw.512"},
};

StringRef mlir::iquant::findByteSum(LLVM::TargetAttrInterface target,
                                    int64_t bytes) {
  if (target &&
      llvm::Triple(target.getTriple()).getArch() == llvm::Triple::x86_64)
    for (const ByteSum &sum : kSums)
      if (sum.bytes == bytes && hasFeature(target, sum.feature))
        return sum.intrinsic;
  return "";
}

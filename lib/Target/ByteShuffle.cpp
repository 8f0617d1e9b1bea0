//===- ByteShuffle.cpp - The table of byte shuffles -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/ByteShuffle.h"

#include "iquant/Target/MatrixInstruction.h"

using namespace mlir;
using namespace mlir::iquant;

using llvm::Triple;

static constexpr ByteShuffle kShuffles[] = {
    {Triple::x86_64, "+ssse3", 16, "llvm.x86.ssse3.pshuf.b.128"},
    {Triple::x86_64, "+avx2", 32, "llvm.x86.avx2.pshuf.b"},
    {Triple::x86_64, "+avx512bw", 64, "llvm.x86.avx512.pshuf.b.512"},
    {Triple::aarch64, "+neon", 16, "llvm.aarch64.neon.tbl1.v16i8"},
};

const ByteShuffle *
mlir::iquant::findByteShuffle(LLVM::TargetAttrInterface target, int64_t bytes) {
  if (!target)
    return nullptr;
  auto architecture = Triple(target.getTriple()).getArch();
  const auto *found = llvm::find_if(kShuffles, [&](const ByteShuffle &shuffle) {
    return shuffle.architecture == architecture && shuffle.bytes == bytes &&
           hasFeature(target, shuffle.feature);
  });
  return found == std::end(kShuffles) ? nullptr : found;
}

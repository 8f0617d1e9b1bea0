//===- CpuFeatures.cpp - What a processor says of itself ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/CpuFeatures.h"

#include "iquant/Target/MatrixInstruction.h"

using namespace mlir;
using namespace mlir::iquant;

using llvm::Triple;

namespace {
struct FeatureBit {
  StringLiteral feature;
  CpuWord word;
  unsigned bit;
  /// How many bits the field has.
  unsigned width = 1;
};
} // namespace

/// The features that code generators choose instructions by, with a line for
/// each bit that must be set; from the manuals of Intel, AMD and Arm.
static constexpr FeatureBit kX86Bits[] = {
    {"+sse3", CpuWord::X86Leaf1Ecx, 0},
    {"+ssse3", CpuWord::X86Leaf1Ecx, 9},
    {"+fma", CpuWord::X86Leaf1Ecx, 12},
    {"+sse4.1", CpuWord::X86Leaf1Ecx, 19},
    {"+sse4.2", CpuWord::X86Leaf1Ecx, 20},
    {"+movbe", CpuWord::X86Leaf1Ecx, 22},
    {"+popcnt", CpuWord::X86Leaf1Ecx, 23},
    {"+avx", CpuWord::X86Leaf1Ecx, 27},
    {"+avx", CpuWord::X86Leaf1Ecx, 28},
    {"+f16c", CpuWord::X86Leaf1Ecx, 29},
    {"+avx", CpuWord::X86SavedState, 1},
    {"+avx", CpuWord::X86SavedState, 2},
    {"+avx512f", CpuWord::X86SavedState, 5},
    {"+avx512f", CpuWord::X86SavedState, 6},
    {"+avx512f", CpuWord::X86SavedState, 7},
    {"+bmi", CpuWord::X86Leaf7Ebx, 3},
    {"+avx2", CpuWord::X86Leaf7Ebx, 5},
    {"+bmi2", CpuWord::X86Leaf7Ebx, 8},
    {"+avx512f", CpuWord::X86Leaf7Ebx, 16},
    {"+avx512dq", CpuWord::X86Leaf7Ebx, 17},
    {"+adx", CpuWord::X86Leaf7Ebx, 19},
    {"+avx512ifma", CpuWord::X86Leaf7Ebx, 21},
    {"+avx512cd", CpuWord::X86Leaf7Ebx, 28},
    {"+avx512bw", CpuWord::X86Leaf7Ebx, 30},
    {"+avx512vl", CpuWord::X86Leaf7Ebx, 31},
    {"+avx512vbmi", CpuWord::X86Leaf7Ecx, 1},
    {"+avx512vbmi2", CpuWord::X86Leaf7Ecx, 6},
    {"+gfni", CpuWord::X86Leaf7Ecx, 8},
    {"+avx512vnni", CpuWord::X86Leaf7Ecx, 11},
    {"+avx512bitalg", CpuWord::X86Leaf7Ecx, 12},
    {"+avx512vpopcntdq", CpuWord::X86Leaf7Ecx, 14},
    {"+avxvnni", CpuWord::X86Leaf7Sub1Eax, 4},
    {"+avx512bf16", CpuWord::X86Leaf7Sub1Eax, 5},
    {"+lzcnt", CpuWord::X86Extended1Ecx, 5},
};
static constexpr FeatureBit kAArch64Bits[] = {
    {"+rdm", CpuWord::AArch64Isar0, 28, 4},
    {"+dotprod", CpuWord::AArch64Isar0, 44, 4},
    {"+i8mm", CpuWord::AArch64Isar1, 52, 4},
    {"+sve", CpuWord::AArch64Pfr0, 32, 4},
};

static ArrayRef<FeatureBit> getFeatureBits(const Triple &triple) {
  if (triple.getArch() == Triple::x86_64)
    return kX86Bits;
  // Linux answers programs that read these registers; others end them.
  if (triple.isAArch64() && triple.isOSLinux())
    return kAArch64Bits;
  return {};
}

bool mlir::iquant::canAskCpu(const Triple &triple) {
  return !getFeatureBits(triple).empty();
}

SmallVector<CpuRequirement>
mlir::iquant::getCpuRequirements(LLVM::TargetAttrInterface target) {
  if (!target)
    return {};
  SmallVector<CpuRequirement> requirements;
  for (const FeatureBit &bit : getFeatureBits(Triple(target.getTriple())))
    if (hasFeature(target, bit.feature))
      requirements.push_back(
          {bit.word, llvm::maskTrailingOnes<uint64_t>(bit.width) << bit.bit});
  return requirements;
}

StringRef mlir::iquant::getBaselineCpu(LLVM::TargetAttrInterface target) {
  bool isX86 = Triple(target.getTriple()).getArch() == Triple::x86_64;
  return isX86 ? "x86-64" : "generic";
}

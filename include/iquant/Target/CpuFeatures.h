//===- CpuFeatures.h - What a processor says of itself ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where code that runs can read whether its processor has a feature, so that
// it fails with a status and not with an illegal instruction.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TARGET_CPUFEATURES_H
#define IQUANT_TARGET_CPUFEATURES_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/TargetParser/Triple.h"

namespace mlir::iquant {

/// A word that a program can read of its processor. Whether there is a saved
/// state stands in leaf 1.
enum class CpuWord {
  X86Leaf1Ecx,
  /// Of XGETBV, which registers the system saves.
  X86SavedState,
  X86Leaf7Ebx,
  X86Leaf7Ecx,
  X86Leaf7Sub1Eax,
  X86Extended1Ecx,
  AArch64Isar0,
  AArch64Isar1,
  AArch64Pfr0
};

/// A feature that is there if any of these bits is set.
struct CpuRequirement {
  CpuWord word;
  uint64_t mask;

  bool operator==(const CpuRequirement &other) const {
    return word == other.word && mask == other.mask;
  }
};

/// Whether a program can ask what its processor has.
bool canAskCpu(const llvm::Triple &triple);

/// What code for a target may need of a processor beyond its architecture;
/// empty for a target whose programs cannot ask.
SmallVector<CpuRequirement>
getCpuRequirements(LLVM::TargetAttrInterface target);

/// A processor, as LLVM names it, that has no more than what is always there.
StringRef getBaselineCpu(LLVM::TargetAttrInterface target);

} // namespace mlir::iquant

#endif // IQUANT_TARGET_CPUFEATURES_H

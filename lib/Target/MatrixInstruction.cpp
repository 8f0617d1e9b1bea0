//===- MatrixInstruction.cpp - The table of matrix instructions -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/MatrixInstruction.h"

using namespace mlir;
using namespace mlir::iquant;

using llvm::Triple;

/// Best first. Every architecture has the last one.
///
/// A weight's codes are widened as they are read where an instruction takes 16
/// bits: `vpmaddubsw`, which would take 8, saturates its 16-bit results. NEON's
/// `smlal`, which adds to sums of 32 bits, LLVM finds in plain arithmetic.
static constexpr MatrixInstruction kInstructions[] = {
    {"X86_AVX512VNNI_1x16x4_I32_U8_S8", Triple::x86_64, "+avx512vnni",
     /*outputs=*/16, /*inputs=*/4, RowOperand::UnsignedCodes,
     "llvm.x86.avx512.vpdpbusd.512", /*accumulates=*/true,
     /*rows=*/8, /*tiles=*/3},
    {"X86_AVXVNNI_1x8x4_I32_U8_S8", Triple::x86_64, "+avxvnni",
     /*outputs=*/16, /*inputs=*/4, RowOperand::UnsignedCodes,
     "llvm.x86.avx512.vpdpbusd.256", /*accumulates=*/true,
     /*rows=*/6, /*tiles=*/1, /*parts=*/2},
    {"X86_AVX2_1x8x2_I32_S16_S16", Triple::x86_64, "+avx2",
     /*outputs=*/8, /*inputs=*/2, RowOperand::Differences,
     "llvm.x86.avx2.pmadd.wd", /*accumulates=*/false,
     /*rows=*/6, /*tiles=*/2},
    {"X86_SSE2_1x4x2_I32_S16_S16", Triple::x86_64, "+sse2",
     /*outputs=*/4, /*inputs=*/2, RowOperand::Differences,
     "llvm.x86.sse2.pmadd.wd", /*accumulates=*/false,
     /*rows=*/4, /*tiles=*/2},
    {"AARCH64_I8MM_1x4x4_I32_U8_S8", Triple::aarch64, "+i8mm",
     /*outputs=*/4, /*inputs=*/4, RowOperand::UnsignedCodes,
     "llvm.aarch64.neon.usdot", /*accumulates=*/true,
     /*rows=*/8, /*tiles=*/3},
    {"AARCH64_DOTPROD_1x4x4_I32_S8_S8", Triple::aarch64, "+dotprod",
     /*outputs=*/4, /*inputs=*/4, RowOperand::SignedCodes,
     "llvm.aarch64.neon.sdot", /*accumulates=*/true,
     /*rows=*/8, /*tiles=*/3},
    {"AARCH64_NEON_1x8x1_I32_S16_S16", Triple::aarch64, "+neon",
     /*outputs=*/8, /*inputs=*/1, RowOperand::Differences, "",
     /*accumulates=*/false,
     /*rows=*/6, /*tiles=*/2},
    {"ANY_1x4x1_I32_S16_S16", Triple::UnknownArch, "",
     /*outputs=*/4, /*inputs=*/1, RowOperand::Differences, "",
     /*accumulates=*/false,
     /*rows=*/4, /*tiles=*/2},
};

LLVM::TargetAttrInterface mlir::iquant::getTarget(Operation *op) {
  for (; op; op = op->getParentOp())
    if (auto target = op->getAttrOfType<LLVM::TargetAttrInterface>(
            LLVM::LLVMDialect::getTargetAttrName()))
      return target;
  return nullptr;
}

bool mlir::iquant::hasFeature(LLVM::TargetAttrInterface target,
                              StringRef feature) {
  auto features =
      target ? dyn_cast_or_null<LLVM::TargetFeaturesAttr>(target.getFeatures())
             : LLVM::TargetFeaturesAttr();
  return features && features.contains(feature);
}

unsigned mlir::iquant::getVectorBits(LLVM::TargetAttrInterface target) {
  if (hasFeature(target, "+avx512bw"))
    return 512;
  return hasFeature(target, "+avx2") ? 256 : 128;
}

FailureOr<unsigned> mlir::iquant::chooseVectorBits(Operation *op,
                                                   unsigned wanted) {
  unsigned width = wanted == 0 ? getVectorBits(getTarget(op)) : wanted;
  if (width != 128 && width != 256 && width != 512)
    return op->emitError() << "expects a vector of 128, 256 or 512 bits, got "
                           << width;
  return width;
}

bool mlir::iquant::hasInstruction(LLVM::TargetAttrInterface target,
                                  const MatrixInstruction &instruction) {
  if (instruction.architecture != Triple::UnknownArch &&
      (!target ||
       Triple(target.getTriple()).getArch() != instruction.architecture))
    return false;
  return instruction.feature.empty() || hasFeature(target, instruction.feature);
}

const MatrixInstruction &
mlir::iquant::selectMatrixInstruction(LLVM::TargetAttrInterface target,
                                      int64_t group) {
  return *llvm::find_if(kInstructions, [&](const auto &instruction) {
    return hasInstruction(target, instruction) &&
           group % instruction.inputs == 0;
  });
}

MatrixInstruction
mlir::iquant::getMatrixInstruction(LLVM::TargetAttrInterface target,
                                   int64_t outputs, int64_t inputs) {
  const MatrixInstruction *other = nullptr;
  for (const MatrixInstruction &instruction : kInstructions) {
    if (instruction.outputs != outputs || instruction.inputs != inputs)
      continue;
    if (hasInstruction(target, instruction))
      return instruction;
    if (!other)
      other = &instruction;
  }
  if (other)
    return *other;
  MatrixInstruction portable = std::end(kInstructions)[-1];
  portable.outputs = outputs;
  portable.inputs = inputs;
  return portable;
}

const MatrixInstruction *
mlir::iquant::findMatrixInstruction(LLVM::TargetAttrInterface target,
                                    int64_t outputs, int64_t inputs,
                                    RowOperand rowOperand) {
  const auto *found = llvm::find_if(kInstructions, [&](const auto &candidate) {
    return candidate.outputs == outputs && candidate.inputs == inputs &&
           candidate.rowOperand == rowOperand && !candidate.intrinsic.empty() &&
           hasInstruction(target, candidate);
  });
  return found == std::end(kInstructions) ? nullptr : found;
}

//===- VectorShifts.cpp - Shifts of vectors without floats ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorShifts.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Analysis/VectorUtils.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"

using namespace llvm;

/// Whether elements, of 16 or 32 bits, may be shifted by different amounts.
static bool isUneven(const Instruction &instruction) {
  if (instruction.getOpcode() != Instruction::Shl ||
      !instruction.getType()->isVectorTy())
    return false;
  unsigned bits = instruction.getType()->getScalarSizeInBits();
  const Value *amounts = instruction.getOperand(1);
  return (bits == 16 || bits == 32) && !isa<Constant>(amounts) &&
         !getSplatValue(amounts);
}

/// x << n  -->  x * (2^(bits - 1) >> (bits - 1 - n))
static void expand(Instruction &shift) {
  IRBuilder<> b(&shift);
  Type *type = shift.getType();
  unsigned bits = type->getScalarSizeInBits();
  Value *last = ConstantInt::get(type, bits - 1);
  Value *sign = ConstantInt::get(type, APInt::getSignMask(bits));
  Value *power = b.CreateLShr(sign, b.CreateSub(last, shift.getOperand(1)));
  shift.replaceAllUsesWith(b.CreateMul(shift.getOperand(0), power));
  shift.eraseFromParent();
}

void mlir::iquant::expandVectorShifts(Module &module, TargetMachine &machine) {
  if (!machine.getTargetTriple().isX86())
    return;
  for (Function &function : module) {
    if (function.isDeclaration() ||
        machine.getSubtargetImpl(function)->checkFeatures("+avx2"))
      continue;
    for (Instruction &instruction :
         make_early_inc_range(instructions(function)))
      if (isUneven(instruction))
        expand(instruction);
  }
}

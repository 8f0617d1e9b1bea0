//===- VectorShifts.h - Shifts of vectors without floats --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares a rewrite of what a code generator would make floating-point
// instructions of.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TARGET_VECTORSHIFTS_H
#define IQUANT_LIB_TARGET_VECTORSHIFTS_H

#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"

namespace mlir::iquant {

/// Before AVX2, x86 shifts the elements of a vector by amounts of their own no
/// other way than as products with powers of two, which LLVM makes of exponents
/// of floats. Here they are the sign bit, shifted to the right: that takes a
/// few integer instructions more.
void expandVectorShifts(llvm::Module &module, llvm::TargetMachine &machine);

} // namespace mlir::iquant

#endif // IQUANT_LIB_TARGET_VECTORSHIFTS_H

//===- NativeCode.h - Machine code of lowered modules -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From LLVM dialect to LLVM IR, assembly and objects, for this machine or
// another.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TARGET_NATIVECODE_H
#define IQUANT_TARGET_NATIVECODE_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CodeGen.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"

namespace mlir::iquant {

/// What code is made for. Without a triple, the machine that runs this, whose
/// processor and features then fill what is empty.
struct CodeTarget {
  std::string triple;
  /// As LLVM names it; features to add may stand behind: `generic+dotprod`.
  std::string cpu;
  /// As LLVM writes them: `+avx2,-fma`.
  std::string features;
};

/// Fails with a sentence that lists the known targets or processors, or has the
/// nearest feature. Code is position-independent.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const CodeTarget &target);

/// The target as an attribute, with all features that its processor has.
LLVM::TargetAttr describeTarget(const llvm::TargetMachine &machine,
                                MLIRContext *context);

/// Translates what `buildCpuPipeline` made and optimises it for `machine`.
llvm::Expected<std::unique_ptr<llvm::Module>>
translateToLLVM(ModuleOp module, llvm::LLVMContext &context,
                llvm::TargetMachine &machine);

/// Writes assembly or an object.
llvm::Error emitCode(llvm::Module &module, llvm::TargetMachine &machine,
                     llvm::CodeGenFileType type, llvm::raw_pwrite_stream &out);

} // namespace mlir::iquant

#endif // IQUANT_TARGET_NATIVECODE_H

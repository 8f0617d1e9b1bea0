//===- MachineCodeProof.h - No floats in compiled code ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Looks for floating-point instructions in an object file or shared library,
// with LLVM's own disassembler. verify-integer-only proves the IR; this proves
// what a code generator made of it.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TARGET_MACHINECODEPROOF_H
#define IQUANT_TARGET_MACHINECODEPROOF_H

#include "mlir/Support/LLVM.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBufferRef.h"

#include <string>
#include <vector>

namespace mlir::iquant {

/// What compiled code holds that stands in the way of a proof.
struct MachineCodeFinding {
  enum Kind {
    /// An instruction that computes or converts in floating point.
    FloatInstruction,
    /// Bytes in a code section that are no instruction.
    UnknownBytes,
    /// A function that does what a floating-point unit does.
    SoftFloat,
    /// A function of another library that is not known to be integer-only.
    ForeignSymbol
  };
  Kind kind;
  /// The function, and how many bytes behind its start; for a symbol empty and
  /// 0.
  std::string function;
  uint64_t offset;
  /// The instruction as text, the bytes in hexadecimal, or the symbol's name.
  std::string what;

  /// One sentence.
  std::string describe() const;
};

/// Disassembles every code section of an ELF, Mach-O or COFF object of any
/// target that LLVM has, and looks through the symbols that it has and needs.
/// Moves of bits through floating-point registers are no computation. Fails on
/// a file that is no object and on a target that has no disassembler.
llvm::Expected<std::vector<MachineCodeFinding>>
findFloatsInMachineCode(llvm::MemoryBufferRef object);

} // namespace mlir::iquant

#endif // IQUANT_TARGET_MACHINECODEPROOF_H

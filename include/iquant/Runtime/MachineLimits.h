//===- MachineLimits.h - What a machine can do at most ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Measures what bounds compiled code: how fast threads read memory, and how
// fast they multiply and add with the matrix instruction that linears use here.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_RUNTIME_MACHINELIMITS_H
#define IQUANT_RUNTIME_MACHINELIMITS_H

#include "iquant/Runtime/Executable.h"

namespace mlir::iquant {

/// A loop that does one thing as fast as this machine does it.
class MachineLimit {
public:
  /// Reads 128 MiB in such pages as weights have, a part for each thread, in
  /// their order: bytes.
  static FailureOr<MachineLimit> compileMemory(MLIRContext &context,
                                               unsigned threads);
  /// The matrix instruction on operands in registers and the first-level cache,
  /// the loop of a linear without its weights: multiplications and additions.
  static FailureOr<MachineLimit> compileArithmetic(MLIRContext &context,
                                                   unsigned threads);

  /// How much it does in a second.
  FailureOr<double> measure();

private:
  MachineLimit(std::unique_ptr<Executable> executable,
               SmallVector<reference::RuntimeValue> arguments, double work)
      : executable(std::move(executable)), arguments(std::move(arguments)),
        work(work) {}

  static FailureOr<MachineLimit>
  compile(ModuleOp module, SmallVector<reference::RuntimeValue> arguments,
          double work, unsigned threads);

  std::unique_ptr<Executable> executable;
  SmallVector<reference::RuntimeValue> arguments;
  /// Of one call.
  double work;
};

} // namespace mlir::iquant

#endif // IQUANT_RUNTIME_MACHINELIMITS_H

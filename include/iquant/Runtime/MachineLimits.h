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

/// Memory of its own, more than a cache holds, in such pages as weights have.
class MemoryProbe {
public:
  MemoryProbe();

  /// Bytes per second at which `threads` threads read it, each a part.
  double measure(unsigned threads) const;

private:
  std::vector<char> memory;
};

/// The matrix instruction on operands in registers and the first-level cache:
/// the loop of a linear without its weights.
class PeakKernel {
public:
  /// Compiles it for this machine and `threads` threads.
  static FailureOr<PeakKernel> compile(MLIRContext &context, unsigned threads);

  /// Multiplications and additions per second.
  FailureOr<double> measure();

private:
  PeakKernel(std::unique_ptr<Executable> executable,
             SmallVector<reference::RuntimeValue> arguments, double operations)
      : executable(std::move(executable)), arguments(std::move(arguments)),
        operations(operations) {}

  std::unique_ptr<Executable> executable;
  SmallVector<reference::RuntimeValue> arguments;
  /// In one call.
  double operations;
};

} // namespace mlir::iquant

#endif // IQUANT_RUNTIME_MACHINELIMITS_H

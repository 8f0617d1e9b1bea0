//===- OpEvaluator.h - Single ops on values of one's choice -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs one op of a float model apart from the model.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TOOLS_QUANT_RUN_OPEVALUATOR_H
#define IQUANT_TOOLS_QUANT_RUN_OPEVALUATOR_H

#include "QuantRun.h"

namespace mlir::iquant::run {

/// Compiles ops as functions of their operands. Ops that differ in nothing but
/// operands and location are compiled once.
class OpEvaluator {
public:
  /// The result of an op with one float result, as real numbers. Operands that
  /// are float tensors may be given in any float type.
  FailureOr<reference::Tensor> evaluate(Operation *op,
                                        ArrayRef<reference::Tensor> operands);

private:
  FailureOr<Program *> getProgram(Operation *op);

  llvm::StringMap<std::unique_ptr<Program>> programs;
};

} // namespace mlir::iquant::run

#endif // IQUANT_TOOLS_QUANT_RUN_OPEVALUATOR_H

//===- Attribution.h - What causes the error of an op -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Measures what each op of an integer model loses by itself, and by which of
// its parts: an op is run in floating point on the values that the integer op
// was given, with one part in integers at a time.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TOOLS_QUANT_RUN_ATTRIBUTION_H
#define IQUANT_TOOLS_QUANT_RUN_ATTRIBUTION_H

#include "Comparison.h"
#include "OpEvaluator.h"

namespace mlir::iquant::run {

/// Follows a run of an integer model.
class Attribution {
public:
  /// Takes the ops of `reference` by the names of their locations.
  explicit Attribution(ModuleOp reference);

  /// What an op of the integer model loses; nothing if the float model has no
  /// op of the same kind with its name. All ops of a run have to be shown, in
  /// their order.
  FailureOr<std::optional<LocalError>>
  attribute(Operation *op, ArrayRef<reference::RuntimeValue> operands,
            ArrayRef<reference::RuntimeValue> results);

private:
  /// The operands of a float op, given all the same parts.
  struct Operands {
    /// Values before they were rounded to codes, and those that codes mean.
    SmallVector<reference::Tensor> exact, rounded;
    /// Whether the operand is a constant: a weight, a bias, a norm's scale.
    SmallVector<bool> isParameter;
    bool hasParameters = false, hasCodes = false;

    SmallVector<reference::Tensor> select(bool roundParameters,
                                          bool roundActivations) const;
  };

  FailureOr<std::optional<LocalError>>
  measureLosses(Operation *op, Operation *reference,
                ArrayRef<reference::RuntimeValue> operands,
                const reference::RuntimeValue &result);
  std::optional<Operands>
  matchOperands(Operation *op, Operation *reference,
                ArrayRef<reference::RuntimeValue> values);
  /// Numbers before they were rounded to codes, and how many operands are still
  /// to come that read them.
  struct ExactNumbers {
    reference::Tensor numbers;
    size_t uses;
  };

  llvm::StringMap<Operation *> references;
  OpEvaluator evaluator;
  llvm::DenseMap<Value, ExactNumbers> exact;
};

} // namespace mlir::iquant::run

#endif // IQUANT_TOOLS_QUANT_RUN_ATTRIBUTION_H

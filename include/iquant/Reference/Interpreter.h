//===- Interpreter.h - The reference interpreter ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the interpreter that is the executable form of docs/Numerics.md.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_REFERENCE_INTERPRETER_H
#define IQUANT_REFERENCE_INTERPRETER_H

#include "iquant/Reference/RuntimeValue.h"

#include "mlir/IR/BuiltinOps.h"

#include <functional>

namespace mlir::iquant::reference {

/// Runs functions of a verified module, slowly and by the book: the ops of the
/// transformer dialect in double precision, rounded to the element type at
/// every result; the ops of the iquant dialect by the rules of
/// docs/Numerics.md; and the plain ops on tensors and scalars that both lower
/// to. What it does not know or what has no defined result, such as a division
/// by zero, is a diagnostic at the op.
class Interpreter {
public:
  /// Sees every op's operands and results right after it ran, terminators
  /// excepted, those inside of regions included.
  using Observer =
      std::function<void(Operation *, ArrayRef<RuntimeValue> operands,
                         ArrayRef<RuntimeValue> results)>;

  /// The module must outlive the interpreter, and its constants the values
  /// that come out.
  explicit Interpreter(ModuleOp module) : module(module) {}

  void setObserver(Observer callback) { observer = std::move(callback); }

  /// Runs the function of this name; an argument of another type than the
  /// function's is a diagnostic at the function.
  FailureOr<SmallVector<RuntimeValue>> call(StringRef function,
                                            ArrayRef<RuntimeValue> arguments);

private:
  ModuleOp module;
  Observer observer;
};

} // namespace mlir::iquant::reference

#endif // IQUANT_REFERENCE_INTERPRETER_H

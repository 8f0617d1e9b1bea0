//===- QuantRun.h - What the subcommands share ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loading of models and token ids, and functions run by either engine.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TOOLS_QUANT_RUN_H
#define IQUANT_TOOLS_QUANT_RUN_H

#include "iquant/Reference/Interpreter.h"
#include "iquant/Runtime/Executable.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/SourceMgr.h"

namespace mlir::iquant::run {

/// Prints "quant-run: error: ..." and returns the exit status of a failure.
int fail(const llvm::Twine &message);
int fail(llvm::Error error);

/// A module, and the file that its constants may lie in.
struct LoadedModule {
  OwningOpRef<ModuleOp> module;
  std::shared_ptr<llvm::SourceMgr> file;
};

/// Reads a textual or bytecode module; none after a diagnostic.
LoadedModule loadModule(StringRef file, MLIRContext &context);

/// Token ids, one a line.
llvm::Expected<std::vector<int32_t>> readIds(StringRef file);

enum class Engine { Jit, Reference };

/// A function of a module, ready to be called by either engine.
class Program {
public:
  /// Takes the module, which compilation changes; other functions that nobody
  /// calls are not compiled. What it calls of this process needs to be given.
  static FailureOr<std::unique_ptr<Program>>
  load(LoadedModule module, StringRef function, Engine engine,
       ArrayRef<HostFunction> hostFunctions = {});

  /// Caches are updated in place if they are moved in.
  FailureOr<SmallVector<reference::RuntimeValue>>
  call(SmallVector<reference::RuntimeValue> arguments);

  /// Sets the arguments of the calls of `run`.
  LogicalResult bind(SmallVector<reference::RuntimeValue> arguments);
  /// Sets another one in the place of number `index`, which is no cache.
  LogicalResult replace(unsigned index, reference::RuntimeValue argument);
  /// Calls with the arguments that are bound; caches among them stay as the
  /// call leaves them. Gives the other results.
  FailureOr<SmallVector<reference::RuntimeValue>> run();
  /// Gives the arguments back.
  SmallVector<reference::RuntimeValue> release();

  FunctionType getType() const { return signature.type; }

private:
  explicit Program(func::FuncOp function)
      : name(function.getSymName()), signature(function) {}

  std::string name;
  Signature signature;
  std::unique_ptr<Executable> executable;
  std::optional<BoundCall> boundCall;
  /// The interpreter, what it interprets, and the arguments that are bound.
  OwningOpRef<ModuleOp> module;
  std::unique_ptr<reference::Interpreter> interpreter;
  SmallVector<reference::RuntimeValue> boundArguments;
};

/// What a language model takes.
struct TokenLimits {
  int64_t contextLength, vocabularySize;

  /// Fails with a sentence on an id outside of the vocabulary, on no ids, and
  /// on more than the context holds.
  llvm::Error check(ArrayRef<int32_t> ids) const;
};

/// Consecutive windows of a text, `count` of them or, if that is 0, all that it
/// has; fails with a sentence where there are fewer, and on ids that the model
/// does not take. `file` names the text.
llvm::Expected<std::vector<ArrayRef<int32_t>>>
cutWindows(ArrayRef<int32_t> ids, StringRef file, const TokenLimits &limits,
           unsigned context, unsigned count);

/// Reads arrays for arguments of these types; floats become fixed point where a
/// type is that (rule F4).
llvm::Expected<SmallVector<reference::RuntimeValue>>
readArguments(ArrayRef<std::string> files, TypeRange types,
              MLIRContext &context);

/// The limits that the function `forward` of a language model states.
llvm::Expected<TokenLimits> getTokenLimits(ModuleOp module);

/// What `forward` of a decoder or an encoder takes for one sequence: the first
/// tensor of 32-bit integers is the ids, further ones are the types of tokens,
/// all 0, and every tensor of bits is a mask that admits all. Fails with a
/// sentence on an argument of another type.
llvm::Expected<SmallVector<reference::RuntimeValue>>
makeTokenArguments(FunctionType type, ArrayRef<int32_t> ids);

/// A language model: ids in, one row of logits per position out.
class LanguageModel {
public:
  static FailureOr<std::unique_ptr<LanguageModel>>
  load(StringRef file, MLIRContext &context, Engine engine);

  const TokenLimits &getLimits() const { return limits; }

  /// The logits of every position as real numbers: `[positions, vocabulary]`.
  FailureOr<reference::Tensor> forward(ArrayRef<int32_t> ids);

private:
  std::unique_ptr<Program> program;
  TokenLimits limits;
};

} // namespace mlir::iquant::run

#endif // IQUANT_TOOLS_QUANT_RUN_H

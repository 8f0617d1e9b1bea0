//===- Executable.h - A module compiled for this machine --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles a module through the CPU pipeline and the ORC JIT, and calls its
// functions on the interpreter's values: the same arguments and results, so
// that the two can be compared bit for bit.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_RUNTIME_EXECUTABLE_H
#define IQUANT_RUNTIME_EXECUTABLE_H

#include "iquant/Runtime/BoundCall.h"

#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"

namespace mlir::iquant {

/// Makes a context able to compile: registers both dialects, upstream's, and
/// what translation to LLVM needs.
void registerExecutableDialects(DialectRegistry &registry);

/// A function that the process provides to compiled code: the symbol of its C
/// interface, and its address.
using HostFunction = std::pair<StringRef, void *>;

class Executable {
public:
  /// Lowers `module` in place (any level: transformer, iquant, linalg on
  /// tensors) and compiles it for the processor that runs this. Nobody needs
  /// the module after that, but its context, which holds the constants and
  /// takes diagnostics. Calls run on `threads` threads, and give the same bits
  /// for any number of them.
  static FailureOr<std::unique_ptr<Executable>>
  compile(ModuleOp module, ArrayRef<HostFunction> hostFunctions = {},
          unsigned threads = 1);

  /// Calls a public function of the module. An unknown function or arguments
  /// that do not fit its type are reported at the function or module. A cache
  /// is updated in place and handed back; it is copied before that if the
  /// caller kept a copy, so whoever moves it in pays for its new rows only.
  /// Nobody looks at the ranges of its elements.
  FailureOr<SmallVector<reference::RuntimeValue>>
  call(StringRef function, SmallVector<reference::RuntimeValue> arguments);

  /// The same for a function that is called again and again. The call needs
  /// this executable.
  FailureOr<BoundCall> bind(StringRef function,
                            SmallVector<reference::RuntimeValue> arguments);

private:
  explicit Executable(Location location) : location(location) {}

  /// Where the module came from.
  Location location;
  llvm::StringMap<CompiledFunction> functions;
  /// What `pool-constants` collected; empty when it found nothing.
  ArrayRef<char> constants;
  std::unique_ptr<ExecutionEngine> engine;
  /// None for one thread.
  std::unique_ptr<ThreadPool> pool;
};

} // namespace mlir::iquant

#endif // IQUANT_RUNTIME_EXECUTABLE_H

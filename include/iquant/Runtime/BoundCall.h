//===- BoundCall.h - A call that is made again and again --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step of decode takes hundreds of tensors, nearly all of them caches that
// lie where they lay before. To look at each of them takes longer than some of
// its ops, since a step leaves nothing else than weights in the caches of the
// processor. So arguments are checked and described once, for many calls.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_RUNTIME_BOUNDCALL_H
#define IQUANT_RUNTIME_BOUNDCALL_H

#include "iquant/Reference/RuntimeValue.h"
#include "iquant/Runtime/ThreadPool.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringMap.h"

namespace mlir::iquant {

/// What a function takes and returns before it is lowered.
struct Signature {
  explicit Signature(func::FuncOp function);

  /// The results in their order: `computed`, and caches from `arguments`.
  SmallVector<reference::RuntimeValue>
  mergeResults(SmallVector<reference::RuntimeValue> computed,
               SmallVector<reference::RuntimeValue> arguments) const;

  FunctionType type;
  /// The tensors and scalars that each argument is made of.
  SmallVector<SmallVector<Type>> inputs;
  llvm::BitVector isCache;
  /// For each result that is a cache, the argument that it was.
  SmallVector<std::optional<unsigned>> caches;
  /// What each of the other results is made of, which a call returns in memory
  /// of its own.
  SmallVector<SmallVector<Type>> returned;
};

struct CompiledFunction {
  explicit CompiledFunction(func::FuncOp function) : signature(function) {}

  Signature signature;
  /// Takes a pointer to a pointer for each descriptor and scalar.
  void (*code)(void **) = nullptr;
};

class BoundCall {
public:
  const Signature &getSignature() const { return function->signature; }

  /// Gives another argument in the place of number `index`, which is no cache.
  /// One that does not fit its type is reported, and changes nothing.
  LogicalResult replace(unsigned index, reference::RuntimeValue argument);

  /// Calls the function, which updates caches in place; gives the other
  /// results.
  SmallVector<reference::RuntimeValue> run();

  /// The arguments, caches as the last call left them; there is no call after
  /// that.
  SmallVector<reference::RuntimeValue> release() {
    return std::move(arguments);
  }

private:
  friend class Executable;
  BoundCall(const llvm::StringMapEntry<CompiledFunction> &entry,
            Location location, ThreadPool *pool)
      : name(entry.getKey()), function(&entry.getValue()), location(location),
        pool(pool) {}
  LogicalResult bind(SmallVector<reference::RuntimeValue> arguments,
                     ArrayRef<char> constants);

  LogicalResult check(unsigned index, const reference::RuntimeValue &argument);
  /// Writes the descriptor of a row-major tensor.
  void describe(size_t slot, ArrayRef<int64_t> shape, const void *data);
  /// The same for all components of an argument.
  void describe(unsigned index);

  StringRef name;
  const CompiledFunction *function;
  Location location;
  ThreadPool *pool;
  SmallVector<reference::RuntimeValue> arguments;
  /// The slot of each argument's first component.
  std::vector<size_t> firstSlots;
  /// The memref descriptors: two pointers, the offset, the sizes, the strides.
  std::vector<int64_t> words;
  /// For each slot, the first word of its descriptor.
  std::vector<int64_t *> descriptors;
  /// For each slot, what the code takes: the address of that pointer, or of a
  /// scalar.
  std::vector<void *> taken;
};

} // namespace mlir::iquant

#endif // IQUANT_RUNTIME_BOUNDCALL_H

//===- BufferPool.h - Buffers of compiled code ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory that compiled code allocates and frees. Every call asks for the same
// sizes, so each thread keeps what was freed: the heap of a process that has
// compiled a model is full of small holes, among which `malloc` would search.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_RUNTIME_BUFFERPOOL_H
#define IQUANT_LIB_RUNTIME_BUFFERPOOL_H

#include "iquant/Runtime/Executable.h"

namespace mlir::iquant {

/// `size` bytes at a multiple of `alignment`, a power of two; null if there is
/// no memory.
void *allocateBuffer(size_t alignment, size_t size);
/// Frees what `allocateBuffer` gave, on any thread.
void freeBuffer(void *buffer);

/// The two, by the names that compiled code calls.
ArrayRef<HostFunction> getBufferFunctions();

} // namespace mlir::iquant

#endif // IQUANT_LIB_RUNTIME_BUFFERPOOL_H

//===- LinkLibrary.h - Shared libraries of objects --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the call of LLVM's linker.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TOOLS_QUANT_COMPILE_LINKLIBRARY_H
#define IQUANT_TOOLS_QUANT_COMPILE_LINKLIBRARY_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace mlir::iquant {

/// The ELF shared library `name` of one object. What it needs of the C library
/// is resolved by the program that loads it.
llvm::Expected<std::string> linkSharedLibrary(llvm::StringRef object,
                                              llvm::StringRef name);

} // namespace mlir::iquant

#endif // IQUANT_TOOLS_QUANT_COMPILE_LINKLIBRARY_H

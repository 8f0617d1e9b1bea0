//===- ExecutableRegistry.h - Contexts that compile -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_UNITTESTS_RUNTIME_EXECUTABLEREGISTRY_H
#define IQUANT_UNITTESTS_RUNTIME_EXECUTABLEREGISTRY_H

#include "iquant/Runtime/Executable.h"

namespace mlir::iquant {

/// What a context needs to compile.
inline DialectRegistry makeExecutableRegistry() {
  DialectRegistry registry;
  registerExecutableDialects(registry);
  return registry;
}

} // namespace mlir::iquant

#endif // IQUANT_UNITTESTS_RUNTIME_EXECUTABLEREGISTRY_H

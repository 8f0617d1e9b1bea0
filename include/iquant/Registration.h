//===- Registration.h - Dialects and passes of the project ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one place that lists what a tool or an embedding compiler registers.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_REGISTRATION_H
#define IQUANT_REGISTRATION_H

#include "mlir/IR/DialectRegistry.h"

namespace mlir::iquant {

/// Adds both dialects to `registry`.
void registerDialects(DialectRegistry &registry);

/// Registers every pass and pipeline of the project under its flag.
void registerPasses();

} // namespace mlir::iquant

#endif // IQUANT_REGISTRATION_H

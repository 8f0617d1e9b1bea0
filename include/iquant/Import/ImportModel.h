//===- ImportModel.h - A module from a checkpoint ---------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the importer of Hugging Face directories and GGUF files.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_IMPORT_IMPORTMODEL_H
#define IQUANT_IMPORT_IMPORTMODEL_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"

namespace mlir::iquant {

/// Imports a model: a directory with config.json and safetensors files, or a
/// GGUF file. The module has one function `@forward`; its weights are resources
/// that mostly lie where the files are mapped, so the files must not change
/// while the context lives.
llvm::Expected<OwningOpRef<ModuleOp>> importModel(StringRef path,
                                                  MLIRContext *context);

} // namespace mlir::iquant

#endif // IQUANT_IMPORT_IMPORTMODEL_H

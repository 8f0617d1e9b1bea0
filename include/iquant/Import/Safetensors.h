//===- Safetensors.h - Reader of safetensors files --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the reader of the files that hold the weights of a Hugging Face
// model: https://github.com/huggingface/safetensors#format.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_IMPORT_SAFETENSORS_H
#define IQUANT_IMPORT_SAFETENSORS_H

#include "iquant/Import/TensorTable.h"

namespace mlir::iquant {

/// Reads the header of one safetensors file and adds its tensors to `table`.
/// The file is checked completely: every tensor lies in it, has the size of its
/// shape, overlaps no other, and no byte belongs to none.
llvm::Error readSafetensors(MappedFile file, TensorTable &table);

/// Reads the tensors of a Hugging Face directory: `model.safetensors`, or all
/// the files that `model.safetensors.index.json` names.
llvm::Expected<TensorTable> readSafetensorsDirectory(llvm::StringRef directory);

} // namespace mlir::iquant

#endif // IQUANT_IMPORT_SAFETENSORS_H

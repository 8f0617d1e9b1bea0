//===- Dequantize.h - Floats from the block formats of GGUF -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the exact meaning of the block formats as 32-bit floats.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_IMPORT_DEQUANTIZE_H
#define IQUANT_IMPORT_DEQUANTIZE_H

#include "iquant/Import/TensorTable.h"

namespace mlir::iquant {

/// Whether elements are stored in blocks that share a scale.
bool isBlockFormat(TensorFormat format);

/// Writes the elements of a tensor of block format to `result`, which has one
/// place for each. The arithmetic is that of the `gguf` package: 32-bit, one
/// rounding per operation.
void dequantize(TensorFormat format, llvm::ArrayRef<char> bytes,
                llvm::MutableArrayRef<float> result);

} // namespace mlir::iquant

#endif // IQUANT_IMPORT_DEQUANTIZE_H

//===- Npy.h - NumPy array files --------------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads and writes tensors as .npy files, version 1.0, little-endian, C order.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_RUNTIME_NPY_H
#define IQUANT_RUNTIME_NPY_H

#include "iquant/Reference/Tensor.h"

#include "llvm/Support/Error.h"

namespace mlir::iquant {

/// Reads an array of bool, 8- to 64-bit integers or 16- to 64-bit floats.
/// Unsigned integers become signless ones of the same bits.
llvm::Expected<reference::Tensor> readNpy(StringRef file, MLIRContext &context);

/// Writes a tensor through a temporary file, so that a failure leaves nothing
/// behind. `index` is written as 64-bit integers; bf16 has no NumPy type and is
/// refused.
llvm::Error writeNpy(StringRef file, const reference::Tensor &tensor);

} // namespace mlir::iquant

#endif // IQUANT_RUNTIME_NPY_H

//===- ConstantBytes.h - The elements of constants in memory ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads integer and float constants where they lie, without a copy.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_CONSTANTBYTES_H
#define IQUANT_SUPPORT_CONSTANTBYTES_H

#include "mlir/IR/Attributes.h"
#include "llvm/ADT/ArrayRef.h"

#include <optional>

namespace mlir::iquant {

/// The elements of a constant tensor, dense or resource, as they are stored:
/// one for all if it is a splat. None for elements that are not whole bytes,
/// for a resource that is not there, and for any other attribute.
std::optional<ArrayRef<char>> getConstantBytes(Attribute constant);

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_CONSTANTBYTES_H

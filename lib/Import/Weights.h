//===- Weights.h - Constants from the tensors of a file ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares how a tensor of a checkpoint becomes a resource of the module.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_IMPORT_WEIGHTS_H
#define IQUANT_LIB_IMPORT_WEIGHTS_H

#include "iquant/Import/TensorTable.h"

#include "mlir/IR/BuiltinAttributes.h"

namespace mlir::iquant {

/// The formats that `getWeightAttr` takes, as messages list them.
StringRef getSupportedFormats();

/// A resource under the tensor's name. F32, F16 and BF16 stay in the mapped
/// file, which the resource keeps alive; block formats become 32-bit floats.
DenseResourceElementsAttr getWeightAttr(MLIRContext *context,
                                        const SourceTensor &tensor);

} // namespace mlir::iquant

#endif // IQUANT_LIB_IMPORT_WEIGHTS_H

//===- FoldNormScale.h - Norm parameters into the next linears --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of `transformer-fold-norm-scale` that other foldings begin with.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_FOLDNORMSCALE_H
#define IQUANT_LIB_TRANSFORMS_FOLDNORMSCALE_H

#include "ConstantFolding.h"

namespace mlir::iquant {

/// Takes scale and shift from every norm in `root` whose readers can take them,
/// and adds to `folding` what that changes in their constants. Remarks under
/// `category` say what was folded, and what not and why.
void foldNormScales(Operation *root, ConstantFolding &folding,
                    StringRef category);

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_FOLDNORMSCALE_H

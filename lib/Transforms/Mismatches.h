//===- Mismatches.h - Files that do not fit a module ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How passes say that a file was made from another module.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_MISMATCHES_H
#define IQUANT_LIB_TRANSFORMS_MISMATCHES_H

#include "mlir/IR/BuiltinOps.h"

namespace mlir::iquant {

/// Something that a file and a module do not share, and where that shows.
struct Mismatch {
  Location location;
  std::string sentence;
};

/// Fails with an error if there are mismatches, and names the first few:
/// `what`, such as "the scales", of `file` are not of this module.
LogicalResult checkMismatches(ModuleOp module, StringRef what, StringRef file,
                              ArrayRef<Mismatch> mismatches);

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_MISMATCHES_H

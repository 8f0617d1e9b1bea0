//===- ForeignModel.h - Random models in foreign IR -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random compositions of what the transformer dialect has ops for, of what
// looks like that and is not, and of what is neither, in linalg and TOSA.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_UNITTESTS_CONVERSION_RAISING_FOREIGNMODEL_H
#define IQUANT_UNITTESTS_CONVERSION_RAISING_FOREIGNMODEL_H

#include "iquant/Reference/RuntimeValue.h"

#include "mlir/IR/BuiltinOps.h"

#include <map>

namespace mlir::iquant::testing {

/// How many ops there are of each name.
using OpCounts = std::map<std::string, unsigned>;

/// A module with a function `main`, and arguments for it.
struct ForeignModel {
  OwningOpRef<ModuleOp> module;
  SmallVector<reference::RuntimeValue> arguments;
  /// The transformer ops that are in it, and no others.
  OpCounts ops;
  /// How far results may be off, relative to the largest of a tensor, because
  /// another order of operations rounds in other ways.
  double tolerance;
};

/// The same seed gives the same model.
ForeignModel makeForeignModel(MLIRContext &context, unsigned seed);

} // namespace mlir::iquant::testing

#endif // IQUANT_UNITTESTS_CONVERSION_RAISING_FOREIGNMODEL_H

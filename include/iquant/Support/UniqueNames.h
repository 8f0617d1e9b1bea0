//===- UniqueNames.h - Names of a module's values ---------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names that depend on nothing but the model, so that a file which refers to
// them outlives the module that it was made from.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_UNIQUENAMES_H
#define IQUANT_SUPPORT_UNIQUENAMES_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSet.h"

#include <string>

namespace mlir::iquant {

/// Gives out names, none twice. That of an op is in its location; where the
/// location has none, it is made of function, kind of op, and the place of the
/// op among those of its kind: `forward.linear.12`. A name that is taken gets
/// `'` behind it.
class UniqueNames {
public:
  explicit UniqueNames(Operation *root);

  /// Takes a name out of those that are given.
  void reserve(StringRef name) { taken.insert(name); }

  /// The name of the op that makes a value; `#1` follows for its second result.
  /// An argument of a block without a name is `forward.argument.0`.
  std::string get(Value value);
  /// The name of an op, with `suffix` behind it.
  std::string get(Operation *op, StringRef suffix);

private:
  std::string describe(Operation *op) const;
  std::string makeUnique(std::string name);

  llvm::StringSet<> taken;
  /// The place of an op among those of its kind in its function.
  DenseMap<Operation *, unsigned> places;
};

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_UNIQUENAMES_H

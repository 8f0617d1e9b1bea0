//===- FloatFinder.h - Floating point in types and attributes ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the search for floating point inside any type or attribute.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_ANALYSIS_FLOATFINDER_H
#define IQUANT_ANALYSIS_FLOATFINDER_H

#include "mlir/IR/Attributes.h"
#include "mlir/IR/Types.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"

namespace mlir::iquant {

/// Whether the printed form of a type or attribute names a floating-point type
/// or holds a floating-point literal. String literals are names, and skipped,
/// unless `readStrings` says that they are program text.
bool namesFloat(StringRef text, bool readStrings = false);

/// Finds floating point inside types and attributes, and remembers the answers.
///
/// Nested types and attributes count: elements of tensors, members of structs,
/// arguments of function types, expressed types of quantized types, types that
/// attributes name. The types and attributes of a dialect other than builtin
/// are also read in their printed form, because not every dialect shows its
/// parts in another way. Locations do not count.
class FloatFinder {
public:
  bool contains(Type type);
  bool contains(Attribute attribute);
  bool contains(Value value) { return contains(value.getType()); }

private:
  template <typename T> bool searchParts(T element);

  DenseMap<const void *, bool> known;
};

} // namespace mlir::iquant

#endif // IQUANT_ANALYSIS_FLOATFINDER_H

//===- ConstantBuilder.h - Tensor constants in place ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds tensor constants where they stay, without a copy of their elements.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_CONSTANTBUILDER_H
#define IQUANT_SUPPORT_CONSTANTBUILDER_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

namespace mlir::iquant {

/// Constants of more elements become resources, so that the text of a module
/// does not grow with them.
inline constexpr int64_t kMaxInlineElements = 1024;

/// A tensor constant under construction. `T` stores an element.
template <typename T> class ConstantBuilder {
public:
  explicit ConstantBuilder(RankedTensorType type)
      : type(type),
        blob(HeapAsmResourceBlob::allocate(type.getNumElements() * sizeof(T),
                                           /*align=*/64)) {}

  MutableArrayRef<T> data() {
    return {reinterpret_cast<T *>(blob.getMutableData().data()),
            static_cast<size_t>(type.getNumElements())};
  }

  /// The finished constant; `name` is that of a resource.
  ElementsAttr finish(StringRef name, int64_t maxInline = kMaxInlineElements) {
    if (type.getNumElements() <= maxInline)
      return DenseElementsAttr::get(type, ArrayRef<T>(data()));
    return DenseResourceElementsAttr::get(type, name, std::move(blob));
  }

private:
  RankedTensorType type;
  AsmResourceBlob blob;
};

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_CONSTANTBUILDER_H

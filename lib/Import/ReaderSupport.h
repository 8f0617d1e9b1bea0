//===- ReaderSupport.h - What both checkpoint readers check -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the checks and the wording that the checkpoint readers share.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_IMPORT_READERSUPPORT_H
#define IQUANT_LIB_IMPORT_READERSUPPORT_H

#include "iquant/Support/Json.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>

namespace mlir::iquant {

/// A span of a file that a tensor claims.
struct TensorSpan {
  llvm::StringRef name;
  uint64_t begin, end;
};

/// Fails if two spans overlap. Sorts them by where they begin.
llvm::Error checkDisjoint(llvm::StringRef file,
                          llvm::MutableArrayRef<TensorSpan> spans);

/// The size in bytes of a tensor whose elements are stored in blocks along the
/// innermost dimension; nothing if it does not fit 63 bits.
std::optional<uint64_t> getTensorBytes(llvm::ArrayRef<uint64_t> shape,
                                       uint64_t blockElements,
                                       uint64_t blockBytes);

/// The JSON in a file; `what` names it in the error.
llvm::Expected<llvm::json::Value> readJson(llvm::StringRef path,
                                           llvm::StringRef what);

/// A shape as messages show it: `[2, 3]`.
template <typename Range> std::string showShape(const Range &shape) {
  std::string text = "[";
  for (auto size : shape)
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

} // namespace mlir::iquant

#endif // IQUANT_LIB_IMPORT_READERSUPPORT_H

//===- GgufCursor.h - Values in a GGUF file ---------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the cursor that reads numbers, strings and metadata values.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_IMPORT_GGUFCURSOR_H
#define IQUANT_LIB_IMPORT_GGUFCURSOR_H

#include "iquant/Import/Gguf.h"

#include "llvm/ADT/Twine.h"
#include "llvm/Support/Endian.h"

namespace mlir::iquant {

/// Walks over the bytes of a file. Every read first checks that its bytes are
/// there, so a count from the file is trusted only as far as the bytes that it
/// counts exist. `what` names the value in an error.
class GgufCursor {
public:
  GgufCursor(llvm::StringRef path, llvm::StringRef bytes)
      : path(path), bytes(bytes) {}

  template <typename T>
  llvm::Error readScalar(T &value, const llvm::Twine &what) {
    if (bytes.size() - at < sizeof(T))
      return missing(sizeof(T), what);
    value = llvm::support::endian::read<T, llvm::endianness::little>(
        bytes.data() + at);
    at += sizeof(T);
    return llvm::Error::success();
  }
  llvm::Error readString(llvm::StringRef &text, const llvm::Twine &what);
  /// Reads a metadata value: its type and what follows.
  llvm::Error readValue(GgufValue &value, const llvm::Twine &what);

  uint64_t getPosition() const { return at; }
  void skip(uint64_t size) { at += size; }
  llvm::Error error(const llvm::Twine &sentence) const;

private:
  llvm::Error missing(uint64_t size, const llvm::Twine &what) const;
  template <typename T, typename As>
  llvm::Error readAs(GgufValue &value, const llvm::Twine &what);
  llvm::Error readBool(GgufValue &value, const llvm::Twine &what);
  llvm::Error readArray(GgufArray &array, const llvm::Twine &what,
                        unsigned depth);
  llvm::Error skipElements(const GgufArray &array, const llvm::Twine &what,
                           unsigned depth);

  llvm::StringRef path, bytes;
  uint64_t at = 0;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_IMPORT_GGUFCURSOR_H

//===- Gguf.h - Reader of GGUF files ----------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the reader of GGUF files, versions 2 and 3:
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_IMPORT_GGUF_H
#define IQUANT_IMPORT_GGUF_H

#include "iquant/Import/TensorTable.h"

#include <optional>
#include <variant>

namespace mlir::iquant {

/// An array of metadata. Its elements are checked and stay in the file.
struct GgufArray {
  /// The file's number for the type of an element.
  uint32_t elementType;
  uint64_t size;
  llvm::StringRef bytes;
};

/// A value of metadata. Strings point into the file.
using GgufValue =
    std::variant<uint64_t, int64_t, double, bool, llvm::StringRef, GgufArray>;

/// A GGUF file: metadata and tensors.
class GgufFile {
public:
  /// Reads everything in front of the tensor data and checks it completely:
  /// every tensor lies in the file, has the size of its shape, stands where the
  /// alignment allows it and overlaps no other.
  static llvm::Expected<GgufFile> read(MappedFile file);

  /// The value of a metadata key, null if there is none.
  const GgufValue *find(llvm::StringRef key) const;

  const TensorTable &getTensors() const { return tensors; }
  llvm::StringRef getPath() const { return file->getBufferIdentifier(); }

private:
  friend class GgufReader;

  MappedFile file;
  llvm::StringMap<GgufValue> metadata;
  TensorTable tensors;
};

} // namespace mlir::iquant

#endif // IQUANT_IMPORT_GGUF_H

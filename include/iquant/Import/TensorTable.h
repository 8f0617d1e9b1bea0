//===- TensorTable.h - The tensors of a checkpoint --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the tensors that a checkpoint file holds, where the file is mapped.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_IMPORT_TENSORTABLE_H
#define IQUANT_IMPORT_TENSORTABLE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>
#include <vector>

namespace mlir::iquant {

/// A file as the readers see it: mapped, never modified, kept alive by whoever
/// still points into it.
using MappedFile = std::shared_ptr<const llvm::MemoryBuffer>;

/// Maps a file, or says why that is impossible.
llvm::Expected<MappedFile> mapFile(llvm::StringRef path);

/// How a checkpoint stores the elements of a tensor.
enum class TensorFormat {
  F32,
  F16,
  BF16,
  Q8_0,
  Q4_0,
  Q4_1,
  /// Anything else: a tensor that may be in the file, but not be used.
  Other
};

/// One tensor of a checkpoint. The readers guarantee that `bytes` lies in the
/// file and has exactly the size that format and shape ask for; it is empty for
/// the format `Other`.
struct SourceTensor {
  std::string name;
  TensorFormat format = TensorFormat::Other;
  /// The file's own word for the format.
  std::string formatName;
  /// Outermost dimension first.
  llvm::SmallVector<int64_t, 4> shape;
  llvm::ArrayRef<char> bytes;
  MappedFile file;
};

/// The tensors of one checkpoint by name, in the order of their files.
class TensorTable {
public:
  /// Adds a tensor; an error if there is one of that name.
  llvm::Error insert(SourceTensor tensor);

  /// The tensor of this name, null if there is none.
  const SourceTensor *find(llvm::StringRef name) const;

  llvm::ArrayRef<SourceTensor> getTensors() const { return tensors; }

private:
  std::vector<SourceTensor> tensors;
  llvm::StringMap<size_t> positions;
};

} // namespace mlir::iquant

#endif // IQUANT_IMPORT_TENSORTABLE_H

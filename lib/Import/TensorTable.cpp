//===- TensorTable.cpp - The tensors of a checkpoint ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the table of the tensors that a checkpoint holds.
//
//===----------------------------------------------------------------------===//

#include "iquant/Import/TensorTable.h"

#include "ReaderSupport.h"

using namespace llvm;

namespace mlir::iquant {

Expected<MappedFile> mapFile(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(
      path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError("cannot read " + quoted(path) + ": " +
                             buffer.getError().message());
  return MappedFile(std::move(*buffer));
}

Error TensorTable::insert(SourceTensor tensor) {
  auto [position, inserted] =
      positions.try_emplace(tensor.name, tensors.size());
  if (!inserted) {
    StringRef first = tensors[position->second].file->getBufferIdentifier();
    StringRef second = tensor.file->getBufferIdentifier();
    std::string message =
        (second + ": tensor " + quoted(tensor.name) + " appears twice").str();
    if (first != second)
      message += (", first in " + first).str();
    return createStringError(Twine(message));
  }
  tensors.push_back(std::move(tensor));
  return Error::success();
}

const SourceTensor *TensorTable::find(StringRef name) const {
  auto position = positions.find(name);
  return position == positions.end() ? nullptr : &tensors[position->second];
}

} // namespace mlir::iquant

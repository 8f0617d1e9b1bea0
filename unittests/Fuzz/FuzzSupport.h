//===- FuzzSupport.h - What the fuzzers share -------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks what the readers promise about every tensor that they accept.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_UNITTESTS_FUZZ_FUZZSUPPORT_H
#define IQUANT_UNITTESTS_FUZZ_FUZZSUPPORT_H

#include "iquant/Import/TensorTable.h"

#include <cstdlib>

namespace mlir::iquant {

/// The input as a file. No terminator follows it, so that AddressSanitizer sees
/// any read past its end.
inline MappedFile asFile(llvm::StringRef bytes) {
  return llvm::MemoryBuffer::getMemBuffer(bytes, "input",
                                          /*RequiresNullTerminator=*/false);
}

/// Ends the process if `condition` does not hold, as an assertion would.
inline void require(bool condition) {
  if (!condition)
    std::abort();
}

/// Every element lies in the file, and the bytes are as many as the shape says.
inline void checkTensor(const SourceTensor &tensor, llvm::StringRef file) {
  if (tensor.format == TensorFormat::Other)
    return require(tensor.bytes.empty());
  require(tensor.bytes.begin() >= file.begin() &&
          tensor.bytes.end() <= file.end());
  uint64_t elements = 1;
  for (int64_t size : tensor.shape)
    elements *= size;
  uint64_t bytes = 0;
  switch (tensor.format) {
  case TensorFormat::F32:
    bytes = elements * 4;
    break;
  case TensorFormat::F16:
  case TensorFormat::BF16:
    bytes = elements * 2;
    break;
  case TensorFormat::Q8_0:
    bytes = elements / 32 * 34;
    break;
  case TensorFormat::Q4_0:
    bytes = elements / 32 * 18;
    break;
  case TensorFormat::Q4_1:
    bytes = elements / 32 * 20;
    break;
  case TensorFormat::Other:
    break;
  }
  require(tensor.bytes.size() == bytes);
}

} // namespace mlir::iquant

#endif // IQUANT_UNITTESTS_FUZZ_FUZZSUPPORT_H

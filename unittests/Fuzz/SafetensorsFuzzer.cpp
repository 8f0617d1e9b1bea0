//===- SafetensorsFuzzer.cpp - Any bytes as a safetensors file ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fuzzes the reader of safetensors files.
//
//===----------------------------------------------------------------------===//

#include "FuzzSupport.h"
#include "iquant/Import/Safetensors.h"

#include "llvm/Support/Endian.h"

using namespace llvm;
using namespace mlir::iquant;

static void readAll(StringRef bytes) {
  TensorTable table;
  if (Error error = readSafetensors(asFile(bytes), table)) {
    require(!toString(std::move(error)).empty());
    return;
  }
  for (const SourceTensor &tensor : table.getTensors())
    checkTensor(tensor, bytes);
}

/// The input as it is, and with the size of the header put in front: a mutation
/// of the header seldom keeps a size right, so the bytes before the first 0 are
/// taken as the header.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  StringRef bytes(reinterpret_cast<const char *>(data), size);
  readAll(bytes);

  size_t headerSize = std::min(bytes.find('\0'), size);
  std::vector<char> framed(sizeof(uint64_t) + size);
  support::endian::write64le(framed.data(), headerSize);
  llvm::copy(bytes, framed.begin() + sizeof(uint64_t));
  readAll(StringRef(framed.data(), framed.size()));
  return 0;
}

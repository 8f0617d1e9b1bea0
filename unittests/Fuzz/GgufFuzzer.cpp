//===- GgufFuzzer.cpp - Any bytes as a GGUF file --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fuzzes the reader of GGUF files, its metadata and the block formats.
//
//===----------------------------------------------------------------------===//

#include "../../lib/Import/ConfigReader.h"
#include "FuzzSupport.h"
#include "iquant/Import/Dequantize.h"
#include "iquant/Import/Gguf.h"

using namespace llvm;
using namespace mlir::iquant;

/// Asks for metadata in every way that the families do.
static void readConfig(const GgufFile &file) {
  ConfigReader reader = ConfigReader::ofGguf(file, "llama.");
  int64_t count = reader.count("block_count");
  require(count >= 1 && count <= INT32_MAX);
  require(reader.positive("rope.freq_base", 1.0) > 0);
  require(reader.natural("token").value_or(0) >= 0);
  reader.flag("flag", false);
  reader.text("rope.scaling.type", "none");
  reader.refuse("rope.scaling.type", "nothing");
  require(!toString(reader.takeError()).empty());
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  StringRef bytes(reinterpret_cast<const char *>(data), size);
  Expected<GgufFile> file = GgufFile::read(asFile(bytes));
  if (!file) {
    require(!toString(file.takeError()).empty());
    return 0;
  }
  readConfig(*file);
  for (const SourceTensor &tensor : file->getTensors().getTensors()) {
    checkTensor(tensor, bytes);
    if (!isBlockFormat(tensor.format))
      continue;
    size_t elements = 1;
    for (int64_t extent : tensor.shape)
      elements *= extent;
    std::vector<float> floats(elements);
    dequantize(tensor.format, tensor.bytes, floats);
  }
  return 0;
}

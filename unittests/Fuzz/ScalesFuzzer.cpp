//===- ScalesFuzzer.cpp - Any bytes as a file of scales -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fuzzes the reader of a smoothing's scales.
//
//===----------------------------------------------------------------------===//

#include "FuzzSupport.h"
#include "iquant/Calibration/ScaleFile.h"

#include <cmath>

using namespace llvm;
using namespace mlir::iquant;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  StringRef text(reinterpret_cast<const char *>(data), size);
  Expected<ScalesByPlace> places = parseScales(text, "input");
  if (!places) {
    require(!toString(places.takeError()).empty());
    return 0;
  }
  for (const auto &[name, scales] : *places)
    for (double scale : scales)
      require(std::isfinite(scale) && scale > 0);
  return 0;
}

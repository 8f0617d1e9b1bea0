//===- StatisticsFuzzer.cpp - Any bytes as a file of statistics -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fuzzes the reader of calibration statistics.
//
//===----------------------------------------------------------------------===//

#include "FuzzSupport.h"
#include "iquant/Calibration/StatisticsFile.h"

using namespace llvm;
using namespace mlir::iquant;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  StringRef text(reinterpret_cast<const char *>(data), size);
  Expected<std::vector<RecordedValue>> values = parseStatistics(text, "input");
  if (!values) {
    require(!toString(values.takeError()).empty());
    return 0;
  }
  for (const RecordedValue &value : *values) {
    require(!value.name.empty() && value.count >= 1);
    size_t channels = value.getChannels();
    for (const std::vector<float> *vector :
         {&value.min, &value.max, &value.mean, &value.deviation})
      require(vector->size() == channels);
    require(channels == 0 ? value.rows.empty() && value.sequences.empty()
                          : value.rows.size() % channels == 0);
    require(value.sequences.empty() ||
            value.sequences.size() % (channels * value.sequenceLength) == 0);
  }
  return 0;
}

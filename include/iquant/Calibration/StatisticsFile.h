//===- StatisticsFile.h - The file of a calibration run ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the reader and the writer of the format of docs/Calibration.md.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_CALIBRATION_STATISTICSFILE_H
#define IQUANT_CALIBRATION_STATISTICSFILE_H

#include "iquant/Calibration/Statistics.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <vector>

namespace mlir::iquant {

/// What a file says of one value: a number per channel and statistic, some rows
/// one behind the other, and those of whole texts.
struct RecordedValue {
  std::string name;
  int64_t count = 0;
  std::vector<float> min, max, mean, deviation, absmax, rows, sequences;
  /// The rows of each text.
  int64_t sequenceLength = 0;

  int64_t getChannels() const { return absmax.size(); }
};

/// Reads a file; says by name and value what is wrong with it.
llvm::Expected<std::vector<RecordedValue>> readStatistics(llvm::StringRef path);

/// The same of the text of a file.
llvm::Expected<std::vector<RecordedValue>>
parseStatistics(llvm::StringRef text, llvm::StringRef path);

/// How a file came about: names and numbers for whoever reads it.
struct CalibrationRun {
  std::string model;
  int64_t windows, context;
};

/// A value with a name, and what was seen of it.
using NamedStatistics = std::pair<llvm::StringRef, const ValueStatistics *>;

/// Writes the values in this order. Every channel of a value must have been
/// seen as often as its others, at least once.
void writeStatistics(llvm::raw_ostream &out, const CalibrationRun &run,
                     llvm::ArrayRef<NamedStatistics> values);

} // namespace mlir::iquant

#endif // IQUANT_CALIBRATION_STATISTICSFILE_H

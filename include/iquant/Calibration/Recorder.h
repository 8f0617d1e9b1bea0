//===- Recorder.h - The host's side of a calibration run --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares what collects the statistics of all observers of a module while
// compiled code runs.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_CALIBRATION_RECORDER_H
#define IQUANT_CALIBRATION_RECORDER_H

#include "iquant/Calibration/StatisticsFile.h"

#include "mlir/IR/BuiltinOps.h"

namespace mlir::iquant {

class Recorder {
public:
  /// Takes names and channels from the observers of `module`, which must have a
  /// static number of channels and names of their own. Of values that a linear
  /// reads, and of queries and keys, `sampleSize` rows are kept; of queries,
  /// keys and values all rows of the first `sequences`.
  static FailureOr<std::unique_ptr<Recorder>>
  create(ModuleOp module, size_t sampleSize, const Sequences &sequences = {});

  /// Takes a row of the value of observer `number`.
  void addRow(size_t number, ArrayRef<float> row);
  /// Takes the scores of a query of one head, as `ValueStatistics` does.
  void addScores(size_t number, size_t head, ArrayRef<float> scores);

  /// The values in the order of their observers; an error where one was not
  /// finite, or never seen.
  llvm::Expected<std::vector<NamedStatistics>> getValues() const;

  /// The functions that a module calls whose observers were converted by
  /// `convert-observers-to-calls`: the names of their C interfaces, and where
  /// they are. The argument that says for whom is the address of a recorder.
  static SmallVector<std::pair<StringRef, void *>, 2> getHostFunctions();

private:
  struct Value {
    std::string name;
    ValueStatistics statistics;
  };

  std::vector<Value> values;
  /// The name of the first value that was not finite.
  std::string broken;
};

} // namespace mlir::iquant

#endif // IQUANT_CALIBRATION_RECORDER_H

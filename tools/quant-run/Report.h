//===- Report.h - The error of every op, as a page --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a comparison of two forms of a model found, and its HTML page.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TOOLS_QUANT_RUN_REPORT_H
#define IQUANT_TOOLS_QUANT_RUN_REPORT_H

#include "mlir/Support/LLVM.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::iquant::run {

/// How far one op's integer result is from its float result.
struct OpError {
  /// The name of the op, its mnemonic and where it came from.
  std::string name, kind, source;
  /// Signal to noise in dB; infinite when the two are equal.
  double snr;
  double largestError;
  double cosine;
};

struct Comparison {
  std::string floatModel, integerModel;
  int64_t tokens;
  /// In the order of the program.
  std::vector<OpError> ops;
};

/// Writes one self-contained page: a plot of the signal-to-noise ratio over the
/// depth by kind of op, and the table.
void writeReport(llvm::raw_ostream &out, const Comparison &comparison);

/// A ratio as people read it: "31.4", or "exact".
std::string showDecibels(double snr);

} // namespace mlir::iquant::run

#endif // IQUANT_TOOLS_QUANT_RUN_REPORT_H

//===- Report.h - The error of every op, as a page --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The HTML page of a comparison.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TOOLS_QUANT_RUN_REPORT_H
#define IQUANT_TOOLS_QUANT_RUN_REPORT_H

#include "Comparison.h"

#include "llvm/Support/raw_ostream.h"

namespace mlir::iquant::run {

/// Writes the page of a comparison of at least one op. It needs no other file
/// and no script: a plot of the signal to noise over the depth of the model,
/// coloured by kind of op, and tables. It reads on a telephone and follows the
/// reader's choice of a dark theme.
void writeReport(llvm::raw_ostream &out, const Comparison &comparison);

} // namespace mlir::iquant::run

#endif // IQUANT_TOOLS_QUANT_RUN_REPORT_H

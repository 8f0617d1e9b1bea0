//===- Commands.h - The subcommands of quant-run ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each subcommand is a cl::SubCommand with its options, and a function that
// runs it and returns the exit status.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TOOLS_QUANT_RUN_COMMANDS_H
#define IQUANT_TOOLS_QUANT_RUN_COMMANDS_H

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/CommandLine.h"

namespace mlir::iquant::run {

/// What `--help` shows; the options of LLVM's libraries are hidden.
extern llvm::cl::OptionCategory category;

extern llvm::cl::SubCommand runCommand, benchCommand, generateCommand,
    perplexityCommand, compareCommand, calibrateCommand;

/// How many threads compiled code runs on, an option of most subcommands.
unsigned getThreads();

int runFunction(MLIRContext &context);
int runBench(MLIRContext &context);
int runGenerate(MLIRContext &context);
int runPerplexity(MLIRContext &context);
int runCompare(MLIRContext &context);
int runCalibrate(MLIRContext &context);

} // namespace mlir::iquant::run

#endif // IQUANT_TOOLS_QUANT_RUN_COMMANDS_H

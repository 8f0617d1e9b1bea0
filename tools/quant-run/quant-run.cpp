//===- quant-run.cpp - Run, time, score and compare models ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"

#include "iquant/Runtime/Executable.h"

#include "mlir/IR/DialectRegistry.h"
#include "llvm/Support/InitLLVM.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;

llvm::cl::OptionCategory run::category("Options");

/// Made by the first call, in `main`: a global might be made before the
/// subcommands that it belongs to, which other files define.
static llvm::cl::opt<unsigned> &getThreadsOption() {
  static llvm::cl::opt<unsigned> threads(
      "threads", llvm::cl::desc("How many threads compiled code runs on"),
      llvm::cl::init(1), llvm::cl::cat(category), llvm::cl::sub(runCommand),
      llvm::cl::sub(benchCommand), llvm::cl::sub(generateCommand),
      llvm::cl::sub(perplexityCommand));
  return threads;
}

unsigned run::getThreads() { return getThreadsOption(); }

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  getThreadsOption();
  for (llvm::cl::SubCommand *command :
       {&llvm::cl::SubCommand::getTopLevel(), &runCommand, &benchCommand,
        &generateCommand, &perplexityCommand, &compareCommand,
        &calibrateCommand})
    llvm::cl::HideUnrelatedOptions(category, *command);
  llvm::cl::ParseCommandLineOptions(
      argc, argv,
      "Runs transformer and iquant modules, compiled for this machine or by "
      "the reference interpreter.\n");

  DialectRegistry registry;
  iquant::registerExecutableDialects(registry);
  MLIRContext context(registry);

  if (runCommand)
    return runFunction(context);
  if (benchCommand)
    return runBench(context);
  if (generateCommand)
    return runGenerate(context);
  if (perplexityCommand)
    return runPerplexity(context);
  if (compareCommand)
    return runCompare(context);
  if (calibrateCommand)
    return runCalibrate(context);
  llvm::cl::PrintHelpMessage(/*Hidden=*/false, /*Categorized=*/true);
  return 1;
}

//===- quant-opt.cpp - The pass driver ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Registration.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/thread.h"

#include <cstdlib>

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::iquant::registerDialects(registry);
  mlir::registerAllPasses();
  mlir::iquant::registerPasses();
  auto [input, output] = mlir::registerAndParseCLIOptions(
      argc, argv, "iquant pass driver\n", registry);
  // The input is mapped into memory, and opening the output cuts it off.
  if (llvm::sys::fs::equivalent(input, output)) {
    llvm::errs() << "error: expects an output that is not the input, got '"
                 << output << "' for both\n";
    return EXIT_FAILURE;
  }
  // Regions of a file may nest as deep as this stack lets them be parsed.
  std::optional<unsigned> stackSize = 1u << 30;
  int status = EXIT_FAILURE;
  llvm::thread driver(stackSize, [&, &input = input, &output = output] {
    status = mlir::asMainReturnCode(
        mlir::MlirOptMain(argc, argv, input, output, registry));
  });
  driver.join();
  return status;
}

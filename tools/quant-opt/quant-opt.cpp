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

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::iquant::registerDialects(registry);
  mlir::registerAllPasses();
  mlir::iquant::registerPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "iquant pass driver\n", registry));
}

//===- IQuantPlugin.cpp - The dialects and passes in a stock mlir-opt -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The entry points that `--load-dialect-plugin` and `--load-pass-plugin` call.
//
//===----------------------------------------------------------------------===//

#include "iquant/Registration.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "llvm/Support/Compiler.h"

using namespace mlir;

extern "C" LLVM_ATTRIBUTE_WEAK DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {
      MLIR_PLUGIN_API_VERSION, "IQuant", IQUANT_VERSION,
      [](DialectRegistry *registry) { iquant::registerDialects(*registry); }};
}

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "IQuant", IQUANT_VERSION,
          [] { iquant::registerPasses(); }};
}

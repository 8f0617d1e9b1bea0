//===- ExecutableTest.cpp - What is compiled for this machine -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecutableRegistry.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Parser/Parser.h"
#include "llvm/TargetParser/Host.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace mlir::iquant;

namespace {
class ExecutableTest : public ::testing::Test {
protected:
  ExecutableTest() : context(makeExecutableRegistry()) {
    context.loadAllAvailableDialects();
    context.getDiagEngine().registerHandler(
        [&](Diagnostic &diagnostic) { diagnostics += diagnostic.str(); });
  }

  /// Compiles a function for a processor; returns the diagnostics.
  std::string compileFor(StringRef triple, StringRef features) {
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(
        "func.func @main(%x: tensor<1xi32>) -> tensor<1xi32> {\n"
        "  return %x : tensor<1xi32>\n"
        "}\n",
        &context);
    module.get()->setAttr(
        LLVM::LLVMDialect::getTargetAttrName(),
        LLVM::TargetAttr::get(
            &context, StringAttr::get(&context, triple),
            StringAttr::get(&context, ""),
            LLVM::TargetFeaturesAttr::get(&context, features)));
    diagnostics.clear();
    EXPECT_EQ(succeeded(Executable::compile(*module)), diagnostics.empty());
    return diagnostics;
  }

  MLIRContext context;
  std::string diagnostics;
};
} // namespace

TEST_F(ExecutableTest, CompilesForWhatThisMachineHas) {
  std::string triple = llvm::sys::getProcessTriple(), present;
  for (auto &[feature, isThere] : llvm::sys::getHostCPUFeatures()) {
    std::string name = ("+" + feature).str();
    if (isThere) {
      present += (present.empty() ? "" : ",") + name;
      continue;
    }
    std::string error = compileFor(triple, name);
    EXPECT_NE(error.find("which runs this, got a module that needs " + name),
              std::string::npos)
        << error;
  }
  EXPECT_EQ(compileFor(triple, present), "");
}

TEST_F(ExecutableTest, RefusesAnotherArchitecture) {
  std::string error = compileFor("wasm32-unknown-unknown", "");
  EXPECT_NE(error.find("which runs this, got a module for "
                       "'wasm32-unknown-unknown'"),
            std::string::npos)
      << error;
}

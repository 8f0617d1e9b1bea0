//===- consumer.cpp - iquant as a library ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads a module of transformer IR, makes it integer-only, proves it, and
// prints it: how a compiler embeds the dialects and passes.
//
//===----------------------------------------------------------------------===//

#include "iquant/Pipelines/QuantizePipeline.h"
#include "iquant/Registration.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/raw_ostream.h"

int main(int argc, char **argv) {
  if (argc != 2) {
    llvm::errs() << "usage: consumer FILE.mlir\n";
    return 1;
  }
  mlir::DialectRegistry registry;
  registry.insert<mlir::arith::ArithDialect, mlir::func::FuncDialect>();
  mlir::iquant::registerDialects(registry);
  mlir::MLIRContext context(registry);

  // Errors go to stderr with their location.
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::parseSourceFile<mlir::ModuleOp>(argv[1], &context);
  if (!module)
    return 1;

  mlir::PassManager pipeline(&context);
  mlir::iquant::QuantizePipelineOptions options;
  options.exponent = 12; // fraction bits of activations
  mlir::iquant::buildQuantizePipeline(pipeline, options);
  if (mlir::failed(pipeline.run(*module)))
    return 1;
  module->print(llvm::outs());
  return 0;
}

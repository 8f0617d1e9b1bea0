//===- Registration.cpp - Dialects and passes of the project --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Registration.h"

#include "iquant/Conversion/Passes.h"
#include "iquant/Pipelines/CpuPipeline.h"
#include "iquant/Pipelines/QuantizePipeline.h"
#include "iquant/Transforms/Passes.h"

using namespace mlir;

void iquant::registerDialects(DialectRegistry &registry) {
  registry.insert<transformer::TransformerDialect, IQuantDialect>();
}

void iquant::registerPasses() {
  registerIQuantConversionPasses();
  registerIQuantTransformsPasses();
  registerCpuPipeline();
  registerQuantizePipeline();
}
